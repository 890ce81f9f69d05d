"""Every kind of endpoint: how a session comes to it, and what it reads there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from librus_sdk.endpoints import Homework
from librus_sdk.simulator import Simulator
from tests.faults.scenery import Scenery

__all__ = ["KINDS", "Kind"]

Host = Literal["portal", "api", "synergia", "wiadomosci", "bff", "sandbox"]
Read = Callable[[], Any]


def _nothing(_sim: Simulator) -> None:
    """The endpoint is asked as it is."""


@dataclass(frozen=True)
class Kind:
    """A kind of endpoint.

    Attributes:
        open: makes what asks it; called twice, that gives equal results.
        endpoint: its name at the simulator.
        host: where it is.
        die: has a credential die, so that the endpoint is asked for another one.
        media: the type of what it answers with.
    """

    name: str
    open: Callable[[Scenery], Read]
    endpoint: str
    host: Host
    die: Callable[[Simulator], None] = _nothing
    media: str = "application/json"

    def __str__(self) -> str:
        return self.name


def _first(world: Scenery) -> str:
    return world.sim.children[0].id


# --- the family's account --------------------------------------------------------------------------------


def _grades(world: Scenery) -> Read:
    client = world.client()
    read: Read = client.grades.list
    return read


def _homework_file(world: Scenery) -> tuple[Any, str]:
    client = world.client()
    rows = world.do(client.homework.assignments)
    files = [file for row in rows for file in row.files]
    # A PDF lies elsewhere: its address comes first.
    return client, next(str(file.attachment_id) for file in files if not file.name.endswith(".pdf"))


def _file(world: Scenery) -> Read:
    client, file = _homework_file(world)
    return lambda: client.homework.attachment(file)


def _save(world: Scenery) -> Read:
    client, file = _homework_file(world)
    get = Homework.attachment(client.homework, file)
    path = Path(tempfile.mkdtemp(dir=Path.home()), "zadanie.pdf")
    # The limit of what goes to disk is one of its own.
    return lambda: client.save(get, path, overwrite=True, max_bytes=world.session_limit or 2**26)


def _me(world: Scenery) -> Read:
    read: Read = world.session.get_portal_me
    return read


def _accounts(world: Scenery) -> Read:
    return lambda: world.session.list_children(reload=True)


def _oauth(world: Scenery) -> Read:
    world.again(auth="oauth")
    read: Read = world.session.get_portal_me
    return read


def _bff(world: Scenery) -> Read:
    client = world.do(lambda: world.session.for_child_bff(_first(world)))
    read: Read = client.messages.list
    return read


# --- a school's login ------------------------------------------------------------------------------------


def _gateway(world: Scenery) -> Read:
    world.gateway()
    client = world.do(world.session.for_child)
    read: Read = client.grades.list
    return read


# --- the messages ----------------------------------------------------------------------------------------


def _mail(world: Scenery) -> Any:
    return world.do(lambda: world.session.for_child_wiadomosci(_first(world))).messages


def _inbox(world: Scenery) -> Read:
    mail = _mail(world)
    read: Read = mail.list
    return read


def _mail_file(world: Scenery) -> Read:
    mail = _mail(world)
    for message in world.do(lambda: mail.list(limit=300)):
        if message.has_attachments:
            for file in world.do(partial(mail.open, message.id)).attachments:
                if int(file.id) % 4 == 1:  # of the form with a key
                    return partial(mail.attachment, str(file.id), str(message.id))
    raise AssertionError("the simulator has no such file")


def _letter(world: Scenery) -> Read:
    mail = _mail(world)
    people = world.do(lambda: mail.receivers_of("teachers"))
    teacher = next(person for person in people if person.is_available)
    return lambda: mail.send([teacher], "Wycieczka", "Dzień dobry, Hania jedzie.")


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("api", _grades, "Grades", "api"),
        Kind("file", _file, "HomeWorkAssignments/Attachment/{id}", "api", media="application/pdf"),
        Kind("save", _save, "HomeWorkAssignments/Attachment/{id}", "api", media="application/pdf"),
        Kind("me", _me, "me", "portal"),
        Kind("accounts", _accounts, "accounts", "portal"),
        Kind("fresh", _grades, "fresh", "portal", Simulator.expire_child_tokens),
        Kind("oauth", _oauth, "oauth.token", "portal", Simulator.expire_portal_tokens),
        Kind("gateway", _gateway, "gateway/Grades", "synergia"),
        Kind("inbox", _inbox, "wiadomosci/inbox/messages", "wiadomosci"),
        Kind("bff", _bff, "bff/Messages", "bff"),
        Kind("page", _me, "login_page", "portal", Simulator.expire_portal_session, "text/html"),
        Kind("form", _me, "login", "portal", Simulator.expire_portal_session, "text/html"),
        Kind("web.form", _gateway, "web.form", "api", Simulator.end_web_session, "text/html"),
        Kind("web.login", _gateway, "web.login", "api", Simulator.end_web_session),
        Kind("extend", _gateway, "web.refresh", "synergia", Simulator.expire_web_session),
        Kind("auto", _inbox, "AutoLoginToken", "api", Simulator.expire_messages_session),
        Kind("cross", _inbox, "web.token", "synergia", Simulator.expire_messages_session, "text/html"),
        Kind("enter", _inbox, "web.messages", "synergia", Simulator.expire_messages_session, "text/html"),
        Kind(
            "logon", _inbox, "wiadomosci.logon", "wiadomosci", Simulator.expire_messages_session, "text/html"
        ),
        Kind("send", _letter, "wiadomosci/messages", "wiadomosci"),
        Kind("key", _mail_file, "sandbox.check_key", "sandbox"),
        Kind("download", _mail_file, "sandbox.download", "sandbox", media="application/pdf"),
    )
}
