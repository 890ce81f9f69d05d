"""Whether a read is tried again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from librus_sdk.core.http import Failure, Request, Response
from librus_sdk.core.retry import reason_of, retry_after_s, retry_delay_s
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.settings import RetryPolicy

GET = Request("GET", "https://api.example/Grades", endpoint="https://api.example/Grades")
POST = Request("POST", "https://api.example/Grades", endpoint="https://api.example/Grades")
NOW = 1_774_600_000.0
NETWORK = Failure("network", "connection refused")
TIMEOUT = Failure("timeout", "timeout", 1000)


def answer(status: int, retry_after: str | None = None) -> Response:
    return Response(status, b"", {} if retry_after is None else {"retry-after": retry_after})


def delay(
    given: Response | Failure,
    policy: RetryPolicy | None = None,
    *,
    attempt: int = 1,
    jitter: float = 1.0,
    request: Request = GET,
) -> float | None:
    return retry_delay_s(policy or RetryPolicy(), request, given, attempt=attempt, jitter=jitter, wall=NOW)


# --- the policy ---------------------------------------------------------------------------------------------


def test_the_defaults() -> None:
    policy = RetryPolicy()
    assert (policy.max_attempts, policy.base_delay_ms, policy.max_delay_ms) == (3, 250, 5000)
    assert policy.retriable_statuses == {408, 425, 429, 500, 502, 503, 504}
    assert policy.jitter
    assert RetryPolicy.off().max_attempts == 1


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"max_attempts": 0}, "retry.max_attempts"),
        ({"max_attempts": 1.5}, "retry.max_attempts"),
        ({"max_attempts": True}, "retry.max_attempts"),
        ({"max_attempts": "3"}, "retry.max_attempts"),
        ({"base_delay_ms": -1}, "retry.base_delay_ms"),
        ({"base_delay_ms": None}, "retry.base_delay_ms"),
        ({"max_delay_ms": -1}, "retry.max_delay_ms"),
        ({"base_delay_ms": 10, "max_delay_ms": 9}, "retry.max_delay_ms"),
        ({"max_retry_after_ms": -1}, "retry.max_retry_after_ms"),
        ({"jitter": "no"}, "retry.jitter"),
        ({"retriable_statuses": {0}}, "retry.retriable_statuses"),
        ({"retriable_statuses": {-503}}, "retry.retriable_statuses"),
        ({"retriable_statuses": {True}}, "retry.retriable_statuses"),
        ({"retriable_statuses": {"503"}}, "retry.retriable_statuses"),
        ({"retriable_statuses": [[503]]}, "retry.retriable_statuses"),
        ({"retriable_statuses": 503.5}, "retry.retriable_statuses"),
        ({"retriable_statuses": None}, "retry.retriable_statuses"),
        ({"retriable_statuses": "503"}, "retry.retriable_statuses"),
        ({"retriable_statuses": {401, 503}}, "401"),
    ],
)
def test_an_impossible_policy_is_refused(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(LibrusConfigurationError) as caught:
        RetryPolicy(**wrong)
    assert named in caught.value.message


def test_statuses_may_come_in_any_collection() -> None:
    assert RetryPolicy(retriable_statuses=[503, 503]).retriable_statuses == frozenset({503})  # type: ignore[arg-type]
    assert RetryPolicy(retriable_statuses=(s for s in (500, 503))).retriable_statuses == {500, 503}  # type: ignore[arg-type]


# --- which failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_passing_trouble_is_worth_another_attempt(status: int) -> None:
    assert delay(answer(status)) == 0.25


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 501, 505])
def test_anything_else_is_not(status: int) -> None:
    assert delay(answer(status)) is None


def test_a_lost_connection_is_and_a_timeout_is_not() -> None:
    assert delay(NETWORK) == 0.25
    assert delay(TIMEOUT) is None
    assert delay(Failure("too_large", "larger than max_bytes", max_bytes=5, option="max_bytes")) is None
    assert delay(Failure("sink", "full", error=LibrusConfigurationError("full"))) is None


def test_only_reads_are_repeated() -> None:
    assert delay(answer(503), request=POST) is None
    assert delay(NETWORK, request=POST) is None


def test_attempts_are_counted_with_the_first() -> None:
    assert delay(answer(503), attempt=2) is not None
    assert delay(answer(503), attempt=3) is None
    assert delay(answer(503), RetryPolicy.off()) is None


def test_a_policy_may_know_other_statuses() -> None:
    policy = RetryPolicy(retriable_statuses=frozenset({404}))
    assert delay(answer(404), policy) is not None
    assert delay(answer(503), policy) is None


def test_the_reason_has_a_name() -> None:
    assert reason_of(answer(503)) == "status_503"
    assert reason_of(NETWORK) == "network_error"


# --- how long -----------------------------------------------------------------------------------------------


def test_without_jitter_the_cap_is_waited() -> None:
    policy = RetryPolicy(max_attempts=9, jitter=False)
    waits = [delay(answer(503), policy, attempt=attempt, jitter=0.0) for attempt in range(1, 8)]
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


POLICIES = st.builds(
    lambda attempts, base, more, jitter: RetryPolicy(attempts, base, base + more, jitter=jitter),
    st.integers(2, 10_000),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.booleans(),
)


@given(
    POLICIES,
    st.integers(1, 9_999),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([NETWORK, answer(503)]),
)
@example(RetryPolicy(10_000, 1, 10**9), 9_999, 0.5, NETWORK)
def test_full_jitter_stays_between_nothing_and_the_cap(
    policy: RetryPolicy, attempt: int, chance: float, failure: Response | Failure
) -> None:
    assume(attempt < policy.max_attempts)
    wait = delay(failure, policy, attempt=attempt, jitter=chance)
    cap = min(policy.max_delay_ms, policy.base_delay_ms * 2 ** (attempt - 1)) / 1000
    assert wait is not None
    assert 0 <= wait <= cap <= policy.max_delay_ms / 1000
    assert wait == pytest.approx(cap * (chance if policy.jitter else 1))


# --- what the server asks for -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("007", 7.0),
        ("Fri, 27 Mar 2026 08:26:50 GMT", 10.0),
        ("Fri, 27 Mar 2026 08:26:50", 10.0),
        ("Fri, 27 Mar 2026 09:26:50 +0100", 10.0),
        ("Fri, 27 Mar 2026 08:26:30 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_replaces_the_computed_wait(status: int, text: str, seconds: float) -> None:
    assert retry_after_s(answer(status, text), NOW) == seconds
    assert delay(answer(status, text), jitter=0.5) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "soon",
        "-5",
        "+5",
        "1e3",
        "٣",
        "1.2.3",
        ".",
        "nan",
        "inf",
        "7, 8",
        "Fri, 99 Mar 2026 08:26:50 GMT",
        "Fri, 27 Mar 2026 08:26:50 +9999",
        "Fri, 27 Mar 2026 08:26:50 +99999999999999999999",
        "Fri, 27 Mar 99999 08:26:50 GMT",
        "\x00",
        "6521091r",
    ],
)
def test_what_is_no_retry_after_counts_as_absent(text: str) -> None:
    assert retry_after_s(answer(503, text), NOW) is None
    assert delay(answer(503, text)) == 0.25


@pytest.mark.parametrize("status", [408, 425, 500, 502, 504])
def test_only_429_and_503_may_ask(status: int) -> None:
    assert retry_after_s(answer(status, "7"), NOW) is None
    assert delay(answer(status, "7")) == 0.25


@pytest.mark.parametrize("text", ["86400", "30.001", "9" * 400, "Fri, 27 Mar 2126 08:26:50 GMT"])
def test_a_server_that_asks_for_too_much_gets_no_further_attempt(text: str) -> None:
    assert delay(answer(503, text)) is None


def test_the_longest_wait_is_a_setting() -> None:
    assert delay(answer(503, "30")) == 30.0
    assert delay(answer(503, "86400"), RetryPolicy(max_retry_after_ms=86_400_000)) == 86_400.0
    assert delay(answer(503, "0"), RetryPolicy(max_retry_after_ms=0)) == 0.0
    assert delay(answer(503, "1"), RetryPolicy(max_retry_after_ms=0)) is None


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]{1,9} [+-]?\w{0,30}"),
    )
)
def test_no_header_raises(text: str) -> None:
    seconds = retry_after_s(answer(503, text), NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(-(10**6), 10**6))
def test_dates_are_read_to_the_second(offset: int) -> None:
    when = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=offset)
    assert retry_after_s(answer(429, format_datetime(when, usegmt=True)), NOW) == max(0, offset)


@pytest.mark.parametrize("text", ["9" * 400, "250000000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_wait_is_longer_than_a_year(text: str) -> None:
    asked = retry_after_s(answer(429, text), 1_774_600_000.0)
    assert asked == 366 * 86_400.0
