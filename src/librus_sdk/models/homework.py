"""The agenda (terminarz): tests, quizzes, trips, meetings. Librus calls it ``HomeWorks``."""

from __future__ import annotations

from msgspec import field

from ._fields import Id, OptionalId, OptionalText, OptionalTime, OptionalWhole, WarsawDate, WarsawDateTime
from .rows import Embedded, Record, Ref

__all__ = ["HomeWork", "HomeworkCategory", "OnlineLesson"]


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
