"""Librus's list of what has changed: a hint, never the only source."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import ClassVar, Final

from ..models._fields import Id
from ..models.changes import Change, ChangeList, ChangeRegister
from ..settings import API_V3, ApiBackend
from ._changes import change_list, unread
from ._declare import C, Family, Get, Send, endpoint, id_segment, id_text
from ._plans import Plan, planned
from ._shapes import one

__all__ = ["Changes"]

# To web sessions both paths are denied (public clients).
_HERE: Final[frozenset[ApiBackend]] = frozenset({API_V3})

APP_VERSION: Final = "7.0.0"
BATCH: Final = 30
"""How many changes one request acknowledges: as many as public clients do."""


class Changes(Family[C]):
    """What Librus says has changed since it was last told that its list was seen.

    Use it as a hint to read something sooner, **never as the only source**: one bot found changes missing and
    went back to reading everything. All of it is known from the source of public clients only; whether it
    works on accounts without the paid add-on in 2026 is not known. With a login issued by the school it does
    not exist: :class:`~librus_sdk.errors.LibrusUnsupportedBackendError`, and nothing is sent.

    A change is listed until it is acknowledged, so it may be seen more than once: what is done about it must
    do no harm when it is done twice. Acknowledge only after what was read is stored.
    """

    family: ClassVar[str] = "changes"

    @endpoint("registerForChanges", tag="changes")
    def register(self, *, app_version: str = APP_VERSION) -> Get[ChangeRegister]:
        """Ask Librus to keep a list of changes; once for each child, then keep the ``id``.

        Nothing is pushed: no phone is named. The changes listed begin now.

        Args:
            app_version: which version of the mobile application to pass for; 5.9.0 to 7.0.0 are known to
                have worked.
        """
        body = {"sendPush": 0, "appVersion": app_version}
        decode = one("ChangeRegister", ChangeRegister)
        return Send("ChangeRegister", decode, backends=_HERE, body=body, harmless=True)

    @endpoint("listChanges", tag="changes")
    def list(self, device_id: Id | int) -> Get[ChangeList]:
        """Read the changes that are not acknowledged yet. Reading does not acknowledge them.

        Args:
            device_id: the ``id`` that :attr:`register` returned. For one that Librus does not know, or that
                is another child's, it answers with an error: register again.
        """
        return Get("PushChanges", change_list(), _of(device_id), backends=_HERE)

    @planned
    def acknowledge(self, device_id: Id | int, changes: Iterable[Change | Id | int]) -> Plan[int]:
        """Tell Librus that these changes were seen, and return how many. They are not listed again.

        Do so after what was read about them is stored. Thirty go with a request; when one fails, those before
        it are acknowledged and the others will be listed again. Without changes nothing is sent.

        Args:
            device_id: the ``id`` that :attr:`register` returned.
            changes: the changes, or their ids; those of ``.rejected`` have none and cannot be acknowledged.

        Raises:
            LibrusConfigurationError: an id is none; nothing is sent.
        """
        device = _of(device_id)
        each = (changes,) if isinstance(changes, str | int | Change) else changes
        # Once each, in their order, and all of them looked at before anything is sent.
        wanted = dict.fromkeys(
            id_segment(change.id if isinstance(change, Change) else change, "changes") for change in each
        )
        waiting = iter(wanted)
        while batch := ",".join(islice(waiting, BATCH)):
            path = f"PushChanges/{batch}"
            yield Send(path, unread(), device, backends=_HERE, method="DELETE", harmless=True)
        return len(wanted)


def _of(device_id: Id | int) -> dict[str, object]:
    return {"pushDevice": id_text(device_id, "device_id")}
