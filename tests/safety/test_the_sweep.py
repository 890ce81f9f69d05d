"""The sweep can fail: a leak planted in any channel, in any spelling, is found."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import warnings
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote

import pytest

from librus_sdk import Event, LibrusSdkError, Rows, Secret
from librus_sdk.core.http import Request
from librus_sdk.shells import edge_tasks, edge_threads, wire
from tests.safety import cases
from tests.safety.evidence import PACKAGE, Evidence, Needles
from tests.safety.scenes import Scene, Shell
from tests.safety.test_leaks import run

SECRET = "Hasło-12345&xY+%="
NEEDLES = Needles([SECRET])


def in_our_code(source: str) -> Callable[..., Any]:
    """A function ``planted`` that looks like one of the package's modules to a traceback."""
    names: dict[str, Any] = {}
    exec(compile(source, str(PACKAGE / "planted.py"), "exec"), names)
    function: Callable[..., Any] = names["planted"]
    return function


def raised(plant: Callable[[], object]) -> LibrusSdkError:
    with pytest.raises(LibrusSdkError) as caught:
        plant()
    return caught.value


def message() -> LibrusSdkError:
    return LibrusSdkError(f"refused {SECRET}")


def details() -> LibrusSdkError:
    return LibrusSdkError("refused", details={"a": [{"b": SECRET}]})


def arguments() -> LibrusSdkError:
    error = LibrusSdkError("refused")
    error.args = (SECRET,)
    return error


def attribute() -> LibrusSdkError:
    error = LibrusSdkError("refused")
    error.body = SECRET  # type: ignore[attr-defined]
    return error


def note() -> LibrusSdkError:
    error = LibrusSdkError("refused")
    error.add_note(SECRET)
    return error


def cause() -> LibrusSdkError:
    error = LibrusSdkError("refused")
    error.__cause__ = ValueError(SECRET)
    return error


def suppressed_context() -> LibrusSdkError:
    def plant() -> None:
        try:
            raise ValueError(SECRET)
        except ValueError:
            raise LibrusSdkError("refused") from None

    return raised(plant)


def member_of_a_group() -> LibrusSdkError:
    error = LibrusSdkError("refused")
    error.__cause__ = ExceptionGroup("several", [ValueError(SECRET)])
    return error


def variable_of_a_frame() -> LibrusSdkError:
    planted = in_our_code("def planted(error, password):\n    kept = [{'a': (password,)}]\n    raise error\n")
    return raised(lambda: planted(LibrusSdkError("refused"), SECRET))


def attribute_of_a_variable_of_a_frame() -> LibrusSdkError:
    planted = in_our_code(
        "import functools\n"
        "class Kept:\n"
        "    __module__ = 'librus_sdk.planted'\n"
        "    __slots__ = ('text',)\n"
        "def planted(error, password):\n"
        "    kept = Kept()\n"
        "    kept.text = password\n"
        "    call = functools.partial(print, kept)\n"
        "    del password, kept\n"
        "    raise error\n"
    )
    return raised(lambda: planted(LibrusSdkError("refused"), SECRET))


@pytest.mark.parametrize(
    ("plant", "channel"),
    [
        (message, "message"),
        (message, "printed"),
        (message, "pickle"),
        (details, "details"),
        (details, "pickle"),
        (arguments, "message"),
        (attribute, "attributes"),
        (note, "notes"),
        (cause, "message"),
        (suppressed_context, "message"),
        (member_of_a_group, "message"),
        (variable_of_a_frame, "frames"),
        (attribute_of_a_variable_of_a_frame, "frames"),
    ],
)
def test_a_leaky_error_is_found(plant: Callable[[], LibrusSdkError], channel: str) -> None:
    evidence = Evidence()
    evidence.take_error(plant())
    assert evidence.leaks(NEEDLES)[channel] == {SECRET}


def test_a_frame_that_is_not_ours_is_the_programs_own_business() -> None:
    def somebody_elses(password: str) -> None:
        raise LibrusSdkError("refused")

    evidence = Evidence()
    evidence.take_error(raised(lambda: somebody_elses(SECRET)))
    assert evidence.leaks(NEEDLES) == {}


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps({"a": SECRET}),
        repr(SECRET.encode()),
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"x:{SECRET}".encode()).decode(),
        base64.urlsafe_b64encode(f"xy:{SECRET}:z".encode()).decode(),
        repr(pickle.dumps(SECRET)),
    ],
)
def test_every_spelling_is_found(spelling: str) -> None:
    assert NEEDLES.found_in(f"something {spelling} something") == {SECRET}


def log_message() -> None:
    logging.getLogger("httpx2.deeper").debug(SECRET)


def log_argument() -> None:
    logging.getLogger("asyncio").debug("%s", {"a": SECRET})


def log_argument_that_is_not_shown() -> None:
    logging.getLogger("x").debug("%(b)s", {"a": SECRET, "b": 1})


def log_extra() -> None:
    logging.getLogger("librus_sdk").debug("done", extra={"body": SECRET})


def log_exception() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("x").debug("failed", exc_info=True)


