"""The decoders of the list of changes: the list, and an answer in which nothing stands."""

from __future__ import annotations

from typing import Final

from ..models._decode import (
    BROKEN,
    ENVELOPE,
    Misfit,
    decoder,
    open_envelope,
    sift,
    split,
)
from ..models._fields import OptionalText
from ..models.changes import Change, ChangeList
from ._sent import Sent
from ._shapes import Decode, Shape

__all__ = ["change_list", "unread"]

_ROW: Final = decoder(Change)
_TEXT: Final = decoder(OptionalText)


class _ChangesShape(Shape[ChangeList]):
    """A list of changes, and when it was made."""

    @staticmethod
    def sent() -> Sent:
        return Sent("Changes", tuple[Change, ...])

    def _read(self, body: bytes) -> ChangeList | Misfit:
        member = open_envelope(body, "Changes")
        if isinstance(member, Misfit):
            return member
        members = split(member, "$.Changes")
        if isinstance(members, Misfit):
            return members
        fitting, odd = sift(members, "$.Changes", _ROW)
        return ChangeList(fitting, rejected=odd, raw=body, timestamp=_timestamp(body))


def _timestamp(body: bytes) -> str | None:
    sent = ENVELOPE.decode(body).get("ChangesTimestamp")
    try:
        return None if sent is None else _TEXT.decode(sent)
    except BROKEN:
        # In another form than anybody saw: it must not cost the changes.
        return None


class _UnreadShape:
    """An answer that is good by its status; what stands in it nobody has written down."""

    @staticmethod
    def sent() -> Sent:
        return Sent(None, bytes)

    def __call__(self, body: bytes, endpoint: str, strict: bool) -> None:
        """Look at nothing."""


_CHANGES: Final = _ChangesShape()
_UNREAD: Final = _UnreadShape()


def change_list() -> Decode[ChangeList]:
    """Return the decoder of ``/PushChanges``."""
    return _CHANGES


def unread() -> Decode[None]:
    """Return the decoder that decodes nothing."""
    return _UNREAD
