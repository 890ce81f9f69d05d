"""``librus me``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .._classes import class_names
from .._document import Fields, Section
from .._invocation import Invocation, Reading
from .._names import together
from .._options import Leaf, child_read
from .._words import joined, yes_no

__all__ = ["command"]


@click.command("me", cls=Leaf)
@child_read
def command(invocation: Invocation) -> None:
    """Show who is signed in, and for which student."""
    from ...endpoints import Profile

    invocation.read(lambda client: Profile.get(client.me), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    # The class is the student's own; one that Librus does not name shows its id.
    me, (classes,) = await together(reading.client.me.get(), class_names(reading, other=""))
    pairs = [
        ("student", joined(me.user.first_name, me.user.last_name)),
        ("class", classes(me.school_class)),
        ("signed in", joined(me.account.first_name, me.account.last_name)),
        ("paid subscription", yes_no(me.account.is_premium)),
    ]
    return [Section("Account", [Fields(pairs)])]
