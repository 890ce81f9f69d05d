"""``librus me``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .._document import Fields, Section
from .._invocation import Invocation, Reading
from .._names import or_none
from .._options import Leaf, child_read
from .._words import NOTHING, yes_no

if TYPE_CHECKING:
    from ...clients.api import AsyncSynergiaApiClient
    from ...models import Embedded

__all__ = ["command"]


@click.command("me", cls=Leaf)
@child_read
def command(invocation: Invocation) -> None:
    """Show who is signed in, and for which student."""
    from ...endpoints import Profile

    invocation.read(lambda client: Profile.get(client.me), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    me = await reading.client.me.get()
    pairs = [
        ("student", _person(me.user.first_name, me.user.last_name)),
        ("class", await _class_name(reading.client, me.school_class)),
        ("signed in", _person(me.account.first_name, me.account.last_name)),
        ("premium", yes_no(me.account.is_premium)),
    ]
    return [Section("Account", [Fields(pairs)])]


def _person(first: str | None, last: str | None) -> str:
    return " ".join(part for part in (first, last) if part) or NOTHING


async def _class_name(client: AsyncSynergiaApiClient, pointer: Embedded | None) -> str:
    """Return the class as it is said, ``5a``; Librus answers with a number and a letter, if at all."""
    if pointer is None or pointer.id is None:
        return NOTHING
    if pointer.label:
        return f"{pointer.number or ''}{pointer.label}"
    found = await or_none(client.school.school_class())
    return (found.name if found and found.id == pointer.id else "") or f"#{pointer.id}"
