"""What only a login issued by the school can read: settings of grading, trips, documents, the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import field

from ._fields import (
    Id,
    OptionalDate,
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalNumber,
    OptionalText,
    OptionalTime,
    OptionalWhole,
    accepts,
    reads,
)
from ._objects import loose_id
from .rows import Record
from .school import Bells

__all__ = [
    "ActivityRoom",
    "BehaviourPointsSettings",
    "DescriptiveArea",
    "DescriptiveScaleValue",
    "ExtraActivity",
    "GradesSettings",
    "GradingSystem",
    "LessonSettings",
    "LibraryLending",
    "LooseTexts",
    "PartialDescriptiveGrade",
    "SchoolFile",
    "SchoolTrip",
    "StartPoints",
    "Unit",
]

if TYPE_CHECKING:
    LooseTexts: TypeAlias = tuple[str, ...]
else:

    class LooseTexts(metaclass=accepts(tuple)):
        """A text, or texts, or objects with a name or a text, in whatever form. Never costs the record."""


_NAMES: Final = ("name", "text", "content", "identifier", "id")


def _loose_texts(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(found for item in items if (found := _said(item)) is not None)


def _said(item: object) -> str | None:
    if isinstance(item, dict):
        return next((found for key in _NAMES if (found := loose_id(item.get(key)))), None)
    return loose_id(item)


reads(LooseTexts, _loose_texts)


# --- how the school grades --------------------------------------------------------------------------------


class GradingSystem(Record, frozen=True, kw_only=True, rename="camel"):
    """What the signs in a mark are worth at this school. Fields seen live by public clients.

    Attributes:
        plus_value: what ``+`` adds, e.g. 0.5: ``4+`` is 4.5.
        minus_value: what ``-`` takes away, e.g. 0.25: ``4-`` is 3.75.
        count_zero: whether a mark of 0 counts to the average.
    """

    plus_value: OptionalNumber = None
    minus_value: OptionalNumber = None
    count_zero: OptionalFlag = None


class GradesSettings(Record, frozen=True, kw_only=True):
    """Which systems of grading a unit uses; more than one can be on.

    The first three switches were seen live by public clients, the others only stand in the source of one.

    Attributes:
        standard_grades_enabled: marks from 1 to 6, in ``grades.list()``.
        point_grades_enabled: marks in points, in ``grades.points()``.
        descriptive_grades_enabled: marks skill by skill, in ``grades.descriptive()``.
        force_point_grades_dictionaries: points are chosen from the school's lists only, as the name suggests.
        allow_overrange_point_grades: more points than a category's most can be given.
        allow_class_tutor_edit_grades: the class tutor may change other teachers' marks.
        can_add_any_grades: as the name suggests; nobody has seen what it does.
    """

    standard_grades_enabled: OptionalFlag = None
    point_grades_enabled: OptionalFlag = None
    descriptive_grades_enabled: OptionalFlag = None
    force_point_grades_dictionaries: OptionalFlag = None
    allow_overrange_point_grades: OptionalFlag = None
    allow_class_tutor_edit_grades: OptionalFlag = None
    can_add_any_grades: OptionalFlag = None


class StartPoints(Record, frozen=True, kw_only=True):
    """With how many points of behaviour a semester begins.

    Attributes:
        semester2: None means the same as in the first semester.
    """

    semester1: OptionalNumber = None
    semester2: OptionalNumber = None


class BehaviourPointsSettings(Record, frozen=True, kw_only=True):
    """How points of behaviour are counted: add the values of ``grades.behaviour_points()`` to the start."""

    start_points: StartPoints | None = None
    show_categories_shortcuts: OptionalFlag = None


class LessonSettings(Record, frozen=True, kw_only=True):
    """How lessons are numbered. The fields stand in the source of one public client."""

    allow_zero_lesson_number: OptionalFlag = None
    max_lesson_number: OptionalWhole = None


class Unit(Record, frozen=True, kw_only=True):
    """A part of the school (jednostka), with its bells and its ways of grading. Seen live by public clients.

    Whether and how points are used is in ``grades_settings``: nobody knows of another place for it.

    Attributes:
        behaviour_type: how behaviour is graded; its values are not known.
        lessons_range: when lessons begin and end: ``lessons_range[3]`` is the third lesson.
        behaviour_grades_settings: where points of behaviour begin.
    """

    id: OptionalId = None
    name: OptionalText = None
    short_name: OptionalText = None
    behaviour_type: OptionalText = None
    lessons_range: Bells = ()
    grades_settings: GradesSettings | None = None
    lesson_settings: LessonSettings | None = None
    behaviour_grades_settings: BehaviourPointsSettings | None = None


# --- descriptive grading ----------------------------------------------------------------------------------


class DescriptiveArea(Record, frozen=True, kw_only=True, rename="camel"):
    """An area of learning that descriptive marks are given for. Seen live by public clients."""

    id: OptionalId = None
    name: OptionalText = None
    color: OptionalText = None


class DescriptiveScaleValue(Record, frozen=True, kw_only=True, rename="camel"):
    """A step on the school's own scale. Seen live by public clients.

    Attributes:
        value: what it is called, e.g. ``A`` or ``5``.
    """

    id: OptionalId = None
    value: OptionalText = None


class PartialDescriptiveGrade(Record, frozen=True, kw_only=True, rename="camel"):
    """A mark of the new descriptive grading (ocenianie opisowe, first classes from 2026). Personal data.

    Fields seen live by public clients. The repr shows its id and day.

    Attributes:
        grade_id: its id.
        student_id: the child, ``LID-…``; so are the other ids, and none of them is one of ``school.users()``.
        added_by: who entered it; in which form is not known, ids and names are read.
        content: what the teacher wrote.
        comments: a text was seen; several are read, too.
        implemented_requirements: the requirements of the curriculum that are met, by name.
        add_date: when the teacher entered it.
    """

    grade_id: OptionalId = None
    student_id: OptionalId = None
    teacher_id: OptionalId = None
    added_by: LooseTexts = ()
    subject_id: OptionalId = None
    lesson_assignment_id: OptionalId = None
    area: DescriptiveArea | None = None
    scale_value: DescriptiveScaleValue | None = None
    content: OptionalText = None
    comments: LooseTexts = ()
    implemented_requirements: LooseTexts = ()
    date: OptionalDate = None
    semester: OptionalWhole = None
    add_date: OptionalDateTime = None

    @property
    def id(self) -> Id | None:
        """The same as ``grade_id``."""
        return self.grade_id

    def __repr__(self) -> str:
        return f"PartialDescriptiveGrade(grade_id={self.grade_id!r}, date={self.date!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("grade_id", self.grade_id), ("date", self.date)]


# --- what happens besides lessons -------------------------------------------------------------------------


class ActivityRoom(Record, frozen=True, kw_only=True, rename="camel"):
    """Where an extra activity takes place."""

    name: OptionalText = None
    symbol: OptionalText = None


class ExtraActivity(Record, frozen=True, kw_only=True, rename="camel"):
    """One meeting of an extra activity (zajęcia dodatkowe). Seen live by public clients.

    The timetable does not have them.

    Attributes:
        teacher_name: the last name stands first.
        status: ``ACTUAL`` or ``CANCELLED``; see :attr:`is_cancelled`.
    """

    date: OptionalDate = None
    start_time: OptionalTime = None
    end_time: OptionalTime = None
    title: OptionalText = None
    teacher_name: OptionalText = None
    classroom: ActivityRoom | None = None
    status: OptionalText = None

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return (self.status or "").upper() == "CANCELLED"


class SchoolTrip(Record, frozen=True, kw_only=True, rename="camel"):
    """A trip of the school (wycieczka). Its fields stand in the source of public clients.

    Attributes:
        locomotion: how one travels.
        term_from: the first day; ``term_to`` is the last.
        coordinator_name: who is in charge; the creator is who entered it.
    """

    id: OptionalId = None
    destination: OptionalText = None
    route: OptionalText = None
    locomotion: OptionalText = None
    term_from: OptionalDate = None
    term_to: OptionalDate = None
    coordinator_name: OptionalText = None
    creator_name: OptionalText = None
    creator_last_name: OptionalText = None


class SchoolFile(Record, frozen=True, kw_only=True, rename="camel"):
    """A document the school shares with families. Its fields stand in the source of public clients.

    Attributes:
        download_url: an address on the register's website, ``/pliki_szkoly/pobierz/…``.
        file_status: its values are not known.
        failed: the file is damaged on Librus's side, as the name suggests.
    """

    id: OptionalId = None
    display_name: OptionalText = None
    added_on: OptionalDate = field(name="addedOnDate", default=None)
    download_url: OptionalText = None
    icon_url: OptionalText = None
    file_status: OptionalText = None
    failed: OptionalFlag = None


class LibraryLending(Record, frozen=True, kw_only=True, rename="camel"):
    """A book that was borrowed from the school's library. Personal data.

    Its fields stand in the source of public clients. The repr shows its identifier and when it is due.

    Attributes:
        lended_at: the day it was borrowed; the word is Librus's.
        due_date: the day it has to be back.
        is_extendable: whether it can be kept longer.
    """

    identifier: OptionalId = None
    title: OptionalText = None
    author: OptionalText = None
    type: OptionalText = None
    lended_at: OptionalDate = None
    due_date: OptionalDate = None
    is_extendable: OptionalFlag = None

    @property
    def id(self) -> Id | None:
        """The same as ``identifier``."""
        return self.identifier

    def __repr__(self) -> str:
        return f"LibraryLending(identifier={self.identifier!r}, due_date={self.due_date!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("identifier", self.identifier), ("due_date", self.due_date)]
