"""Feed what reads foreign bytes with bytes nobody meant: pages, answers, messages, what is kept.

``python -m tools.fuzz`` gives every target ``SECONDS`` (60 unless the variable says otherwise); words after
it name targets. Each begins with good input and damages it. Prints how many inputs each target had, and the
smallest that broke one; returns 1 then.

What must hold everywhere: nothing is raised but our own errors, nothing takes long, no value is shown.
"""

from __future__ import annotations

import base64
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from librus_sdk.core import keeping
from librus_sdk.core.answers import judge_api, judge_portal
from librus_sdk.core.delivery import outcome_of
from librus_sdk.core.http import Request, Response
from librus_sdk.core.web_answers import (
    go_to,
    interruption_of_web_login,
    judge_gateway,
    judge_messages,
    judge_website,
    refusal_of_web_login,
)
from librus_sdk.errors import LibrusSdkError
from librus_sdk.flows.login_page import captcha_demanded, hidden_fields, refusal_of
from librus_sdk.flows.token_pair import grant_refusal, read_tokens
from librus_sdk.flows.walk import redirect_of
from librus_sdk.models._bodies import decoded_body, plain_text
from librus_sdk.secret import Secret
from tests.bad_input.answers import ANSWERS, read
from tests.bad_input.strategies import kind_of
from tests.models.samples import MARKER
from tools.fuzz_stores import OWNER, check_sealed, check_session, check_stored, kept_sessions, sealed_file

__all__ = ["TARGETS", "Target", "fuzz"]

LONGEST_S: Final = 5.0
ROUND: Final = 500
"""Inputs before the clock is looked at."""

PAGES: Final = (
    b"""<!DOCTYPE html><html lang="pl"><form method="post"><input type="hidden" name="_token" value="a&amp;b">
    <input name=email><input type=password name=password><p>Logowanie<script>var a = "<input>"</script>""",
    "<div>Upewnij się, że nie próbujesz</div><!-- g-recaptcha -->".encode(),
    b'{"captchaRequired": true, "errors": {"email": ["x"]}}',
    "<title>Przerwa techniczna</title><h1>Sesja logowania wygasła</h1><style>a{}</style>".encode(),
)
FORMS: Final = (
    b'{"status":"ok","goTo":"/OAuth/Authorization/2FA?client_id=46"}',
    '{"status":"error","errors":[{"code":1,"message":"Nieprawidłowy login i/lub hasło"}]}'.encode(),
    b'{"Status":"Error","Code":"TokenIsExpired","Message":"Request is denied"}',
    b'{"access_token":"a","refresh_token":"b","expires_in":"86400","hint":"Token has been revoked"}',
    b'{"data":{"status":"sent","messageId":"7"},"errors":[]}',
)
XML: Final = (
    b'<?xml version="1.0"?><Message><Content><![CDATA[<p>Dzie\xc5\x84 dobry<br>a &amp; b</p>]]></Content>'
    b"<Actions><Actions/></Actions></Message>"
)
BODIES: Final = (
    XML,
    base64.b64encode(XML),
    b"""<div style="x">a<ul><li>b</ul><a href="https://a.example/?b=c&amp;d">e</a></div><!-- c --><td>""",
    base64.b64encode("Zażółć gęślą jaźń\r\n".encode() * 9),
)
_PIECES: Final = (
    """<input |<!--|-->|<![CDATA[|]]>|<script>|</|&#x|&|{|}|[|]|"|'|=|\\ud800|null|1e999|-|<|>|\0|ż|0|,|:"""
)
PIECES: Final = tuple(_PIECES.encode().split(b"|"))


