"""The failing paths: each makes something go wrong and lets the error out."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from librus_sdk import Hosts, LibrusSession, PortalClient, PortalCredentials, Secret, SynergiaApiClient
from librus_sdk.endpoints import Homework
from librus_sdk.environment import Environment
from librus_sdk.settings import GatewayCredentials
from tests.safety.scenes import AT_ONCE, Scene

__all__ = ["CASES", "Case"]


@dataclass(frozen=True)
class Case:
    """One way to fail, and how it must end: an error code, an exception's name, or ``""`` for no error."""

    run: Callable[[Scene], object]
    ends: str
    shells: tuple[str, ...]
    simulator: dict[str, Any]

    @property
    def name(self) -> str:
        return self.run.__name__ if hasattr(self.run, "__name__") else repr(self.run)


CASES: Final[dict[str, Case]] = {}
BOTH: Final = ("threads", "tasks")


def case(
    ends: str, *shells: str, **simulator: Any
) -> Callable[[Callable[[Scene], object]], Callable[[Scene], object]]:
    def register(run: Callable[[Scene], object]) -> Callable[[Scene], object]:
        add(run.__name__, run, ends, *shells, **simulator)
        return run

    return register


def add(name: str, run: Callable[[Scene], object], ends: str, *shells: str, **simulator: Any) -> None:
    assert name not in CASES
    CASES[name] = Case(run, ends, shells or BOTH, simulator)


# --- signing in --------------------------------------------------------------------------------------------


def wrongly(scene: Scene) -> Any:
    wrong = "Tęcza wrong&password+%"
    scene.more_secrets.add(wrong)
    return scene.session(PortalCredentials(scene.sim.credentials.email, wrong))


@case("AUTHENTICATION_FAILED")
def wrong_password(scene: Scene) -> None:
    scene.call(wrongly(scene).list_children)


@case("AUTHENTICATION_FAILED")
def wrong_password_from_memory(scene: Scene) -> None:
    session = wrongly(scene)
    try:
        scene.call(session.login)
    except Exception as error:  # noqa: BLE001
        scene.evidence.take_error(error)
    scene.call(session.get_portal_me)


@case("CAPTCHA_REQUIRED", captcha_after=1)
def captcha(scene: Scene) -> None:
    scene.call(wrongly(scene).login)


@case("PORTAL_LOGIN_PAGE_INVALID")
def sign_in_page_without_csrf(scene: Scene) -> None:
    scene.sim.fail("login_page", html=True)
    scene.call(scene.session().login)


@case("AUTHENTICATION_FAILED")
def password_changed_meanwhile(scene: Scene) -> None:
    client = scene.client()
    scene.sim.change_password()
    scene.sim.expire_child_tokens()
    scene.call(client.grades.list)


@case("PORTAL_LOGIN_PAGE_INVALID")
def redirect_with_a_secret_elsewhere(scene: Scene) -> None:
    email = scene.sim.credentials.email.reveal()
    scene.sim.fail("login_page", status=302, headers={"location": f"https://elsewhere.example/?user={email}"})
    scene.call(scene.session().login)


@case("AUTHENTICATION_FAILED")
def redirect_to_nowhere_with_a_secret(scene: Scene) -> None:
    email = scene.sim.credentials.email.reveal()
    scene.sim.fail("login", status=302, headers={"location": f"http://[{email}"})
    scene.call(scene.session().login)


SIGN_IN: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "trouble": ({"status": 500}, "API_REQUEST_FAILED"),
    "forbidden": ({"status": 403, "html": True}, "API_REQUEST_FAILED"),
    "maintenance": ({"maintenance": True}, "SERVICE_MAINTENANCE"),
    "expired_csrf": ({"status": 419}, "API_REQUEST_FAILED"),
    "drop_before": ({"drop": "before"}, "NETWORK_ERROR"),
    "drop_headers": ({"drop": "headers"}, "NETWORK_ERROR"),
    "drop_body": ({"drop": "body"}, "NETWORK_ERROR"),
}
for _step in ("login_page", "login", "me"):
    for _what, (_fault, _ends) in SIGN_IN.items():

        def _sign_in(scene: Scene, step: str = _step, fault: dict[str, Any] = _fault) -> None:
            scene.sim.fail(step, times=None, **fault)
            scene.call(scene.session().login)

        # The form is answered with a redirect, which has hardly a body to lose.
        if (_step, _what) not in {("login", "drop_headers"), ("login", "drop_body")}:
            add(f"sign_in_{_step}_{_what}", _sign_in, _ends)


