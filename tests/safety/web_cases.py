"""The failing paths of what lives by cookies, of the messages and files, of sending, and of kept tokens."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from librus_sdk import FileStore, LibrusSession
from librus_sdk.core.keeping import read
from librus_sdk.secret import Secret
from librus_sdk.settings import GatewayCredentials
from librus_sdk.shells.store import StoreKey
from tests.safety.cases import CASES, add, case
from tests.safety.scenes import Scene

__all__ = ["CASES"]

SUBJECT: Final = "Prośba o rozmowę w cztery oczy"
BODY: Final = "Dzień dobry,\nproszę nikomu o tym nie mówić: 600-700-800."


NOTHING: Final = ""
PERSON: Final = "ACCOUNT_ACTION_REQUIRED"
API: Final = "API_REQUEST_FAILED"
WRONG: Final = "AUTHENTICATION_FAILED"
REFRESH: Final = "AUTH_REFRESH_FAILED"
NET: Final = "NETWORK_ERROR"
PAGE: Final = "PORTAL_LOGIN_PAGE_INVALID"
OFTEN: Final = "RATE_LIMITED"
INVALID: Final = "RESPONSE_VALIDATION_FAILED"
DOWN: Final = "SERVICE_MAINTENANCE"
ENDS: Final[dict[str, dict[str, str]]] = {
    "web_web.start": {"*": PAGE, "trouble": API, "maintenance": DOWN, "drop_before": NET},
    "web_web.form": {
        "*": PAGE,
        "trouble": API,
        "maintenance": DOWN,
        "empty": PERSON,
        "page": PERSON,
        "drop_before": NET,
        "echo_200": PERSON,
    },
    "web_web.login": {
        "*": API,
        "maintenance": DOWN,
        "refused": WRONG,
        "empty": OFTEN,
        "page": OFTEN,
        "drop_before": NET,
        "echo_200": WRONG,
        "echo_403": WRONG,
        "echo_422": WRONG,
    },
    "web_web.2fa": {
        "*": API,
        "maintenance": DOWN,
        "empty": PERSON,
        "page": PERSON,
        "drop_before": NET,
        "echo_200": PERSON,
        "away": PERSON,
        "no_address": PERSON,
    },
    "web_web.grant": {
        "*": API,
        "maintenance": DOWN,
        "empty": PERSON,
        "page": PERSON,
        "drop_before": NET,
        "echo_200": PERSON,
        "away": PERSON,
        "no_address": PERSON,
    },
    "web_web.home": {"*": NOTHING},
    "web_gateway/Auth/TokenInfo": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "empty": INVALID,
        "page": REFRESH,
        "drop_before": NET,
        "echo_200": NOTHING,
        "away": REFRESH,
        "no_address": REFRESH,
    },
    "web_again_web.refresh": {"*": NOTHING, "trouble": API, "maintenance": DOWN, "drop_before": NET},
    "web_again_gateway/LuckyNumbers": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "empty": INVALID,
        "page": REFRESH,
        "drop_before": NET,
        "echo_200": INVALID,
        "away": REFRESH,
        "no_address": REFRESH,
    },
    "mail_AutoLoginToken": {
        "*": API,
        "refused": REFRESH,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
    },
    "mail_web.token": {"*": API, "maintenance": DOWN, "drop_before": NET},
    "mail_web.notifications": {
        "*": API,
        "maintenance": DOWN,
        "empty": NOTHING,
        "page": NOTHING,
        "drop_before": NET,
        "echo_200": NOTHING,
    },
    "mail_web.messages": {"*": API, "maintenance": DOWN, "drop_before": NET},
    "mail_wiadomosci.logon": {"*": API, "maintenance": DOWN, "drop_before": NET},
    "mail_again_wiadomosci.page": {
        "*": API,
        "maintenance": DOWN,
        "empty": NOTHING,
        "page": NOTHING,
        "drop_before": NET,
        "echo_200": NOTHING,
    },
    "mail_again_wiadomosci/inbox/unreadMessagesCount": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "empty": INVALID,
        "page": REFRESH,
        "drop_before": NET,
        "echo_200": NOTHING,
        "away": REFRESH,
        "no_address": REFRESH,
    },
    "mail_of_school_web.messages": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "drop_before": NET,
    },
    "file_sandbox.try": {
        "*": API,
        "empty": INVALID,
        "page": NOTHING,
        "drop_before": NET,
        "echo_200": INVALID,
        "away": INVALID,
        "no_address": INVALID,
    },
    "file_sandbox.check_key": {"*": API, "drop_before": NET},
    "file_sandbox.download": {
        "*": API,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
        "away": INVALID,
        "no_address": INVALID,
    },
    "send_wiadomosci/messages": {"*": NOTHING},
    "send_wiadomosci/me": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "empty": INVALID,
        "page": REFRESH,
        "drop_before": NET,
        "echo_200": NOTHING,
        "away": REFRESH,
        "no_address": REFRESH,
    },
    "send_wiadomosci/receivers/types": {
        "*": API,
        "maintenance": DOWN,
        "refused": REFRESH,
        "empty": INVALID,
        "page": REFRESH,
        "drop_before": NET,
        "echo_200": NOTHING,
        "away": REFRESH,
        "no_address": REFRESH,
    },
    "bff_bff/Messages": {
        "*": API,
        "refused": REFRESH,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
    },
    "oauth_oauth.redirect": {
        "*": API,
        "empty": PAGE,
        "page": PAGE,
        "drop_before": NET,
        "echo_200": PAGE,
        "away": PAGE,
        "no_address": PAGE,
    },
    "oauth_oauth.token": {
        "*": API,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
    },
    "oauth_again_oauth.token": {
        "*": API,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
    },
    "stored_fresh": {
        "*": API,
        "refused": REFRESH,
        "empty": INVALID,
        "page": INVALID,
        "drop_before": NET,
        "echo_200": INVALID,
    },
    "stored_web_web.login": {
        "*": API,
        "maintenance": DOWN,
        "refused": WRONG,
        "empty": OFTEN,
        "page": OFTEN,
        "drop_before": NET,
        "echo_200": WRONG,
        "echo_403": WRONG,
        "echo_422": WRONG,
    },
}
"""How each sweep ends: ``*`` is what most faults lead to. Nothing: it is healed, or not looked at."""


# --- whom there is to call --------------------------------------------------------------------------------


def at_school(scene: Scene, **options: Any) -> Any:
    """A client of a login issued by the school; nothing is asked yet."""
    session = scene.session(scene.sim.gateway_credentials(), **options)
    return scene.remember(scene.call(session.for_child))


def at_school_warm(scene: Scene, **options: Any) -> Any:
    client = at_school(scene, **options)
    scene.call(client.lucky_number.get)
    return client


def mail(scene: Scene, **options: Any) -> Any:
    """The mailbox of a child of the family; nothing is asked of it yet."""
    session = scene.session(**options)
    client = scene.call(lambda: session.for_child_wiadomosci(scene.sim.children[0].id))
    return scene.remember(client).messages


def mail_of_school(scene: Scene, **options: Any) -> Any:
    session = scene.session(scene.sim.gateway_credentials(), **options)
    return scene.remember(scene.call(session.for_child_wiadomosci)).messages


def mail_warm(scene: Scene, **options: Any) -> Any:
    post = mail(scene, **options)
    scene.call(post.unread)
    return post


def echo(scene: Scene, status: int) -> dict[str, Any]:
    """Librus repeats what it knows wherever an answer has room for it."""
    known, child = scene.sim.gateway_credentials(), scene.sim.children[0]
    told = f"{known.login.reveal()} {known.password.reveal()} {child.name} {scene.sim.token(child.id)}"
    body = {
        "status": told,
        "Status": told,
        "code": told,
        "Code": told,
        "message": told,
        "errors": [{"message": told, "code": known.password.reveal()}],
        "goTo": f"https://elsewhere.example/?{known.password.reveal()}",
        "Token": {"is": told},
        "data": {"status": told, "downloadLink": f"https://elsewhere.example/{child.login}"},
    }
    headers = {"x-who": known.login.reveal(), "retry-after": child.login, "www-authenticate": child.login}
    return {"status": status, "body": body, "headers": headers}


Faults = dict[str, Callable[[Scene], dict[str, Any]]]
FAULTS: Final[Faults] = {
    "trouble": lambda _: {"status": 500, "body": {}},
    "maintenance": lambda _: {"html": True, "status": 503},
    "not_there": lambda _: {"status": 404, "body": {}},
    "refused": lambda _: {"status": 401, "body": {}},
    "empty": lambda _: {"body": ""},
    "page": lambda _: {
        "body": "<!DOCTYPE html><p>Zaloguj się",
        "headers": {"content-type": "text/html"},
    },
    "drop_before": lambda _: {"drop": "before"},
    "echo_200": lambda scene: echo(scene, 200),
    "echo_403": lambda scene: echo(scene, 403),
    "echo_422": lambda scene: echo(scene, 422),
    "away": lambda scene: {
        "status": 302,
        "body": "",
        "headers": {"location": f"https://elsewhere.example/?{scene.sim.children[0].login}"},
    },
    "no_address": lambda scene: {
        "status": 302,
        "body": "",
        "headers": {"location": f"http://[{scene.sim.children[0].login}"},
    },
}


def sweep(prefix: str, step: str, run: Callable[[Scene, Callable[[], None]], None]) -> None:
    """Add a case for each fault of a step; ``run`` is given what brings the fault about."""
    for what, fault in FAULTS.items():

        def body(scene: Scene, fault: Callable[[Scene], dict[str, Any]] = fault) -> None:
            run(scene, lambda: _fail(scene, step, fault(scene)))

        ends = ENDS[f"{prefix}_{step}"]
        add(f"{prefix}_{step}_{what}", body, ends.get(what, ends["*"]))


def _fail(scene: Scene, step: str, fault: dict[str, Any]) -> None:
    scene.sim.fail(step, times=None, **fault)


# --- the gateway ------------------------------------------------------------------------------------------


def _cold_gateway(scene: Scene, spoil: Callable[[], None]) -> None:
    client = at_school(scene)
    spoil()
    scene.call(client.lucky_number.get)


def _dead_gateway(scene: Scene, spoil: Callable[[], None]) -> None:
    client = at_school_warm(scene)
    scene.sim.end_web_session()
    spoil()
    scene.call(client.lucky_number.get)


for _step in (
    "web.start",
    "web.form",
    "web.login",
    "web.2fa",
    "web.grant",
    "web.home",
    "gateway/Auth/TokenInfo",
):
    sweep("web", _step, _cold_gateway)
for _step in ("web.refresh", "gateway/LuckyNumbers"):
    sweep("web_again", _step, _dead_gateway)


@case("")
def gateway_is_well(scene: Scene) -> None:
    client = at_school(scene)
    scene.remember(scene.call(client.me.get))
    scene.sim.expire_web_session()
    assert len(scene.remember(scene.call(client.grades.list))) > 0


@case("AUTHENTICATION_FAILED")
def gateway_password_is_wrong(scene: Scene) -> None:
    wrong = "Tęcza wrong&password+%"
    scene.more_secrets.add(wrong)
    session = scene.session(GatewayCredentials(scene.sim.gateway_credentials().login, wrong))
    try:
        scene.call(session.login)
    except Exception as error:  # noqa: BLE001
        scene.evidence.take_error(error)
    client = scene.call(session.for_child)
    scene.call(client.grades.list)


@case("CAPTCHA_REQUIRED", captcha_after=1)
def gateway_captcha(scene: Scene) -> None:
    login = scene.sim.gateway_credentials().login
    scene.call(scene.session(GatewayCredentials(login, "x" * 9)).login)


@case("ACCOUNT_ACTION_REQUIRED")
def gateway_account_has_run_out(scene: Scene) -> None:
    scene.sim.expire_account(scene.sim.children[0].id)
    scene.call(at_school(scene).grades.list)


@case("ACCOUNT_ACTION_REQUIRED")
def gateway_forced_step(scene: Scene) -> None:
    scene.sim.force_step(scene.sim.children[0].id)
    scene.call(at_school(scene).grades.list)


@case("RATE_LIMITED")
def gateway_throttled(scene: Scene) -> None:
    scene.sim.throttle_logins(9)
    scene.call(at_school(scene).grades.list)


@case("NETWORK_BLOCKED")
def gateway_blocked(scene: Scene) -> None:
    scene.sim.network_blocked = True
    scene.call(at_school(scene).grades.list)


@case("UNSUPPORTED_BACKEND")
def gateway_has_no_portal(scene: Scene) -> None:
    session = scene.session(scene.sim.gateway_credentials())
    scene.call(lambda: session.for_child(scene.sim.children[0].login))


# --- the messages -----------------------------------------------------------------------------------------


def _cold_mail(scene: Scene, spoil: Callable[[], None]) -> None:
    post = mail(scene)
    spoil()
    scene.call(post.unread)


def _dead_mail(scene: Scene, spoil: Callable[[], None]) -> None:
    post = mail_warm(scene)
    scene.sim.expire_messages_session()
    spoil()
    scene.call(post.unread)


def _mail_of_school(scene: Scene, spoil: Callable[[], None]) -> None:
    post = mail_of_school(scene)
    spoil()
    scene.call(post.unread)


for _step in ("AutoLoginToken", "web.token", "web.notifications", "web.messages", "wiadomosci.logon"):
    sweep("mail", _step, _cold_mail)
for _step in ("wiadomosci.page", "wiadomosci/inbox/unreadMessagesCount"):
    sweep("mail_again", _step, _dead_mail)
sweep("mail_of_school", "web.messages", _mail_of_school)


@case("")
def mail_is_well(scene: Scene) -> None:
    post = mail(scene)
    scene.remember(scene.call(post.list))
    scene.sim.expire_messages_session()
    scene.sim.expire_portal_session()
    page = scene.remember(scene.call(post.list))
    scene.remember(scene.call(lambda: post.open(page[0].id)))
    scene.remember(scene.call(post.me))
    scene.remember(scene.call(lambda: post.receivers_of("teachers")))


@case("FEATURE_UNAVAILABLE")
def mail_of_a_school_without_messages(scene: Scene) -> None:
    scene.sim.no_messages_module()
    scene.call(mail(scene).list)


@case("API_REQUEST_FAILED")
def mail_that_is_not_there(scene: Scene) -> None:
    post = mail(scene)
    scene.call(lambda: post.open(99_999_999))


@case("CONFIGURATION_ERROR")
def mail_of_an_odd_id(scene: Scene) -> None:
    post = mail(scene)
    scene.call(lambda: post.open("1\udc80"))


# --- files ------------------------------------------------------------------------------------------------


def _file(scene: Scene, post: Any) -> tuple[str, str]:
    """A file of a message that lies in the file store."""
    page = scene.call(lambda: post.list(limit=300))
    for message in page:
        if message.has_attachments:
            for file in scene.call(partial(post.open, message.id)).attachments:
                if int(file.id) % 4 in (1, 2):
                    return str(file.id), str(message.id)
    raise AssertionError("the simulator has no such file")


def _attachment(scene: Scene, spoil: Callable[[], None]) -> None:
    post = mail(scene, timeout_ms=2_000)
    file, message = _file(scene, post)
    spoil()
    scene.remember(scene.call(lambda: post.attachment(file, message)))


for _step in ("sandbox.try", "sandbox.check_key", "sandbox.download"):
    sweep("file", _step, _attachment)


# --- sending ----------------------------------------------------------------------------------------------


def private(scene: Scene) -> None:
    scene.more_secrets |= {SUBJECT, BODY}


def _to(scene: Scene, post: Any) -> Any:
    people = scene.call(lambda: post.receivers_of("teachers"))
    return next(person for person in people if person.is_available)


def _sending(scene: Scene, spoil: Callable[[], None]) -> None:
    private(scene)
    post = mail(scene)
    person = _to(scene, post)
    spoil()
    scene.remember(scene.call(lambda: post.send([person], SUBJECT, BODY)))


for _step in ("wiadomosci/messages", "wiadomosci/me", "wiadomosci/receivers/types"):
    sweep("send", _step, _sending)


@case("")
def sending_is_well(scene: Scene) -> None:
    private(scene)
    post = mail(scene)
    person = _to(scene, post)
    prepared = scene.call(lambda: post.prepare([person], SUBJECT, BODY))
    scene.remember(prepared)
    scene.remember(scene.call(lambda: post.confirm(prepared)))


@case("CONFIGURATION_ERROR")
def sending_twice(scene: Scene) -> None:
    private(scene)
    post = mail(scene)
    person = _to(scene, post)
    prepared = scene.call(lambda: post.prepare([person], SUBJECT, BODY))
    scene.call(lambda: post.confirm(prepared))
    scene.call(lambda: post.confirm(prepared))


for _what, _subject, _body in (
    ("no_subject", "", BODY),
    ("no_body", SUBJECT, " "),
    ("a_long_body", SUBJECT, BODY * 999),
    ("two_lines_of_subject", f"{SUBJECT}\n{SUBJECT}", BODY),
    ("a_body_that_is_no_text", SUBJECT, f"{BODY}\udc80"),
    ("a_body_of_signs", SUBJECT, f"{BODY}\x00"),
):

    def _bad_letter(scene: Scene, subject: str = _subject, body: str = _body) -> None:
        private(scene)
        post = mail(scene)
        scene.call(lambda: post.send(["1"], subject, body))

    add(f"sending_{_what}", _bad_letter, "CONFIGURATION_ERROR")


@case("CONFIGURATION_ERROR")
def sending_to_nobody_known(scene: Scene) -> None:
    private(scene)
    post = mail(scene)
    scene.call(lambda: post.send(["1"], SUBJECT, BODY))


@case("CONFIGURATION_ERROR")
def answering_what_cannot_be_answered(scene: Scene) -> None:
    private(scene)
    post = mail(scene)
    scene.call(lambda: post.reply("letter", BODY))


# --- the phone's back end, and kept tokens ----------------------------------------------------------------


def _bff(scene: Scene, spoil: Callable[[], None]) -> None:
    session = scene.session()
    client = scene.call(lambda: session.for_child_bff(scene.sim.children[0].id))
    scene.remember(client)
    spoil()
    scene.remember(scene.call(client.messages.list))


sweep("bff", "bff/Messages", _bff)


@contextmanager
def kept(scene: Scene) -> Iterator[FileStore]:
    """A store in a folder; what is in it in the end is looked at as the SDK reads it."""
    with TemporaryDirectory() as folder:
        store = scene.remember(FileStore(folder, name="family"))
        try:
            yield store
        finally:
            for each in store.files():
                content = Secret(each.path.read_text(encoding="utf-8"))
                scene.remember((each.set_aside, content, read(content, "")))


def _oauth(scene: Scene, spoil: Callable[[], None]) -> None:
    with kept(scene) as store:
        session = scene.session(auth="oauth", store=store)
        spoil()
        scene.call(session.get_portal_me)


def _oauth_again(scene: Scene, spoil: Callable[[], None]) -> None:
    with kept(scene) as store:
        session = scene.session(auth="oauth", store=store)
        scene.call(session.get_portal_me)
        scene.sim.expire_portal_tokens()
        spoil()
        scene.call(session.get_portal_me)


def _stored(scene: Scene, spoil: Callable[[], None]) -> None:
    with kept(scene) as store:
        session = scene.session(store=store)
        scene.call(session.list_children)
        scene.sim.expire_child_tokens()
        again = scene.session(store=store)
        client = scene.call(lambda: again.for_child(scene.sim.children[0].id))
        spoil()
        scene.remember(scene.call(client.lucky_number.get))


def _stored_web(scene: Scene, spoil: Callable[[], None]) -> None:
    with kept(scene) as store:
        client = at_school(scene, store=store)
        spoil()
        scene.call(client.lucky_number.get)


sweep("oauth", "oauth.redirect", _oauth)
sweep("oauth", "oauth.token", _oauth)
sweep("oauth_again", "oauth.token", _oauth_again)
sweep("stored", "fresh", _stored)
sweep("stored_web", "web.login", _stored_web)


def _spoilt(scene: Scene, change: Callable[[str], str]) -> None:
    """Sign in, spoil what is kept of that, and sign in with it."""
    with kept(scene) as store, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        scene.call(scene.session(auth="oauth", store=store).login)
        for each in store.files():
            each.path.write_text(change(each.path.read_text(encoding="utf-8")), encoding="utf-8")
        scene.call(scene.session(auth="oauth", store=store).login)
        scene.remember([str(warning.message) for warning in told])
        assert {each.set_aside for each in store.files()} - {None}, "nothing was put aside"


@case("")
def store_of_another_version(scene: Scene) -> None:
    _spoilt(scene, lambda text: text.replace('"format":1', '"format":99'))


@case("")
def store_that_was_cut_short(scene: Scene) -> None:
    _spoilt(scene, lambda text: text[:-9])


@case("")
def store_of_something_else(scene: Scene) -> None:
    _spoilt(scene, lambda text: text.replace("librus-sdk session", "another program"))


@case("")
def store_in_no_folder(scene: Scene) -> None:
    """That it cannot be written is told by an event and stops nobody."""
    with TemporaryDirectory() as folder:
        Path(folder, "file").touch()
        store = FileStore(Path(folder, "file"), name="family")
        scene.call(scene.session(auth="oauth", store=store).login)
        # Events of a renewal come when everybody who waited has been served, on threads from another one.
        for thread in threading.enumerate():
            if thread.name == "librus-refresh":
                thread.join(20)
    assert any(event.name == "store.unclaimed" for event in scene.evidence.events)


@case("CONFIGURATION_ERROR")
def store_without_a_name(scene: Scene) -> None:
    LibrusSession(auth="oauth", store=FileStore("a-folder"))


@case("CONFIGURATION_ERROR")
def store_that_cannot_be_written(scene: Scene) -> None:
    with kept(scene) as store:
        scene.call(scene.session(auth="oauth", store=store).login)
        (each,) = store.files()
        content = each.path.read_text(encoding="utf-8")
        claim = store.shelf(StoreKey.of("family", None, astuple(scene.sim.hosts), usual_hosts=False)).claim()
        assert claim is not None
        try:
            each.path.unlink()
            each.path.mkdir()
            claim.save(Secret(content))
        finally:
            claim.release()
            each.path.rmdir()


# --- interrupts -------------------------------------------------------------------------------------------

WAYS: Final[dict[str, tuple[Callable[[Scene, Callable[[], None]], None], tuple[str, ...]]]] = {
    "web": (_cold_gateway, ("web.start", "web.form", "web.login", "web.grant", "gateway/Auth/TokenInfo")),
    "web_again": (_dead_gateway, ("web.refresh", "gateway/LuckyNumbers")),
    "mail": (_cold_mail, ("AutoLoginToken", "web.token", "web.messages", "wiadomosci.logon")),
    "mail_again": (_dead_mail, ("fresh", "wiadomosci/inbox/unreadMessagesCount")),
    "file": (_attachment, ("sandbox.check_key", "sandbox.download")),
    "send": (_sending, ("wiadomosci/messages", "wiadomosci/me")),
    "bff": (_bff, ("bff/Messages",)),
    "oauth": (_oauth, ("oauth.redirect", "oauth.token")),
    "oauth_again": (_oauth_again, ("oauth.token",)),
    "stored": (_stored, ("LuckyNumbers", "fresh")),
    "stored_web": (_stored_web, ("gateway/LuckyNumbers", "web.login")),
}
for _name, (_way, _steps) in WAYS.items():
    for _step in _steps:

        def _interrupt(scene: Scene, way: Any = _way, step: str = _step) -> None:
            entered = scene.interrupted(step)
            try:
                way(scene, entered.__enter__)
            finally:
                entered.__exit__(None, None, None)

        add(f"interrupt_{_name}_at_{_step}", _interrupt, "KeyboardInterrupt")


@case("CancelledError", "tasks")
def cancelled_while_sending(scene: Scene) -> None:
    private(scene)
    post = mail(scene)
    person = _to(scene, post)
    scene.cancelled("wiadomosci/messages", lambda: post.send([person], SUBJECT, BODY))


@case("CancelledError", "tasks")
def cancelled_at_the_one_time_token(scene: Scene) -> None:
    scene.cancelled("web.token", mail(scene).list)


@case("CancelledError", "tasks")
def cancelled_at_the_form(scene: Scene) -> None:
    scene.cancelled("web.login", at_school(scene).grades.list)


@case("CancelledError", "tasks")
def closing_in_the_middle_of_a_chain(scene: Scene) -> None:
    post = mail(scene, close_grace_s=0.0)
    session = scene.kept[0]

    async def body() -> None:
        gate = scene.sim.hold("wiadomosci.logon")
        read = asyncio.ensure_future(post.list())
        await gate.arrived()
        read.cancel()
        await session.close()
        gate.release()
        await read

    scene.call(body)
