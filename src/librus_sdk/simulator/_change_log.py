"""The change feed's memory: devices that were registered, and what each has not confirmed yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from ..errors import LibrusConfigurationError
from ._rows import Row, ref
from ._year import WARSAW

if TYPE_CHECKING:
    from ._school import Child
    from ._state import State

__all__ = ["ChangeControls", "ChangeLog", "Device"]

ChangeKind = Literal["Add", "Edit", "Delete"]


@dataclass(slots=True, eq=False, repr=False)
class Device:
    """What was registered for one child: a telephone, or just somebody who asks for changes."""

    id: int
    child_id: str
    address: str | None
    pending: dict[str, Row] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class ChangeLog:
    """Everything about the change feed that changes. Guarded by the lock of ``State``.

    A device gets what happens after it was registered. ``deleted`` holds the rows that are gone, by child,
    resource and id.
    """

    _state: State
    devices: dict[str, Device] = field(default_factory=dict)
    deleted: set[tuple[str, str, str]] = field(default_factory=set)
    written: int = 0

    def register(self, child_id: str, address: str | None) -> Device | None:
        """Register a device; None when the telephone of that address is registered already."""
        known = [device for device in self.devices.values() if device.child_id == child_id]
        if address is not None and any(device.address == address for device in known):
            return None
        device = Device(7_200_000 + 37 * len(self.devices) + 1, child_id, address)
        self.devices[str(device.id)] = device
        return device

    def device_of(self, child_id: str, device_id: str) -> Device | None:
        """The device of that child with that id."""
        device = self.devices.get(device_id)
        return device if device is not None and device.child_id == child_id else None

    def add(self, child: Child, resource: str, kind: ChangeKind, row_id: int | str) -> None:
        """Write an entry for every device of the child. Ids are numbers and texts in turn."""
        child_id = str(child.portal_id)
        self.written += 1
        number = 91_000_000 + self.written
        now = datetime.now(WARSAW)
        entry: Row = {
            "Id": number if self.written % 2 else str(number),
            "Resource": {**ref(resource, row_id), "Type": resource},
            "Type": kind,
            "AddDate": f"{self._state.today().isoformat()} {now:%H:%M:%S}",
            "extraData": None,
        }
        for device in self.devices.values():
            if device.child_id == child_id:
                device.pending[str(number)] = entry
        key = (child_id, resource, str(row_id))
        (self.deleted.add if kind == "Delete" else self.deleted.discard)(key)

    def confirm(self, device: Device, ids: list[str]) -> None:
        """Take the entries off the device; those it does not have do not matter."""
        for entry_id in ids:
            device.pending.pop(entry_id, None)

    def is_deleted(self, child: Child, resource: str, row: Row) -> bool:
        """Whether the child's row is gone."""
        return (str(child.portal_id), resource, str(row["Id"])) in self.deleted

    def kept(self, child: Child, resource: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows without those that are gone."""
        if not self.deleted:
            return rows
        return tuple(row for row in rows if not self.is_deleted(child, resource, row))


class ChangeControls:
    """What happens at school, as far as the change feed tells of it."""

    _state: State

    def change(
        self,
        child: str | int,
        type: str = "Grades",
        kind: ChangeKind = "Add",
        resource_id: str | int | None = None,
    ) -> str:
        """Put an entry into the change feed of the child; every device registered by now gets it.

        With ``Delete`` the row is gone from then on, from its list as well.

        Args:
            child: the child.
            type: the resource, named as its list is in :attr:`counts`.
            kind: ``Add``, ``Edit`` or ``Delete``.
            resource_id: which row; the last one of the list that is still there when not given.

        Returns:
            The id of the row, as text.

        Raises:
            KeyError: there is no such child or row.
            LibrusConfigurationError: there is no list of that name.
        """
        if kind not in ("Add", "Edit", "Delete"):
            raise ValueError("kind must be 'Add', 'Edit' or 'Delete'")
        with self._state.watch.lock:
            if str(child) not in self._state.minted:
                raise KeyError("the simulator has no child with this id")
            known = self._state.world.child(str(child))
            table = self._state.world.tables(known).get(type)
            if table is None:
                raise LibrusConfigurationError(
                    f"The simulator has no list {type!r} of which rows could change."
                )
            log = self._state.changes
            rows = {str(row["Id"]): row["Id"] for row in table.rows}
            left = [str(row["Id"]) for row in log.kept(known, type, table.rows)]
            wanted = str(resource_id) if resource_id is not None else left[-1] if left else ""
            if wanted not in rows:
                raise KeyError(f"the simulator has no such row of {type!r}")
            log.add(known, type, kind, rows[wanted])
            return wanted