@pytest.mark.parametrize(
    "plant", [log_message, log_argument, log_argument_that_is_not_shown, log_extra, log_exception]
)
def test_a_leaky_log_line_is_found(plant: Callable[[], None]) -> None:
    evidence = Evidence()
    with evidence.listening():
        plant()
    assert evidence.leaks(NEEDLES) == {"logs": {SECRET}}


def test_a_leaky_warning_is_found() -> None:
    evidence = Evidence()
    with evidence.listening():
        warnings.warn(f"odd row {SECRET}", stacklevel=1)
    assert evidence.leaks(NEEDLES) == {"warnings": {SECRET}}


def test_a_leaky_event_is_found() -> None:
    evidence = Evidence()
    with evidence.listening():
        evidence.hook(Event("info", "done", {"who": {"login": SECRET}}))
    assert evidence.leaks(NEEDLES).keys() == {"events", "logs"}


class _Holder:
    __module__ = "librus_sdk.planted"

    def __init__(self, kept: object) -> None:
        self.kept = kept


@pytest.mark.parametrize(
    ("thing", "channel"),
    [
        (_Holder(SECRET), "objects"),
        (_Holder({"a": [SECRET]}), "objects"),
        ([SECRET], "encoded"),
        ([SECRET], "pickle"),
    ],
)
def test_a_leaky_object_is_found(thing: object, channel: str) -> None:
    evidence = Evidence()
    evidence.take_object(thing)
    assert evidence.leaks(NEEDLES)[channel] == {SECRET}


# --- the real thing, with one of its protections taken away ------------------------------------------------


@pytest.fixture(params=["threads", "tasks"])
def shell(request: pytest.FixtureRequest) -> Shell:
    name: Shell = request.param
    return name


Sweep = Callable[[str], set[str]]


@pytest.fixture
def sweep(shell: Shell) -> Sweep:
    """Runs a case and returns the channels in which something was found."""

    def swept(name: str) -> set[str]:
        case = cases.CASES[name]
        scene = Scene(shell, **case.simulator)
        run(case, scene)
        return set(scene.evidence.leaks(scene.needles()))

    return swept


def test_the_sweep_listens_to_the_http_library(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("httpx2", "httpcore2.http11"):
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    assert sweep("all_is_well") == {"logs"}


def test_the_sweep_sees_an_open_box(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Secret, "__repr__", Secret.reveal)
    assert "objects" in sweep("all_is_well")


def test_the_sweep_sees_open_cookies(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_Cookies", CookieJar)
    assert "objects" in sweep("all_is_well")


def test_the_sweep_sees_what_an_interrupt_carries(
    sweep: Sweep, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = edge_threads if shell == "threads" else edge_tasks
    monkeypatch.setattr(edge, "forget_origin", lambda error: error)
    # On asyncio the request is on a task of the session, which the caller's traceback does not show.
    assert sweep("interrupt_at_fresh") == ({"frames"} if shell == "threads" else set())


def test_the_sweep_sees_an_account_that_shows_itself(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rows, "__repr__", lambda rows: repr(rows._items) + repr(rows.rejected))
    monkeypatch.setattr("librus_sdk.models.portal.ChildAccount.__repr__", lambda row: row.student_name)
    assert "objects" in sweep("odd_account_rows")


def test_the_sweep_sees_a_body_in_a_message(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librus_sdk.core.answers.is_server_code", lambda code: True)
    assert {"details", "pickle", "attributes"} <= sweep("echo_with_400")


def show_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the second guard of addresses, which hides what the first has let through."""

    def facts(_name: str, given: Mapping[str, object]) -> Mapping[str, object]:
        return given

    monkeypatch.setattr("librus_sdk.events.facts_of", facts)


def test_the_sweep_sees_the_one_time_token_in_an_address(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(method: str, url: str, *, endpoint: str, **more: Any) -> Request:
        assert endpoint
        return Request(method, url, endpoint=url, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("librus_sdk.flows.post.Request", shown)
    assert sweep("mail_is_well") == set(), "whoever makes an event of it hides it"
    show_addresses(monkeypatch)
    assert {"events", "logs"} <= sweep("mail_is_well")


def test_the_sweep_sees_where_a_redirect_leads(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librus_sdk.flows.walk.origin_text", str)
    show_addresses(monkeypatch)
    assert {"events", "logs"} <= sweep("mail_is_well")
    assert {"events", "logs"} <= sweep("gateway_is_well")


def test_the_sweep_sees_a_letter_that_shows_itself(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librus_sdk.models.Prepared.__repr__", lambda prepared: prepared.body)
    assert "objects" in sweep("sending_is_well")


def test_the_sweep_sees_a_letter_in_a_frame(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librus_sdk.endpoints._sending.boxed", lambda text: text)
    monkeypatch.setattr("librus_sdk.endpoints._sending._check_subject", lambda text: None)
    monkeypatch.setattr("librus_sdk.endpoints._sending._check_body", lambda text: None)
    assert "frames" in sweep("send_wiadomosci/me_trouble")
