"""What may stand in an event, and that nothing else gets out, whoever tries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from librus_sdk import Event
from librus_sdk.errors import LibrusApiError, LibrusSdkError, LibrusTimeoutError
from librus_sdk.event_catalogue import EVENTS, FIELDS, LONGEST_MESSAGE, facts_of, markdown
from librus_sdk.events import LEVELS, Emitter, format_event
from librus_sdk.secret import Secret

TOOL = Path(__file__).parents[1] / "tools" / "event_tables.py"
UUID = "0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f"
TOKEN = "q7Zk2Lx9Vb4Nm1Rt8Yw3Hs6Jd5Gf0Pc7Qa2We9"
PASSWORD = "correct-horse-battery"
EMAIL = "anna.parent@example.org"


class Sly(str):
    """Text that shows another text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return TOKEN


def told(name: str, fields: dict[str, Any]) -> list[Event]:
    seen: list[Event] = []
    Emitter(seen.append, lambda: 0.0)("warn", name, fields)
    return seen


# --- the catalogue ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_is_described(name: str) -> None:
    kind = EVENTS[name]
    fields = (*kind.fields, *kind.optional)
    assert kind.level in LEVELS
    assert kind.when
    assert len(set(fields)) == len(fields)
    assert set(fields) <= FIELDS.keys()


def test_each_field_is_of_some_event() -> None:
    used = {field for kind in EVENTS.values() for field in (*kind.fields, *kind.optional)}
    assert used == FIELDS.keys()


def test_what_begins_ends() -> None:
    starts = {name.removesuffix(".start") for name in EVENTS if name.endswith(".start")}
    for stem in starts:
        assert {f"{stem}.success", f"{stem}.failure"} <= EVENTS.keys()
    endings = (".success", ".failure", ".abandoned")
    assert {name.rpartition(".")[0] for name in EVENTS if name.endswith(endings)} == starts


def test_the_page_is_current() -> None:
    subprocess.run([sys.executable, str(TOOL), "--check"], check=True)


def test_a_page_that_is_not_current_is_found_and_written(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "docs").mkdir()
    tool, page = tmp_path / "tools" / TOOL.name, tmp_path / "docs" / "events.md"
    tool.write_bytes(TOOL.read_bytes())
    text = (TOOL.parents[1] / "docs" / "events.md").read_text(encoding="utf-8")
    page.write_text(text.replace("`synergia.retry`", "`synergia.again`"), encoding="utf-8")

    def run(*arguments: str) -> int:
        command = [sys.executable, str(tool), *arguments]
        return subprocess.run(command, check=False, capture_output=True).returncode

    assert run("--check") == 1
    assert run() == 0
    assert run("--check") == 0
    assert page.read_text(encoding="utf-8") == text
    page.write_text("no markers", encoding="utf-8")
    assert run() == 1


def test_the_tables_have_every_event_and_every_field() -> None:
    rows = [line.split(" | ")[0] for line in markdown().splitlines() if line.startswith("| `")]
    assert rows == [f"| `{name}`" for name in (*EVENTS, *FIELDS)]


# --- smuggling ----------------------------------------------------------------------------------------------


def test_an_event_that_is_not_listed_is_not_told() -> None:
    assert told(f"session.{TOKEN}", {}) == []
    assert facts_of("session.refresh.other", {"slot": "child"}) is None


