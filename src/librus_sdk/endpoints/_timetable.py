"""The decoder of timetables: a mapping of days to slots to lessons, each of which may be odd on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Final, TypeAlias

import msgspec
from msgspec import Raw, Struct, field
from msgspec.structs import force_setattr

from ..models._decode import (
    BROKEN,
    Misfit,
    decoder,
    explain,
    open_envelope,
    set_aside,
    sift,
    split,
)
from ..models._fields import read_date
from ..models.rows import Rejected
from ..models.timetable import Slots, Timetable, TimetableLesson
from ._sent import Empty, Sent
from ._shapes import Decode, Shape

__all__ = ["timetable"]

_Slot: TypeAlias = tuple[TimetableLesson, ...] | None
_Day: TypeAlias = tuple[_Slot, ...] | None


class _Envelope(Struct, gc=False):
    days: dict[str, _Day] = field(name="Timetable")


_DAYS: Final = msgspec.json.Decoder(dict[str, Raw])


class _TimetableShape(Shape[Timetable]):
    """``{"2026-09-14": [[lesson, lesson], [], ...], ...}``.

    An empty timetable may come as ``[]``: where Librus's server has no entries it cannot tell the two apart.
    """

    @staticmethod
    def sent() -> Sent:
        return Sent("Timetable", dict[str, _Day] | Empty)

    @cached_property
    def _whole(self) -> msgspec.json.Decoder[_Envelope]:
        return decoder(_Envelope)

    @cached_property
    def _lesson(self) -> msgspec.json.Decoder[TimetableLesson]:
        return decoder(TimetableLesson)

    def _read(self, body: bytes) -> Timetable | Misfit:
        try:
            return Timetable(_placed(self._whole.decode(body).days), raw=body)
        except BROKEN:
            pass
        member = open_envelope(body, "Timetable")
        if isinstance(member, Misfit):
            return member
        try:
            sent = {} if split(member, "$") == [] else _DAYS.decode(member)
        except BROKEN as error:
            tail, what = explain(error)
            return Misfit("shape", (f"$.Timetable{tail}: {what}",))
        days: dict[str, _Day] = {}
        odd: list[Rejected] = []
        for key, day in sent.items():
            if read_date(key) is None:
                odd.append(Rejected(path="$.Timetable[...]", reason=_WANT_DAY, raw=bytes(day)))
            else:
                days[key] = tuple(self._slots(day, f'$.Timetable["{key}"]', odd))
        return Timetable(_placed(days), rejected=odd, raw=body)

    def _slots(self, day: Raw, path: str, odd: list[Rejected]) -> Iterator[tuple[TimetableLesson, ...]]:
        """Yield a day's slots, adding what does not fit to ``odd``; an odd slot stays, empty."""
        for index, slot in enumerate(_members(day, path, odd)):
            here = f"{path}[{index}]"
            lessons, strange = sift(_members(slot, here, odd), here, self._lesson)
            odd.extend(strange)
            yield tuple(lessons)


_WANT_DAY: Final = "Expected a key `YYYY-MM-DD`"
_MEMBERS: Final = msgspec.json.Decoder(list[Raw] | None)


def _members(sent: Raw, path: str, odd: list[Rejected]) -> list[Raw]:
    try:
        return _MEMBERS.decode(sent) or []
    except BROKEN as error:
        odd.append(set_aside(path, sent, error))
        return []


def _placed(days: Mapping[str, _Day]) -> dict[date, Slots]:
    """Tell every lesson where it stands.

    Raises:
        ValueError: a key is no date.
    """
    placed: dict[date, Slots] = {}
    for key, slots in days.items():
        day = read_date(key)
        if day is None:
            raise ValueError(_WANT_DAY)
        placed[day] = tuple(slot or () for slot in slots or ())
        for index, slot in enumerate(placed[day]):
            for lesson in slot:
                # Just decoded, seen by nobody: the two fields are set once, here.
                force_setattr(lesson, "day", day)
                force_setattr(lesson, "slot", index)
    return placed


_SHAPE: Final = _TimetableShape()


def timetable() -> Decode[Timetable]:
    """Return the decoder of ``/Timetables``."""
    return _SHAPE
