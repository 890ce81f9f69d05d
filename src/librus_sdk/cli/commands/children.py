"""``librus children``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .._columns import ID
from .._document import Column, Section, table_or
from .._invocation import Invocation
from .._options import LeafGroup, format_option

if TYPE_CHECKING:
    from ...session import AsyncLibrusSession

__all__ = ["command"]

_COLUMNS = (ID, Column("Child"), Column("Account of"), Column("State"))


@click.group("children", cls=LeafGroup)
def command() -> None:
    """The children linked to the family account."""


@command.command("list")
@format_option
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the children; their ids are what --child takes."""

    async def work(session: AsyncLibrusSession) -> None:
        # Who has linked a child wants to see it now, whatever was kept of the list.
        accounts = await session.get_synergia_accounts(reload=True)
        odd = len(accounts.accounts.rejected)
        if odd:
            have = "has" if odd == 1 else "have"
            invocation.note(f"{odd} of the linked accounts {have} an unknown form and cannot be used.")
        if invocation.form == "json":
            summaries = [child.summary() for child in accounts.accounts]
            invocation.dump({"lastModification": accounts.last_modification, "children": summaries})
            return
        # What is the same for nearly everybody is told only where it is not.
        usual = all((child.group, child.state) == ("parent", "active") for child in accounts.accounts)
        rows = [
            (child.id, child.student_name, *(("", "") if usual else (child.group, child.state)))
            for child in accounts.accounts
        ]
        part = table_or(_COLUMNS, rows, "No child is linked to this account.")
        invocation.show([Section("Children", [part])])

    invocation.run(work)
