"""``librus announcements``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .._coming import latest_first
from .._days import day_cell
from .._document import Cell, Fields, Section, Sentence, Styled
from .._invocation import Invocation, Reading
from .._names import Names, together, users
from .._options import LeafGroup, child_read, id_option
from .._words import NOTHING, as_typed, counted, one_line

if TYPE_CHECKING:
    from ...models import SchoolNotice

__all__ = ["command"]


@click.group("announcements", cls=LeafGroup)
def command() -> None:
    """The school's announcements (ogłoszenia)."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """List the announcements with their texts, the latest first; they stay unread."""
    from ...endpoints import Announcements

    invocation.read(lambda client: Announcements.list(client.announcements), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    notices, (authors,) = await reading.rows(reading.client.announcements.list(), users(reading))
    title = reading.school_title("Announcements")
    if not notices:
        return [Section(title, [Sentence("There are no announcements.")])]
    unread = sum(notice.was_read is False for notice in notices)
    said = f"{counted(len(notices), 'announcement')}, {unread or 'none'} of them unread."
    return [
        Section(title, [Sentence(Styled(said, "strong") if unread else said)]),
        *(_section(notice, authors) for notice in latest_first(notices, lambda notice: notice.start_date)),
    ]


@command.command("get")
@id_option("announcement", "announcements list")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one announcement."""
    from ...endpoints import Announcements

    async def text(reading: Reading) -> Sequence[Section]:
        notice, (authors,) = await together(reading.client.announcements.get(id), users(reading))
        return [_section(notice, authors)]

    invocation.read(lambda client: Announcements.get(client.announcements, id), text)


def _section(notice: SchoolNotice, authors: Names) -> Section:
    pairs: list[tuple[str, Cell]] = [
        ("shown", _shown(notice)),
        ("by", authors(notice.added_by)),
        ("state", _state(notice.was_read)),
        ("id", notice.id),
    ]
    subject = as_typed(notice.subject)
    return Section(
        one_line(subject) if subject.strip() else "Without a subject",
        [Fields(pairs), Sentence(as_typed(notice.content).strip() or "No text.")],
    )


def _shown(notice: SchoolNotice) -> str:
    days = (("from", notice.start_date), ("until", notice.end_date))
    return " ".join(f"{word} {day_cell(day)}" for word, day in days if day is not None) or NOTHING


def _state(was_read: bool | None) -> Cell:
    if was_read is None:
        return NOTHING
    return "read" if was_read else Styled("unread", "strong")