SMUGGLED: list[Any] = [
    Secret(TOKEN),
    TOKEN.encode(),
    [TOKEN],
    {"token": TOKEN},
    ValueError(TOKEN),
    object(),
    f"Bearer {TOKEN}",
    f"https://{PASSWORD}@a.example/?token={TOKEN}#{TOKEN}",
    f"https://a.example:{TOKEN}/",
    f"//{TOKEN}",
    f"/loguj/token/{PASSWORD}/x?y={TOKEN}",
    EMAIL,
    TOKEN,
    Sly(f"two words {TOKEN}"),
]
NEEDLES = (TOKEN, PASSWORD, EMAIL)


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("value", SMUGGLED, ids=range(len(SMUGGLED)))
def test_no_field_lets_a_secret_out(name: str, value: Any) -> None:
    fields = {**dict.fromkeys(FIELDS, value), "token": value, "error": value, "": value, TOKEN: value}
    (event,) = told(name, fields)
    assert event.fields.keys() <= {*EVENTS[name].fields, *EVENTS[name].optional}
    shown = f"{event!r} {event} {format_event(event)} {list(event.fields.values())!r}"
    assert not [needle for needle in NEEDLES if needle in shown]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("endpoint", "https://a.example/3.0/Grades?x=1", "https://a.example/3.0/Grades"),
        ("endpoint", "https://someone:pass@a.example:8443/x#y", "https://a.example:8443/x"),
        ("endpoint", "http://[::1]:80/x", "http://[::1]:80/x"),
        ("endpoint", "https://a.example/api/v3/SynergiaAccounts/fresh/1234567u", "…/fresh/REDACTED"),
        ("endpoint", "https://a.example/loguj/token/abc/przenies", "…/loguj/token/REDACTED/przenies"),
        ("endpoint", "https://a.example/user/a%40b.pl/x", "https://a.example/user/REDACTED/x"),
        ("endpoint", f"https://a.example/Lessons/{UUID}", f"https://a.example/Lessons/{UUID}"),
        ("endpoint", f"https://a.example/{TOKEN}", "https://a.example/REDACTED"),
        ("endpoint", "https://A.Example/", "https://a.example/"),
        ("endpoint", "ftp://a.example/", None),
        ("endpoint", "https:///x", None),
        ("endpoint", "https://[", None),
        ("endpoint", "somewhere", None),
        ("path", "/3.0/Grades", "/3.0/Grades"),
        ("path", "/fresh/1234567u?x=1", "/fresh/REDACTED"),
        ("path", "/fresh//x", "/fresh//x"),
        ("path", "", ""),
        ("path", "Grades", None),
        ("status", 503, 503),
        ("status", True, None),
        ("status", "503", None),
        ("status", -1, None),
        ("slot", "child", "child"),
        ("slot", "1234567u", None),
        ("table", "Grades/Categories", "Grades/Categories"),
        ("table", "Users/1234567", None),
        ("reason", "status_503", "status_503"),
        ("reason", "two words", None),
        ("reason", "x" * 49, None),
        ("error_name", "HTTP2Error", "HTTP2Error"),
        ("error_name", TOKEN[:20], None),
        ("method", "GET", "GET"),
        ("method", "get", None),
        ("auth_mode", "none", "none"),
        ("error_code", "NETWORK_ERROR", "NETWORK_ERROR"),
        ("error_code", "Jan", None),
        ("error_message", "Try again later.", "Try again later."),
        ("error_message", f"of {EMAIL}, they say", "of REDACTED, they say"),
        ("error_message", f"sent Bearer {PASSWORD} there", "sent REDACTED there"),
        ("error_message", f"is {TOKEN}.", "is REDACTED"),
        ("error_message", f"lesson {UUID} has gone", f"lesson {UUID} has gone"),
        ("error_message", f"see https://a.example/x?key={PASSWORD} now", "see https://a.example/x now"),
        ("error_message", "see https://[ now", "see REDACTED now"),
        (
            "error_message",
            f"at /token/{PASSWORD}/x?y={TOKEN} and/or home",
            "at /token/REDACTED/x and/or home",
        ),
        ("error_message", "ż" * 500, "ż" * (LONGEST_MESSAGE - 1) + "…"),
        ("error_message", None, None),
    ],
)
def test_what_is_shown_of_a_value(field: str, value: Any, shown: object) -> None:
    found = FIELDS[field].shown(value)
    if isinstance(shown, str) and shown.startswith("…"):
        assert isinstance(found, str)
        assert found.endswith(shown[1:])
    else:
        assert found == shown


# --- errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (
            LibrusApiError("Refused.", details={"endpoint": "x", "status": 403, "server_message": TOKEN}),
            {
                "error_name": "LibrusApiError",
                "error_code": "API_REQUEST_FAILED",
                "error_message": "Refused.",
                "status": 403,
            },
        ),
        (
            LibrusTimeoutError("Slow.", details={"endpoint": "x", "timeout_ms": 5}),
            {
                "error_name": "LibrusTimeoutError",
                "error_code": "NETWORK_TIMEOUT",
                "error_message": "Slow.",
                "timeout_ms": 5,
            },
        ),
    ],
)
def test_an_error_is_told_by_its_fields(error: LibrusSdkError, fields: dict[str, object]) -> None:
    (event,) = told("session.refresh.failure", {"slot": "child", "duration_ms": 7, "error": error})
    assert event.fields == {"slot": "child", "duration_ms": 7, **fields}
    assert list(event.fields) == ["slot", "duration_ms", *fields], "in the order of the catalogue"


def test_what_was_given_beside_an_error_counts() -> None:
    error = LibrusApiError("Refused.", details={"status": 403})
    (event,) = told("session.refresh.failure", {"error": error, "status": 500})
    assert event.fields["status"] == 500