@case("NETWORK_TIMEOUT")
def sign_in_stalled(scene: Scene) -> None:
    scene.sim.fail("login_page", stall=True)
    scene.call(scene.session(timeout_ms=150).login)


@case("NETWORK_TIMEOUT")
def sign_in_form_stalled(scene: Scene) -> None:
    gate = scene.sim.hold("login")
    try:
        scene.call(scene.session(timeout_ms=150).login)
    finally:
        gate.release()


@case("RESPONSE_VALIDATION_FAILED")
def profile_as_a_page(scene: Scene) -> None:
    scene.sim.fail("me", html=True)
    scene.call(scene.session().login)


@case("RESPONSE_VALIDATION_FAILED")
def profile_of_odd_values(scene: Scene) -> None:
    email = scene.sim.credentials.email.reveal()
    scene.sim.fail("me", body={"identifier": {"is": email}, "email": [email]})
    scene.call(scene.session().login)


# --- the portal's reads and the renewal --------------------------------------------------------------------

PORTAL_READ: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "trouble": ({"status": 502}, "API_REQUEST_FAILED"),
    "unable": ({"status": 424}, "API_REQUEST_FAILED"),
    "maintenance": ({"maintenance": True}, "SERVICE_MAINTENANCE"),
    "action": ({"status": 410}, "ACCOUNT_ACTION_REQUIRED"),
    "refused": ({"status": 401}, "AUTH_REFRESH_FAILED"),
    "page": ({"html": True}, "RESPONSE_VALIDATION_FAILED"),
    "cut": ({"truncate": True}, "RESPONSE_VALIDATION_FAILED"),
    "empty": ({"body": ""}, "RESPONSE_VALIDATION_FAILED"),
    "drop_before": ({"drop": "before"}, "NETWORK_ERROR"),
    "drop_body": ({"drop": "body"}, "NETWORK_ERROR"),
}
for _what, (_fault, _ends) in PORTAL_READ.items():

    def _list(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        scene.sim.fail("accounts", times=None, **fault)
        scene.call(scene.session().list_children)

    def _renew(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        client = scene.client()
        scene.sim.expire_child_tokens()
        scene.sim.fail("fresh", times=None, **fault)
        scene.call(client.grades.list)

    def _by_login(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        """A child named by the login: that too is nobody's business."""
        login = scene.sim.children[0].login
        scene.sim.fail("accounts", times=None, **fault)
        session = scene.session()
        scene.call(lambda: session.for_child(login))

    def _refresh(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        login = scene.sim.children[0].login
        scene.sim.fail("fresh", times=None, **fault)
        session = scene.session()
        scene.call(lambda: session.refresh_bearer_token(login))

    def _portal(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        login = scene.sim.children[0].login
        scene.sim.fail("fresh", times=None, **fault)
        portal = scene.portal()
        scene.call(lambda: portal.get_fresh_synergia_account(login))

    add(f"accounts_{_what}", _list, _ends)
    add(f"fresh_{_what}", _renew, _ends)
    add(f"by_login_{_what}", _by_login, _ends)
    add(f"refresh_{_what}", _refresh, _ends)
    add(f"portal_client_{_what}", _portal, _ends)


@case("NETWORK_TIMEOUT")
def renewal_stalled(scene: Scene) -> None:
    client = scene.client(timeout_ms=300)
    scene.sim.expire_child_tokens()
    scene.sim.fail("fresh", stall=True)
    scene.call(client.grades.list)


@case("ACCOUNT_ACTION_REQUIRED")
def child_unlinked(scene: Scene) -> None:
    client = scene.client()
    scene.sim.unlink(scene.sim.children[0].id)
    scene.call(client.grades.list)


@case("ACCOUNT_ACTION_REQUIRED")
def child_removed(scene: Scene) -> None:
    client = scene.client()
    scene.sim.remove(scene.sim.children[0].id)
    scene.call(client.grades.list)


@case("AUTH_REFRESH_FAILED")
def renewal_with_the_refused_token(scene: Scene) -> None:
    client = scene.client()
    row = account_row(scene, 0)
    scene.sim.expire_child_tokens()
    scene.sim.fail("fresh", body=row, times=None)
    scene.call(client.grades.list)


@case("AUTH_REFRESH_FAILED")
def renewal_with_a_siblings_token(scene: Scene) -> None:
    client = scene.client()
    row = account_row(scene, 1)
    scene.sim.expire_child_tokens()
    scene.sim.fail("fresh", body=row, times=None)
    scene.call(client.grades.list)


@case("RESPONSE_VALIDATION_FAILED")
def renewal_with_an_odd_row(scene: Scene) -> None:
    client = scene.client()
    row = account_row(scene, 0) | {"state": {"is": scene.sim.token(scene.sim.children[0].id)}}
    scene.sim.expire_child_tokens()
    scene.sim.fail("fresh", body=row, times=None)
    scene.call(client.grades.list)


# --- children ----------------------------------------------------------------------------------------------


def account_row(scene: Scene, number: int) -> dict[str, Any]:
    child = scene.sim.children[number]
    return {
        "id": int(child.id),
        "accountIdentifier": "a1b2",
        "group": "parent",
        "login": child.login,
        "studentName": child.name,
        "accessToken": scene.sim.token(child.id),
        "state": "active",
    }


def odd_rows(scene: Scene) -> dict[str, Any]:
    good, bad = account_row(scene, 0), account_row(scene, 1)
    nested = bad | {"accessToken": {"value": bad["accessToken"]}}
    nameless = {"login": bad["login"], "studentName": bad["studentName"], "accessToken": bad["accessToken"]}
    return {"lastModification": 1, "accounts": [nested, good, nameless, bad["accessToken"], None]}


@case("")
def odd_account_rows(scene: Scene) -> None:
    scene.sim.fail("accounts", body=odd_rows(scene))
    children = scene.remember(scene.call(scene.session().list_children))
    assert len(children) == 1
    assert len(children.rejected) == 4


@case("RESPONSE_VALIDATION_FAILED")
def odd_account_rows_strictly(scene: Scene) -> None:
    scene.sim.fail("accounts", body=odd_rows(scene))
    scene.call(scene.session(strict=True).list_children)


@case("CHILD_NOT_FOUND")
def unknown_child(scene: Scene) -> None:
    session = scene.session()
    scene.call(lambda: session.for_child("nobody"))


@case("AMBIGUOUS_CHILD")
def ambiguous_child(scene: Scene) -> None:
    row = account_row(scene, 0)
    scene.sim.fail("accounts", body={"accounts": [row, row | {"id": 1}]})
    # The contract has it in the details, for a person who named the child by it.
    scene.may_show.add(row["login"])
    session = scene.session()
    scene.call(lambda: session.for_child(row["login"]))


@case("CHILD_REQUIRED")
def no_child(scene: Scene) -> None:
    scene.call(scene.session().for_child)


@case("SESSION_CLOSED")
def closed_session(scene: Scene) -> None:
    client = scene.client()
    session = scene.kept[0]
    scene.call(session.close)
    scene.call(client.grades.list)


@case("SESSION_CLOSED")
def closed_session_by_login(scene: Scene) -> None:
    login = scene.sim.children[0].login
    session = scene.session()
    scene.call(session.close)
    scene.call(lambda: session.for_child(login))


# --- data --------------------------------------------------------------------------------------------------

DATA: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "refused_always": ({"status": 401}, "AUTH_REFRESH_FAILED"),
    "forbidden": ({"status": 403}, "API_REQUEST_FAILED"),
    "not_found": ({"status": 404}, "API_REQUEST_FAILED"),
    "too_many": ({"status": 429}, "RATE_LIMITED"),
    "much_later": ({"status": 503, "retry_after": 86_400}, "API_REQUEST_FAILED"),
    "maintenance": ({"maintenance": True}, "SERVICE_MAINTENANCE"),
    "trouble_as_a_page": ({"status": 500, "html": True}, "API_REQUEST_FAILED"),
    "page": ({"html": True}, "RESPONSE_VALIDATION_FAILED"),
    "cut": ({"truncate": True}, "RESPONSE_VALIDATION_FAILED"),
    "empty": ({"body": ""}, "RESPONSE_VALIDATION_FAILED"),
    "no_json": ({"body": "{'Grades': nope"}, "RESPONSE_VALIDATION_FAILED"),
    "drop_before": ({"drop": "before"}, "NETWORK_ERROR"),
    "drop_headers": ({"drop": "headers"}, "NETWORK_ERROR"),
    "drop_body": ({"drop": "body"}, "NETWORK_ERROR"),
    "odd_coding": ({"headers": {"content-encoding": "gzip"}}, "NETWORK_ERROR"),
}
for _what, (_fault, _ends) in DATA.items():

    def _data(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        client = scene.client()
        scene.sim.fail("Grades", times=None, **fault)
        scene.call(client.grades.list)

    def _after_a_401(scene: Scene, fault: dict[str, Any] = _fault) -> None:
        client = scene.client()
        scene.sim.expire_child_tokens()
        scene.sim.fail("Grades", times=None, skip=1, **fault)
        scene.call(client.grades.list)

    add(f"data_{_what}", _data, _ends)
    add(f"data_after_a_401_{_what}", _after_a_401, _ends)


@case("NETWORK_TIMEOUT")
def data_stalled(scene: Scene) -> None:
    client = scene.client(timeout_ms=300)
    scene.sim.fail("Grades", stall=True)
    scene.call(client.grades.list)


@case("NETWORK_ERROR")
def data_refused_connection(scene: Scene) -> None:
    client = scene.client()
    scene.sim.stop()
    scene.call(client.grades.list)


@case("API_REQUEST_FAILED")
def standalone_401(scene: Scene) -> None:
    token = scene.sim.token(scene.sim.children[0].id)
    scene.sim.expire_child_tokens()
    scene.call(scene.standalone(token).grades.list)


@case("API_REQUEST_FAILED")
def standalone_unknown_token(scene: Scene) -> None:
    token = "never-issued-0123456789abcdef"
    scene.more_secrets.add(token)
    scene.call(scene.standalone(Secret(token)).me.get)


for _form in ("message", "code", "status"):

    def _scopes(scene: Scene, form: Any = _form) -> None:
        client = scene.client()
        scene.sim.deny_scope("Grades", form=form)
        scene.call(client.grades.list)

    add(f"insufficient_scopes_in_the_{_form}", _scopes, "API_REQUEST_FAILED")


@case("FEATURE_UNAVAILABLE")
def switched_off(scene: Scene) -> None:
    client = scene.client()
    scene.sim.switch_off("LuckyNumbers")
    scene.call(client.lucky_number.get)


def personal_grades(scene: Scene) -> dict[str, Any]:
    child = scene.sim.children[0]
    token = scene.sim.token(child.id)
    return {"Grades": [{"Id": {"of": child.name}, "Grade": token, "Subject": child.login}, child.name, token]}


@case("")
def odd_rows_of_data(scene: Scene) -> None:
    client = scene.client()
    scene.sim.fail("Grades", body=personal_grades(scene))
    assert len(scene.remember(scene.call(client.grades.list)).rejected) == 3


@case("RESPONSE_VALIDATION_FAILED")
def odd_rows_of_data_strictly(scene: Scene) -> None:
    client = scene.client(strict=True)
    scene.sim.fail("Grades", body=personal_grades(scene))
    scene.call(client.grades.list)


for _status in (200, 400, 401, 403, 404, 503):

    def _echo(scene: Scene, status: int = _status) -> None:
        """Librus repeats what it was sent, and more, wherever an error body has room for it."""
        client = scene.client()
        child = scene.sim.children[0]
        token, email = scene.sim.token(child.id), scene.sim.credentials.email.reveal()
        body = {
            "Status": "Disabled" if status == 200 else child.login,
            "Code": token,
            "Message": f"{email} {child.name}",
            "MessagePL": child.name,
            "error": token,
            "hint": email,
            "Url": f"https://api.librus.pl/3.0/{token}",
        }
        headers = {"retry-after": child.login, "www-authenticate": f"Bearer {token}", "x-who": email}
        scene.sim.fail("Grades", status=status, body=body, headers=headers, times=None)
        scene.call(client.grades.list)

    add(
        f"echo_with_{_status}",
        _echo,
        {200: "FEATURE_UNAVAILABLE", 401: "AUTH_REFRESH_FAILED"}.get(_status, "API_REQUEST_FAILED"),
    )


@case("API_REQUEST_FAILED")
def handling_another_error(scene: Scene) -> None:
    client = scene.client()
    scene.sim.expire_child_tokens()
    scene.sim.fail("Grades", status=404, skip=1)
    try:
        raise ValueError("the program's own trouble")
    except ValueError:
        scene.call(client.grades.list)


@case("")
def broken_hook(scene: Scene) -> None:
    def hook(event: Any) -> None:
        scene.evidence.hook(event)
        raise RuntimeError(repr(event))

    session = scene.session(on_event=hook)
    children = scene.call(session.list_children)
    client = scene.remember(scene.call(lambda: session.for_child(children[0])))
    scene.sim.expire_child_tokens()
    assert len(scene.remember(scene.call(client.grades.list))) > 0


@case("")
def all_is_well(scene: Scene) -> None:
    client = scene.client()
    scene.sim.expire_child_tokens()
    scene.sim.expire_portal_session()
    assert len(scene.remember(scene.call(client.grades.list))) > 0
    scene.remember(scene.call(scene.kept[0].get_portal_me))
    scene.remember(scene.call(scene.kept[0].get_synergia_accounts))


# --- files on disk -----------------------------------------------------------------------------------------

ATTACHMENT: Final = "HomeWorkAssignments/Attachment/{id}"


def save_for(scene: Scene, client: Any, **options: Any) -> None:
    """Save a file of the child."""
    get = Homework.attachment(client.homework, "5-6")
    with TemporaryDirectory() as folder:
        Path(folder, "old.pdf").write_bytes(b"old")
        path = Path(folder, options.pop("name", "new.pdf"))
        saved = scene.call(lambda: client.save(get, path, **options))
        scene.evidence.add("objects", repr(saved), str(saved))


SAVED: Final[dict[str, tuple[dict[str, Any], dict[str, Any], str]]] = {
    "well": ({}, {}, ""),
    "too_large": ({}, {"max_bytes": 5}, "RESPONSE_VALIDATION_FAILED"),
    "over_another": ({}, {"name": "old.pdf"}, "FILE_EXISTS"),
    "nowhere": ({}, {"name": "missing/new.pdf"}, "CONFIGURATION_ERROR"),
    "without_a_limit": ({}, {"max_bytes": 0}, "CONFIGURATION_ERROR"),
    "page": ({"html": True, "headers": {"content-type": "text/html"}}, {}, "RESPONSE_VALIDATION_FAILED"),
    "drop_body": ({"drop": "body", "times": None}, {}, "NETWORK_ERROR"),
    "refused_always": ({"status": 401, "times": None}, {}, "AUTH_REFRESH_FAILED"),
}
for _what, (_fault, _how, _ends) in SAVED.items():

    def _save(scene: Scene, fault: dict[str, Any] = _fault, how: dict[str, Any] = _how) -> None:
        client = scene.client()
        child = scene.sim.children[0]
        scene.sim.expire_child_tokens()
        shown = {"content-type": "application/pdf", "x-who": child.login}
        content = f"%PDF {child.name} {child.login}".encode() * 99
        given: dict[str, Any] = {"skip": 1, "headers": shown, "body": content, **fault}
        if "html" in fault or "status" in fault:
            del given["body"]
        scene.sim.fail(ATTACHMENT, **given)
        save_for(scene, client, **how)

    add(f"save_{_what}", _save, _ends)


MOVED: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "well": ({}, ""),
    "trouble": ({"status": 500, "times": None}, "API_REQUEST_FAILED"),
    "over": ({"status": 401}, "API_REQUEST_FAILED"),
    "page": ({"html": True, "headers": {"content-type": "text/html"}}, "RESPONSE_VALIDATION_FAILED"),
    "drop": ({"drop": "body", "times": None}, "NETWORK_ERROR"),
    "away": ({}, "RESPONSE_VALIDATION_FAILED"),
}
for _what, (_fault, _ends) in MOVED.items():
    for _disk in (True, False):

        def _moved(
            scene: Scene, what: str = _what, fault: dict[str, Any] = _fault, disk: bool = _disk
        ) -> None:
            """The file lies at an address that is a key of its own."""
            client = scene.client()
            key = "one-time-key-5f6a7b8c9d"
            scene.more_secrets.add(key)
            home = "https://elsewhere.example" if what == "away" else scene.sim.hosts.api
            scene.sim.fail(ATTACHMENT, body={"DownloadUrl": f"{home}/Nothing?singleUseKey={key}"})
            pdf: dict[str, Any] = {"body": b"%PDF", "headers": {"content-type": "application/pdf"}, **fault}
            scene.sim.fail("*", **pdf)
            if disk:
                save_for(scene, client)
            else:
                scene.remember(scene.call(lambda: client.homework.attachment("5-6")))

        add(f"{'save' if _disk else 'read'}_elsewhere_{_what}", _moved, _ends)


@case("CONFIGURATION_ERROR")
def save_to_bytes(scene: Scene) -> None:
    client = scene.client()
    get = Homework.attachment(client.homework, "5-6")
    scene.call(lambda: client.save(get, scene.sim.children[0].login.encode()))


@case("RESPONSE_VALIDATION_FAILED")
def data_too_large(scene: Scene) -> None:
    client = scene.client(max_answer_bytes=20_000)
    scene.sim.fail("Grades", body={"Grades": [scene.sim.children[0].name] * 5_000})
    scene.call(client.grades.list)


@case("CONFIGURATION_ERROR")
def save_to_a_disk_that_is_full(scene: Scene) -> None:
    client = scene.client()
    body = scene.sim.children[0].name.encode() * 50_000
    scene.sim.fail(ATTACHMENT, body=body, headers={"content-type": "application/pdf"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, before[1]))
    try:
        save_for(scene, client)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# --- interrupts --------------------------------------------------------------------------------------------

for _step in ("login_page", "login", "home", "me", "accounts"):

    def _interrupt(scene: Scene, step: str = _step) -> None:
        session = scene.session()
        with scene.interrupted(step):
            scene.call(session.list_children)

    def _cancel(scene: Scene, step: str = _step) -> None:
        scene.cancelled(step, scene.session().list_children)

    add(f"interrupt_at_{_step}", _interrupt, "KeyboardInterrupt")
    add(f"cancel_at_{_step}", _cancel, "CancelledError", "tasks")

for _step in ("Grades", "fresh"):

    def _interrupt_data(scene: Scene, step: str = _step) -> None:
        client = scene.client()
        if step == "fresh":
            scene.sim.expire_child_tokens()
        with scene.interrupted(step):
            scene.call(client.grades.list)

    def _cancel_data(scene: Scene, step: str = _step) -> None:
        client = scene.client()
        if step == "fresh":
            scene.sim.expire_child_tokens()
        scene.cancelled(step, client.grades.list)

    add(f"interrupt_at_{_step}", _interrupt_data, "KeyboardInterrupt")
    add(f"cancel_at_{_step}", _cancel_data, "CancelledError", "tasks")


@case("KeyboardInterrupt")
def interrupt_of_a_refresh_by_login(scene: Scene) -> None:
    login = scene.sim.children[0].login
    session = scene.session()
    with scene.interrupted("fresh"):
        scene.call(lambda: session.refresh_bearer_token(login))


@case("KeyboardInterrupt")
def interrupt_of_a_fresh_account(scene: Scene) -> None:
    login = scene.sim.children[0].login
    portal = scene.portal()
    with scene.interrupted("fresh"):
        scene.call(lambda: portal.get_fresh_synergia_account(login))


@case("CancelledError", "tasks")
def closing_while_a_flight_is_under_way(scene: Scene) -> None:
    client = scene.client(close_grace_s=0.0)
    session = scene.kept[0]
    scene.sim.expire_child_tokens()

    async def body() -> None:
        gate = scene.sim.hold("fresh")
        read = asyncio.ensure_future(client.grades.list())
        await gate.arrived()
        read.cancel()
        await session.close()
        gate.release()
        await read

    scene.call(body)


# --- before any request ------------------------------------------------------------------------------------


def credentials_of(scene: Scene) -> tuple[str, str]:
    known = scene.sim.credentials
    return known.email.reveal(), known.password.reveal()


@case("CONFIGURATION_ERROR", "threads")
def swapped_portal_credentials(scene: Scene) -> None:
    email, password = credentials_of(scene)
    PortalCredentials(password, email)


@case("CONFIGURATION_ERROR", "threads")
def swapped_gateway_credentials(scene: Scene) -> None:
    GatewayCredentials(*credentials_of(scene))


@case("CONFIGURATION_ERROR", "threads")
def password_as_bytes(scene: Scene) -> None:
    email, password = credentials_of(scene)
    PortalCredentials(email, password.encode())  # type: ignore[arg-type]


@case("CONFIGURATION_ERROR", "threads")
def password_that_cannot_be_sent(scene: Scene) -> None:
    email, password = credentials_of(scene)
    PortalCredentials(email, password + "\udc80")


@case("CONFIGURATION_ERROR", "threads")
def empty_email(scene: Scene) -> None:
    PortalCredentials("", credentials_of(scene)[1])


@case("", "threads")
def gateway_credentials(scene: Scene) -> None:
    scene.remember(scene.session(GatewayCredentials("1234567u", credentials_of(scene)[1])))


@case("UNSUPPORTED_BACKEND", "threads")
def gateway_credentials_for_the_portal(scene: Scene) -> None:
    PortalClient(GatewayCredentials("1234567u", credentials_of(scene)[1]))  # type: ignore[arg-type]


ENVIRONMENTS: Final[dict[str, dict[str, str]]] = {
    "no_email": {"LIBRUS_PORTAL_EMAIL": ""},
    "swapped": {"LIBRUS_PORTAL_EMAIL": "{password}", "LIBRUS_PORTAL_PASSWORD": "{email}"},
    "bad_backend": {"LIBRUS_API_BACKEND": "portal"},
    "bad_mode": {"LIBRUS_AUTH_MODE": "both"},
    "bad_timeout": {"LIBRUS_TIMEOUT_MS": "soon"},
    "bad_host": {"LIBRUS_API_URL": "http://elsewhere.example"},
    "gateway": {
        "LIBRUS_API_BACKEND": "gateway_api_20",
        "SYNERGIA_ID": "{password}",
        "SYNERGIA_PASSWORD": "x",
    },
    "gateway_email": {
        "LIBRUS_API_BACKEND": "gateway_api_20",
        "SYNERGIA_ID": "{email}",
        "SYNERGIA_PASSWORD": "x",
    },
}
for _what, _values in ENVIRONMENTS.items():

    def _environment(scene: Scene, values: dict[str, str] = _values) -> None:
        email, password = credentials_of(scene)
        given = {name: text.format(email=email, password=password) for name, text in values.items()}
        known = {"LIBRUS_EMAIL": email, "LIBRUS_PORTAL_PASSWORD": password}
        scene.remember(Environment(known))
        LibrusSession.from_env(known | given)

    add(
        f"environment_{_what}",
        _environment,
        "" if _what == "gateway" else "CONFIGURATION_ERROR",
        "threads",
    )


@case("CONFIGURATION_ERROR", "threads")
def token_with_a_line_break(scene: Scene) -> None:
    token = scene.sim.token(scene.sim.children[0].id)
    SynergiaApiClient(f"{token}\r\nx: y", hosts=Hosts(), retry=AT_ONCE)


@case("CONFIGURATION_ERROR", "threads")
def standalone_with_an_unknown_option(scene: Scene) -> None:
    token = scene.sim.token(scene.sim.children[0].id)
    SynergiaApiClient(token, colour="red")  # type: ignore[call-arg]


@case("CONFIGURATION_ERROR", "threads")
def session_with_an_unknown_option(scene: Scene) -> None:
    LibrusSession(scene.sim.credentials, password=scene.sim.credentials.password)  # type: ignore[call-arg]
