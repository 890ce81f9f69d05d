"""``librus children``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import click

from .._columns import ID
from .._document import Column, Part, Section, Sentence, table_or
from .._invocation import Invocation
from .._options import LeafGroup, format_option

if TYPE_CHECKING:
    from ...session import AsyncLibrusSession

__all__ = ["command"]

_COLUMNS = (ID, Column("Child"), Column("Account of"), Column("State"))
_BROKEN: Final = "requires_an_action"
_STATES: Final[Mapping[str, str]] = {_BROKEN: "needs attention"}
_WHAT_TO_DO: Final = (
    "Where the link to a child needs attention, sign in on the Librus portal in a browser and follow what it "
    "asks for."
)


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
            (
                child.id,
                child.student_name,
                *(("", "") if usual else (child.group, _STATES.get(child.state, child.state))),
            )
            for child in accounts.accounts
        ]
        parts: list[Part] = [table_or(_COLUMNS, rows, "No child is linked to this account.")]
        if any(child.state == _BROKEN for child in accounts.accounts):
            parts.append(Sentence(_WHAT_TO_DO))
        invocation.show([Section("Children", parts)])

    invocation.run(work)
