"""What a session reads in the matrix: each makes its clients, and returns what is called again and again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from librus_sdk.endpoints import Homework
from librus_sdk.simulator import Simulator
from tests.faults.scenery import GOES, Scenery

__all__ = [
    "Read",
    "accounts",
    "bff",
    "end_portal_tokens",
    "file",
    "file_elsewhere",
    "gateway",
    "grades",
    "homework_file",
    "inbox",
    "inbox_at_school",
    "kindergarten",
    "letter",
    "mail_file",
    "mail_file_by_page",
    "me",
    "me_by_tokens",
    "message",
    "register",
    "reply",
    "save",
    "school_file",
    "withdrawal",
]

Read = Callable[[], Any]

_WEEK = ("2026-03-09", "2026-03-15")


def _first(world: Scenery) -> str:
    return world.sim.children[0].id


# --- the family's account --------------------------------------------------------------------------------


def grades(world: Scenery) -> Read:
    read: Read = world.client().grades.list
    return read


def _assigned(world: Scenery, client: Any, *, elsewhere: bool) -> Any:
    """A file of homework. A PDF lies elsewhere: its address comes first."""
    rows = world.do(client.homework.assignments)
    return next(file for row in rows for file in row.files if file.name.endswith(".pdf") is elsewhere)


def file(world: Scenery) -> Read:
    client = world.client()
    number = str(_assigned(world, client, elsewhere=False).attachment_id)
    return lambda: client.homework.attachment(number)


def file_elsewhere(world: Scenery) -> Read:
    client = world.client()
    number = str(_assigned(world, client, elsewhere=True).attachment_id)
    return lambda: client.homework.attachment(number)


def save(world: Scenery) -> Read:
    client = world.client()
    number = str(_assigned(world, client, elsewhere=False).attachment_id)
    get = Homework.attachment(client.homework, number)
    path = Path(tempfile.mkdtemp(dir=Path.home()), "zadanie.pdf")
    # The limit of what goes to disk is one of its own.
    return lambda: client.save(get, path, overwrite=True, max_bytes=world.session_limit or 2**26)


def register(world: Scenery) -> Read:
    read: Read = world.client().changes.register
    return read


def me(world: Scenery) -> Read:
    read: Read = world.session.get_portal_me
    return read


def accounts(world: Scenery) -> Read:
    return lambda: world.session.list_children(reload=True)


def me_by_tokens(world: Scenery) -> Read:
    world.again(auth="oauth")
    read: Read = world.session.get_portal_me
    return read


def end_portal_tokens(sim: Simulator) -> None:
    """Have both tokens of the pair die: only the password helps."""
    sim.revoke_portal_refresh_tokens()
    sim.expire_portal_tokens()


def bff(world: Scenery) -> Read:
    client = world.do(lambda: world.session.for_child_bff(_first(world)))
    read: Read = client.messages.list
    return read


# --- a school's login ------------------------------------------------------------------------------------


def _at_school(world: Scenery) -> Any:
    world.gateway()
    return world.do(world.session.for_child)


def gateway(world: Scenery) -> Read:
    read: Read = _at_school(world).grades.list
    return read


def school_file(world: Scenery) -> Read:
    client = _at_school(world)
    number = world.do(client.extras.school_files)[0].id
    return lambda: client.extras.school_file(number)


def homework_file(world: Scenery) -> Read:
    client = _at_school(world)
    number = _assigned(world, client, elsewhere=False).id
    return lambda: client.extras.homework_file(number)


def kindergarten(world: Scenery) -> Read:
    world.sim.kindergarten(_first(world))
    client = _at_school(world)
    child = world.do(client.auth.token_info).identifier_of_student_assigned_with_user
    return lambda: client.extras.kindergarten_timetable(child, *_WEEK)


# --- the messages ----------------------------------------------------------------------------------------


def _mail(world: Scenery) -> Any:
    return world.do(lambda: world.session.for_child_wiadomosci(_first(world))).messages


def inbox(world: Scenery) -> Read:
    read: Read = _mail(world).list
    return read


def inbox_at_school(world: Scenery) -> Read:
    world.gateway()
    client = world.do(world.session.for_child_wiadomosci)
    read: Read = client.messages.list
    return read


def message(world: Scenery) -> Read:
    mail = _mail(world)
    # Of what was read before, so that nothing changes.
    number = next(row.id for row in world.do(mail.list) if not row.is_unread)
    return lambda: mail.open(number)


def _mail_file(world: Scenery, *, has_key: bool) -> Read:
    mail = _mail(world)
    for row in world.do(lambda: mail.list(limit=300)):
        if row.has_attachments:
            for found in world.do(partial(mail.open, row.id)).attachments:
                if int(found.id) % 4 == (1 if has_key else 0):  # so the simulator tells the forms apart
                    return partial(mail.attachment, str(found.id), str(row.id))
    raise AssertionError("the simulator has no such file")


def mail_file(world: Scenery) -> Read:
    """A file whose address has a key: it is asked whether the file is there yet."""
    return _mail_file(world, has_key=True)


def mail_file_by_page(world: Scenery) -> Read:
    """A file behind a waiting page."""
    return _mail_file(world, has_key=False)


def letter(world: Scenery) -> Read:
    mail = _mail(world)
    people = world.do(lambda: mail.receivers_of("teachers"))
    teacher = next(person for person in people if person.is_available)
    return lambda: mail.send([teacher], "Wycieczka", "Dzień dobry, Hania jedzie.")


def reply(world: Scenery) -> Read:
    mail = _mail(world)
    number = world.do(mail.list)[0].id
    return lambda: mail.reply(number, "Dzień dobry, Hania jedzie.")


def withdrawal(world: Scenery) -> Read:
    """Each call takes back another message."""
    mail = _mail(world)
    people = world.do(lambda: mail.receivers_of("teachers"))
    teacher = next(person for person in people if person.is_available)
    # Where time is short, what must work may take some goes.
    letters = range(GOES + 3 if world.fault.slow else 3)
    sent = [world.do(lambda: mail.send([teacher], "Wycieczka", "Dzień dobry.")).message_id for _ in letters]
    return lambda: mail.withdraw(sent.pop())
