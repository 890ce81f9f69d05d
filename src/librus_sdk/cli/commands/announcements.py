"""``librus announcements``."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from .._days import day_cell
from .._document import Cell, Fields, Section, Sentence, Styled
from .._invocation import Invocation, Reading
from .._names import Names, together, users
from .._options import LeafGroup, child_read, id_option
from .._words import NOTHING, counted

if TYPE_CHECKING:
    from ...models import SchoolNotice

__all__ = ["command"]


@click.group("announcements", cls=LeafGroup)
def command() -> None:
    """The school's announcements (ogłoszenia)."""


@command.command("list")
@child_read
def list_(invocation: Invocation) -> None:
    """Show the announcements with their texts, the latest first; they stay unread."""
    from ...endpoints import Announcements

    invocation.read(lambda client: Announcements.list(client.announcements), _list_text)


async def _list_text(reading: Reading) -> Sequence[Section]:
    notices, (authors,) = await together(reading.client.announcements.list(), users(reading.client))
    reading.left_out(notices.rejected)
    title = f"Announcements at the school of {reading.child.student_name}"
    if not notices:
        return [Section(title, [Sentence("There are no announcements.")])]
    unread = sum(notice.was_read is False for notice in notices)
    said = f"{counted(len(notices), 'announcement')}, {unread or 'none'} of them unread."
    latest_first = sorted(notices, key=lambda notice: notice.start_date or date.min, reverse=True)
    return [
        Section(title, [Sentence(Styled(said, "strong") if unread else said)]),
        *(_section(notice, authors) for notice in latest_first),
    ]


@command.command("get")
@id_option("The id of the announcement (see announcements list).")
@child_read
def get(invocation: Invocation, id: str) -> None:
    """Show one announcement."""
    from ...endpoints import Announcements

    async def text(reading: Reading) -> Sequence[Section]:
        notice, (authors,) = await together(reading.client.announcements.get(id), users(reading.client))
        return [_section(notice, authors)]

    invocation.read(lambda client: Announcements.get(client.announcements, id), text)


def _section(notice: SchoolNotice, authors: Names) -> Section:
    pairs: list[tuple[str, Cell]] = [
        ("shown", _shown(notice)),
        ("by", authors(notice.added_by)),
        ("state", _state(notice.was_read)),
        ("id", notice.id),
    ]
    return Section(
        " ".join(_readable(notice.subject).split()) or "Without a subject",
        [Fields(pairs), Sentence(_readable(notice.content).strip() or "No text.")],
    )


def _readable(text: str | None) -> str:
    """Return the text as it was typed: Librus sends some characters as in HTML, ``&bdquo;`` for a quote."""
    return html.unescape(text or "")


def _shown(notice: SchoolNotice) -> str:
    days = (("from", notice.start_date), ("until", notice.end_date))
    return " ".join(f"{word} {day_cell(day)}" for word, day in days if day is not None) or NOTHING


def _state(was_read: bool | None) -> Cell:
    if was_read is None:
        return NOTHING
    return "read" if was_read else Styled("unread", "strong")