@dataclass(frozen=True)
class Target:
    """Something that reads foreign bytes.

    Attributes:
        inputs: what it is fed with.
        check: reads one; raises where something is wrong.
    """

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A good input with some edits: pieces lost, doubled many times, moved, put in, replaced by anything."""
    body = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 40)))
        middle = draw(
            st.one_of(
                st.just(b""),
                st.sampled_from(PIECES),
                st.binary(max_size=12),
                st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass")),
                st.integers(2, 300).map(body[start:end].__mul__),
                st.sampled_from(PIECES).flatmap(lambda piece: st.integers(2, 3_000).map(piece.__mul__)),
            )
        )
        body = body[:start] + middle + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


# --- the targets ------------------------------------------------------------------------------------------


def _page(body: bytes) -> None:
    for name, value in hidden_fields(body).items():
        assert name
        assert isinstance(value, Secret)
    captcha_demanded(body)
    refusal_of(body)


JUDGES: Final = (judge_api, judge_portal, judge_gateway, judge_website, judge_messages)
HEADERS: Final = st.dictionaries(
    st.sampled_from(("content-type", "location", "retry-after", "content-disposition")),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ("text/html", "application/json; charset=x", "/loguj", "http://[", "//a\\b", "przerwa_techniczna")
        ),
    ),
)
STATUSES: Final = st.sampled_from((200, 204, 302, 307, 400, 401, 403, 404, 408, 418, 422, 429, 500, 503))


def _response(parts: tuple[int, bytes, dict[str, str]]) -> None:
    status, body, headers = parts
    request = Request("GET", "https://a.example/b", endpoint="https://a.example/b", name="b")
    response = Response(status, body, headers, request.url)
    errors = [judge(request, response).error for judge in JUDGES]
    errors += [judge(request, response) for judge in (refusal_of_web_login, interruption_of_web_login)]
    for error in errors:
        assert error is None or MARKER not in f"{error!r} {error.details} {vars(error)}"
    go_to(response)
    redirect_of(request, response)
    outcome = outcome_of(response)
    assert MARKER not in repr(outcome)
    assert MARKER not in repr(read_tokens(response))
    grant_refusal(response)


def _answer(parts: tuple[str, bytes]) -> None:
    name, body = parts
    read(ANSWERS[name].decode, body)


def _good(name: str) -> bytes:
    answer = ANSWERS[name]
    return answer.body([kind_of(answer.info).example])


def _message(body: bytes) -> None:
    sent = body.decode("utf-8", "surrogateescape")
    plain_text(decoded_body(sent))
    plain_text(sent, is_cut=True)


KEPT: Final = keeping.Document(
    owner=OWNER,
    series="s",
    revision=3,
    entries={"portal": keeping.Kept(Secret(MARKER), 2, 1.5, 2.5), "child 1": keeping.Kept(Secret("b"), 3)},
    mishaps={"web": keeping.Mishap("LibrusTimeoutError", "NETWORK_TIMEOUT", "late", 2.0, 3)},
    saved_at=7.5,
)


def _kept(body: bytes) -> None:
    for owner in (OWNER, ""):
        found = keeping.read(Secret(body.decode("utf-8", "surrogateescape")), owner)
        assert MARKER not in repr(found)
        if isinstance(found, keeping.Document):
            for mishap in found.mishaps.values():
                assert isinstance(mishap.as_error(), LibrusSdkError)
            again = keeping.read(keeping.written(found), owner)
            assert again == found, "what was read is not what it is written as"


WRITTEN: Final = keeping.written(KEPT).reveal().encode()


def _sealed_inputs() -> st.SearchStrategy[bytes]:
    """Damaged files, and files in which something damaged is sealed."""
    return st.one_of(damaged((sealed_file(WRITTEN),)), damaged((WRITTEN,)).map(sealed_file))


def _sessions() -> st.SearchStrategy[tuple[int, bytes]]:
    """The number of a kind of session, and what it is said to have kept."""
    numbers = st.integers(0, len(kept_sessions()) - 1)
    return numbers.flatmap(
        lambda number: st.tuples(st.just(number), damaged((kept_sessions()[number].content,)))
    )


TARGETS: Final = {
    "page": Target(damaged(PAGES), _page),
    "response": Target(
        st.tuples(STATUSES, damaged((*PAGES, *FORMS, FORMS[1].replace(b"login", MARKER.encode()))), HEADERS),
        _response,
    ),
    "answer": Target(
        st.sampled_from(sorted(ANSWERS)).flatmap(
            lambda name: st.tuples(st.just(name), damaged((_good(name),)))
        ),
        _answer,
    ),
    "message": Target(damaged(BODIES), _message),
    "kept": Target(damaged((WRITTEN,)), _kept),
    "stored": Target(damaged((WRITTEN,)), check_stored),
    "sealed": Target(st.deferred(_sealed_inputs), check_sealed),
    "session": Target(st.deferred(_sessions), check_session),
}
"""Everything that reads foreign bytes, by name."""


# --- running ----------------------------------------------------------------------------------------------


def fuzz(target: Target, examples: int) -> int:
    """Feed a target. Returns how many inputs it had; raises what the smallest one that breaks it raises."""
    fed: Counter[str] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(target.inputs)
    def feed(found: Any) -> None:
        fed["inputs"] += 1
        began = time.process_time()
        target.check(found)
        assert time.process_time() - began < LONGEST_S, "this takes too long"

    feed()
    return fed["inputs"]


def main(names: list[str]) -> int:
    """Give each target its time. Returns the exit status."""
    seconds, broken = float(os.environ.get("SECONDS", "60")), 0
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        print(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
        return 2
    for name in names or TARGETS:
        ends, inputs = time.monotonic() + seconds, 0
        try:
            while time.monotonic() < ends:
                inputs += fuzz(TARGETS[name], ROUND)
        except Exception:  # noqa: BLE001  (whatever comes is what this looks for)
            broken += 1
            traceback.print_exc()
            print(f"{name}: BROKEN after {inputs} inputs and more", flush=True)
        else:
            print(f"{name}: {inputs} inputs, nothing broke", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
