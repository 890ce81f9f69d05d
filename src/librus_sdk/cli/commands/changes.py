"""``librus changes``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from ...errors import LibrusApiError
from .._columns import ID
from .._days import moment_cell
from .._document import Cell, Column, Fields, Section, Sentence, table_or
from .._invocation import Invocation, Reading
from .._options import LeafGroup, child_command, child_read, id_option
from .._words import NOTHING, counted

if TYPE_CHECKING:
    from ...models import Change

__all__ = ["command"]

_CHANGES: Final = (
    ID,
    Column("Change"),
    Column("In"),
    Column("Record", right=True),
    Column("When", right=True),
)
_KINDS: Final = {"add": "added", "edit": "changed", "delete": "deleted"}
_ONLY_A_HINT: Final = (
    "A hint only: changes have been seen to be missing here. What must not be missed is to be read itself "
    "now and then."
)

_device_option = click.option(
    "--device",
    metavar="ID",
    required=True,
    help="The id that librus changes register has shown for this child.",
)


@click.group("changes", cls=LeafGroup)
def command() -> None:
    """What Librus says has changed: for programs, and a hint only."""


@command.command("register")
@child_read
def register(invocation: Invocation) -> None:
    """Register for changes of a child, once, and show the id that the other commands want as --device."""
    from ...endpoints import Changes

    invocation.read(lambda client: Changes.register(client.changes), _register_text)


async def _register_text(reading: Reading) -> Sequence[Section]:
    found = await reading.client.changes.register()
    said = (
        "Keep this id: it is this child's only. Changes are listed from now on; nothing is pushed to a phone."
    )
    return [
        Section(reading.title("Registered for the changes"), [Fields([("device", found.id)]), Sentence(said)])
    ]


@command.command("list")
@_device_option
@child_read
def list_(invocation: Invocation, device: str) -> None:
    """List the changes that were not acknowledged yet; a hint only, never all there is to know."""
    from ...endpoints import Changes

    async def text(reading: Reading) -> Sequence[Section]:
        rows = await reading.client.changes.list(device)
        reading.left_out(rows.rejected)
        part = table_or(_CHANGES, [_row(row) for row in rows], "Nothing that was not acknowledged.")
        return [Section(reading.title("Changes in the register"), [part, Sentence(_ONLY_A_HINT)])]

    with _Known():
        invocation.read(lambda client: Changes.list(client.changes, device), text)


def _row(change: Change) -> tuple[Cell, ...]:
    about = change.resource
    kind = change.type or NOTHING
    return (
        change.id,
        _KINDS.get(kind.lower(), kind),
        (about.type if about else None) or NOTHING,
        (about.id if about else None) or NOTHING,
        moment_cell(change.add_date),
    )


@command.command("acknowledge")
@_device_option
@id_option("change", "changes list", several=True)
@child_command("how many changes Librus was told of.")
def acknowledge(invocation: Invocation, device: str, id: tuple[str, ...]) -> None:
    """Acknowledge changes, which are not listed again: do so after what was read about them is stored.

    Librus does not say whether it knew them.
    """

    async def work(reading: Reading) -> None:
        count = await reading.client.changes.acknowledge(device, id)
        if invocation.form == "json":
            invocation.dump(reading.payload({"acknowledged": count}))
            return
        said = f"Librus was told of {counted(count, 'change')}."
        invocation.show([Section(reading.title("Changes in the register"), [Sentence(said)])])

    with _Known():
        invocation.run_for_child(work)


class _Known:
    """Says in words of the command line that Librus does not know the device."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, LibrusApiError) and error.status in (400, 404):
            twin = error.replicate()
            twin.message = _UNKNOWN.format(status=error.status)
            raise twin from error.__cause__


_UNKNOWN: Final = (
    "Librus does not know this --device for this child, or did not accept an id (status {status}). librus "
    "changes register gives a new one, for changes from then on."
)
