"""``librus notifications``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from .._document import Column, Section, Sentence, Table
from .._invocation import Invocation, Reading
from .._objects import members, shown
from .._options import LeafGroup, child_read
from .._words import NOTHING

__all__ = ["command"]

# Keys of Librus in words. Its own spelling of the lucky number has no Polish letters.
_CENTER: Final = {"SczesliwyNumerek": "lucky number", "Show": "shown", "Number": "number"}
_KINDS: Final = {
    "Attendances": "attendance",
    "Calendars/ClassFreeDays": "free days of the class",
    "Calendars/SchoolFreeDays": "free days of the school",
    "Calendars/Substitutions": "substitutions",
    "Calendars/TeacherFreeDays": "free days of teachers",
    "Grades": "grades",
    "HomeWorkAssignments": "homework",
    "HomeWorks": "agenda",
    "LuckyNumbers": "lucky number",
    "Messages": "messages",
    "Notes": "notes",
    "ParentTeacherConferences": "parent-teacher conferences",
    "SchoolNotices": "announcements",
    "Timetables": "timetable",
}
_SWITCHES: Final = {"add": "New", "edit": "Changed", "delete": "Deleted"}


@click.group("notifications", cls=LeafGroup)
def command() -> None:
    """The notification centre, and what is pushed to phones."""


@command.command("center")
@child_read
def center(invocation: Invocation) -> None:
    """Show what the mobile application's notification centre shows."""
    from ...endpoints import Notifications

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.notifications.center()
        shown = {key: value for key, value in found.items() if key != "Show"}
        if "Show" in found:
            shown["the centre itself"] = {"Show": found["Show"]}
        return [Section(reading.title("Notification centre"), [members(shown, _CENTER)])]

    invocation.read(lambda client: Notifications.center(client.notifications), text)


@command.command("push-configurations")
@child_read
def push_configurations(invocation: Invocation) -> None:
    """List which changes are pushed to phones."""
    from ...endpoints import Notifications

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.notifications.push_configurations()
        part = _switches(found.settings) if found.settings else Sentence("Librus names no settings.")
        version = Sentence(f"Version of the settings: {found.version}.")
        return [Section(f"Pushed to phones about {reading.student_name}", [part, version])]

    invocation.read(lambda client: Notifications.push_configurations(client.notifications), text)


def _switches(settings: Mapping[str, Any]) -> Table:
    """Return a row for each kind of record; a kind with one switch has it in the first column."""
    known = {
        kind: value if isinstance(value, Mapping) else {"pushed": value} for kind, value in settings.items()
    }
    names = list(dict.fromkeys(name for switches in known.values() for name in switches))
    columns = [Column("What"), *(Column(_SWITCHES.get(name.casefold(), name), stiff=True) for name in names)]
    return Table(
        columns,
        [
            (_KINDS.get(kind, kind), *(_switch(switches, name) for name in names))
            for kind, switches in known.items()
        ],
    )


def _switch(switches: Mapping[str, Any], name: str) -> str:
    value = switches.get(name)
    return shown(value) if not isinstance(value, Mapping | list) else NOTHING
