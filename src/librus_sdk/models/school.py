"""The school, the student's class, classrooms, subjects and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import field

from ._fields import (
    OptionalDate,
    OptionalFlag,
    OptionalId,
    OptionalText,
    OptionalTime,
    OptionalWhole,
    accepts,
    reads,
)
from ._objects import listed
from .rows import Embedded, Record, Ref

__all__ = ["Classroom", "LessonHours", "School", "SchoolClass", "Subject", "User"]


class LessonHours(Record, frozen=True, kw_only=True):
    """When a lesson begins and ends; both are None for a number the school does not use.

    Fields seen on the sibling API.
    """

    start: OptionalTime = field(name="From", default=None)
    end: OptionalTime = field(name="To", default=None)


if TYPE_CHECKING:
    Bells: TypeAlias = tuple[LessonHours, ...]
else:

    class Bells(metaclass=accepts(tuple)):
        """The hours of all lessons; the place in the list is the lesson's number."""


reads(Bells, listed(LessonHours))


class School(Record, frozen=True, kw_only=True):
    """The school. Fields seen on the sibling API.

    Attributes:
        name_head_teacher: the head's first name; ``surname_head_teacher`` is the last name.
        lessons_range: when lessons begin and end: ``lessons_range[3]`` is the third lesson. The first place
            is lesson 0, which may be empty.
    """

    id: OptionalId = None
    name: OptionalText = None
    town: OptionalText = None
    street: OptionalText = None
    building_number: OptionalText = None
    post_code: OptionalText = None
    state: OptionalText = None
    email: OptionalText = None
    phone_number: OptionalText = None
    name_head_teacher: OptionalText = None
    surname_head_teacher: OptionalText = None
    lessons_range: Bells = ()


class SchoolClass(Record, frozen=True, kw_only=True):
    """The student's class. Fields seen on the sibling API.

    Attributes:
        number: the year, e.g. ``5``.
        symbol: the letter, e.g. ``a``.
        end_first_semester: the last day of the first semester; some clients count the second from it.
    """

    id: OptionalId = None
    number: OptionalText = None
    symbol: OptionalText = None
    class_tutor: Ref | None = None
    unit: Ref | None = None
    begin_school_year: OptionalDate = None
    end_first_semester: OptionalDate = None
    end_school_year: OptionalDate = None

    @property
    def name(self) -> str:
        """Number and symbol as the school writes them, e.g. ``5a``; ``""`` when neither is known."""
        return f"{self.number or ''}{self.symbol or ''}"


class Classroom(Record, frozen=True, kw_only=True):
    """A room of the school. Fields seen on the sibling API."""

    id: OptionalId = None
    name: OptionalText = None
    symbol: OptionalText = None


class Subject(Record, frozen=True, kw_only=True):
    """A subject, e.g. ``Matematyka``. Fields seen on the sibling API."""

    id: OptionalId = None
    name: OptionalText = None
    short: OptionalText = None


class User(Record, frozen=True, kw_only=True):
    """A person or an office of the school: teachers, and for some accounts students. Personal data.

    Fields seen on the sibling API.

    Attributes:
        account_id: the account behind the person, ``LID-AUTH-USER-…``.
        first_name: None for offices such as the secretariat.
        class_register_number: a student's number in the register (nr w dzienniku); it can change in the year.
    """

    id: OptionalId = None
    account_id: OptionalId = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    is_school_administrator: OptionalFlag = None
    is_pedagogue: OptionalFlag = None
    is_employee: OptionalFlag = None
    group_id: OptionalId = None
    school_class: Embedded | None = field(name="Class", default=None)
    unit: Embedded | None = None
    class_register_number: OptionalWhole = None

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known; ``""`` when neither is."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)
