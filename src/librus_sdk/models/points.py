"""Point grades (oceny punktowe): marks in points out of a maximum. Some schools grade only so."""

from __future__ import annotations

from ._fields import (
    OptionalDate,
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalNumber,
    OptionalText,
    OptionalWhole,
)
from .rows import Embedded, Record, Ref, Refs

__all__ = ["PointGrade", "PointGradeAverage", "PointGradeCategory", "PointGradeComment"]


class PointGrade(Record, frozen=True, kw_only=True):
    """A mark in points. Fields read by clients of the sibling API; the day and the comments are assumed.

    Attributes:
        grade: the points as written.
        grade_value: the points as a number; the maximum is the category's ``value_to``.
        date: the day the mark is for.
        add_date: when the teacher entered it.
        comments: pointers to comments; empty when there are none.
    """

    id: OptionalId = None
    grade: OptionalText = None
    grade_value: OptionalNumber = None
    date: OptionalDate = None
    add_date: OptionalDateTime = None
    semester: OptionalWhole = None
    subject: Ref | None = None
    category: Ref | None = None
    added_by: Ref | None = None
    comments: Refs = ()


class PointGradeAverage(Record, frozen=True, kw_only=True):
    """An average of points the school publishes.

    Its fields are a guess from test data; the answer is in ``Rows.raw``.

    Attributes:
        average: the school's number, exactly as written.
        subject: what it is the average of.
    """

    id: OptionalId = None
    average: OptionalNumber = None
    subject: Embedded | None = None


class PointGradeCategory(Record, frozen=True, kw_only=True):
    """What points are given for at this school. Fields read by clients of the sibling API.

    Attributes:
        weight: how much a mark counts. ``0`` is a real zero; None means that Librus sent none.
        count_to_the_average: None counts; only false excludes.
        value_from: the fewest points a mark may have.
        value_to: the most; None when Librus sent no maximum, and then such marks have no percentage.
    """

    id: OptionalId = None
    name: OptionalText = None
    weight: OptionalNumber = None
    count_to_the_average: OptionalFlag = None
    value_from: OptionalNumber = None
    value_to: OptionalNumber = None
    color: Ref | None = None


class PointGradeComment(Record, frozen=True, kw_only=True):
    """What a teacher wrote to a mark in points.

    No live row is known; its fields are those of comments to ordinary grades.
    """

    id: OptionalId = None
    text: OptionalText = None
