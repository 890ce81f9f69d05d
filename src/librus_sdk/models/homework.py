"""The agenda (terminarz), which Librus calls ``HomeWorks``, and homework (zadania domowe)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from msgspec import field

from ._fields import (
    Id,
    OptionalDate,
    OptionalFlag,
    OptionalId,
    OptionalText,
    OptionalTime,
    OptionalWhole,
    WarsawDate,
    WarsawDateTime,
    accepts,
    reads,
)
from ._objects import listed, loose_id, loose_text
from .rows import Embedded, Record, Ref

__all__ = ["HomeWork", "HomeworkAssignment", "HomeworkCategory", "HomeworkFile", "OnlineLesson"]


class OnlineLesson(Record, frozen=True, kw_only=True, rename=None):
    """A link to a lesson held online. Fields read by older clients of the sibling API."""

    text: OptionalText = None
    url: OptionalText = None


class HomeWork(Record, frozen=True, kw_only=True):
    """A dated entry of the agenda. In spite of its name it is a test or an event, not homework to hand in.

    Confirmed live.

    Attributes:
        content: what the teacher wrote.
        date: the day it takes place.
        add_date: when it was entered.
        category: its kind at this school; the kinds' names are comparable, their ids are not.
        school_class: the class it is for.
        subject: None for entries of the class or the whole school.
        lesson_no: the lesson it falls on, where it falls on one.
        time_from: when it begins. Midnight means "no time": schools enter ``00:00:00``.
    """

    id: Id
    content: str
    date: WarsawDate
    add_date: WarsawDateTime
    category: Embedded | None = None
    school_class: Embedded | None = field(name="Class", default=None)
    created_by: Embedded | None = None
    subject: Embedded | None = None
    lesson_no: OptionalWhole = None
    time_from: OptionalTime = None
    time_to: OptionalTime = None
    online_lesson: OnlineLesson | None = field(name="onlineLessonUrl", default=None)


class HomeworkCategory(Record, frozen=True, kw_only=True):
    """A kind of agenda entry at this school: sprawdzian (test), kartkówka (quiz), wycieczka (trip).

    Fields seen on the sibling API.
    """

    id: OptionalId = None
    name: OptionalText = None
    color: Ref | None = None


class HomeworkFile(Record, frozen=True, kw_only=True):
    """A file that belongs to homework. Fields seen on the sibling API.

    Attributes:
        id: the file's own id, which finds nothing: use :attr:`attachment_id`.
    """

    id: OptionalId = None
    name: OptionalText = None
    url: OptionalText = None

    @property
    def attachment_id(self) -> str | None:
        """What ``homework.attachment(...)`` wants: ``<homework id>-<file id>``, the end of the address."""
        path = re.split(r"[?#]", self.url or "", maxsplit=1)[0]
        return unquote(path.rstrip("/").rpartition("/")[2]) or None


if TYPE_CHECKING:
    HomeworkFiles: TypeAlias = tuple[HomeworkFile, ...]
    LooseFiles: TypeAlias = tuple[HomeworkFile, ...]
    LooseIds: TypeAlias = tuple[Id, ...]
else:

    class HomeworkFiles(metaclass=accepts(tuple)):
        """The files of homework; ``null`` and ``""`` are none at all."""

    class LooseFiles(metaclass=accepts(tuple)):
        """Files, in whatever form they come. Never costs the record."""

    class LooseIds(metaclass=accepts(tuple)):
        """Ids or pointers, in whatever form they come; what is none is left out. Never costs the record."""


def _loose_files(value: object) -> tuple[HomeworkFile, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        HomeworkFile(id=_id_of(item), name=_text_at(item, "Name"), url=_text_at(item, "Url"))
        for item in value
        if item
    )


def _loose_ids(value: object) -> tuple[Id, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(found for item in items if (found := _id_of(item)) is not None)


def _id_of(item: object) -> str | None:
    return loose_id(item.get("Id") if isinstance(item, dict) else item)


def _text_at(item: object, key: str) -> str | None:
    return loose_text(item.get(key)) if isinstance(item, dict) else None


reads(HomeworkFiles, listed(HomeworkFile))
reads(LooseFiles, _loose_files)
reads(LooseIds, _loose_ids)


class HomeworkAssignment(Record, frozen=True, kw_only=True):
    """Homework to do, and perhaps to hand in. Fields seen on the sibling API.

    No subject here: follow ``lesson``.

    Attributes:
        date: the day it was set.
        due_date: the day it is due.
        must_send_attach_file: whether a file has to be handed in.
        send_file_possible: whether one can be.
        files: what the teacher added.
        added_files: what was handed in, as the name suggests; in which form is not known.
        students_who_read: ids of the students who have opened it, others of the class perhaps among them.
        students_who_marked_as_done: ids of those who say they have done it.
    """

    id: OptionalId = None
    topic: OptionalText = None
    text: OptionalText = None
    date: OptionalDate = None
    due_date: OptionalDate = None
    teacher: Ref | None = None
    lesson: Ref | None = None
    category: Ref | None = None
    must_send_attach_file: OptionalFlag = None
    send_file_possible: OptionalFlag = None
    # Spelt so on the wire.
    files: HomeworkFiles = field(name="HomeworkAssigmentFiles", default=())
    added_files: LooseFiles = ()
    students_who_read: LooseIds = ()
    students_who_marked_as_done: LooseIds = ()
