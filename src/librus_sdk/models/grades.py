"""Grades (oceny) and what belongs to them."""

from __future__ import annotations

from ._fields import (
    Id,
    OptionalFlag,
    OptionalId,
    OptionalNumber,
    OptionalText,
    OptionalWhole,
    WarsawDate,
    WarsawDateTime,
)
from ._in_words import InWords
from .rows import Embedded, Record, Ref, Refs

__all__ = ["Grade", "GradeAverage", "GradeCategory", "GradeComment", "TextGrade"]


class Grade(Record, frozen=True, kw_only=True):
    """One mark a student was given, or one the teacher proposes.

    Confirmed live, but for ``comments`` and ``improvement``, which were seen on the sibling API.
    Ordinary, proposed, semester and year marks stand in one list; only ``is_constituent`` marks count to an
    average.

    Attributes:
        grade: the mark as written: ``5``, ``4+``, ``6-``, ``np`` (unprepared), ``bz`` (no homework), ``+``.
            Librus sends no numeric value.
        date: the day the mark is for.
        add_date: when the teacher entered it.
        semester: 1 or 2.
        added_by: the teacher.
        is_constituent: an ordinary mark.
        is_semester: the mark of a semester; ``is_semester_proposition``: proposed for it.
        is_final: the mark of the year; ``is_final_proposition``: proposed for it.
        comments: pointers to comments; empty when there are none.
        improvement: the earlier mark this one improves (poprawa). Both stay in the list; which of them counts
            is the school's rule.
    """

    id: Id
    grade: str
    date: WarsawDate
    add_date: WarsawDateTime
    semester: int
    lesson: Ref
    subject: Ref
    student: Ref
    category: Ref
    added_by: Ref
    is_constituent: bool
    is_semester: bool
    is_semester_proposition: bool
    is_final: bool
    is_final_proposition: bool
    comments: Refs = ()
    improvement: Ref | None = None


class GradeCategory(Record, frozen=True, kw_only=True):
    """What marks are given for at this school: a test, an answer, homework.

    Fields seen on the sibling API; any of them may be missing. The list can lag behind: a mark may point at a
    category that is not in it yet.

    Attributes:
        weight: how much a mark counts. ``0`` is a real zero; None means that Librus sent none.
        count_to_the_average: None counts; only false excludes.
        short: the abbreviation the register shows.
        teacher: who made the category, where it is a teacher's own.
    """

    id: OptionalId = None
    name: OptionalText = None
    short: OptionalText = None
    weight: OptionalNumber = None
    count_to_the_average: OptionalFlag = None
    color: Ref | None = None
    teacher: Ref | None = None


class GradeComment(Record, frozen=True, kw_only=True):
    """What a teacher wrote to a mark; a grade points here. Fields seen on the sibling API.

    Attributes:
        added_by: the teacher.
        grade: the mark it belongs to.
    """

    id: OptionalId = None
    text: OptionalText = None
    added_by: Ref | None = None
    grade: Ref | None = None


class GradeAverage(Record, frozen=True, kw_only=True):
    """Averages the school publishes; many publish none.

    ``average`` is a guess from test data. The sibling API was seen to send the averages of a subject side by
    side instead: ``semester1``, ``semester2``, ``full_year``. The answer itself is in ``Rows.raw``.

    Attributes:
        average: the school's number, exactly as written (``4.50`` keeps its zero), like the other averages;
            None for text that is no number, e.g. ``-``.
        semester: the semester ``average`` is of, where Librus says it: 1 or 2.
        subject: what it is the average of.
    """

    id: OptionalId = None
    average: OptionalNumber = None
    semester: OptionalWhole = None
    semester1: OptionalNumber = None
    semester2: OptionalNumber = None
    full_year: OptionalNumber = None
    subject: Embedded | None = None


class TextGrade(InWords, frozen=True, kw_only=True):
    """A mark in words (ocena tekstowa), which counts to no average.

    Fields seen on the sibling API, most of them in a longer list of such marks that this API has no path for:
    at the schools looked at, this list was empty.

    Attributes:
        grade: the text; it may have several lines.
        date: the day the mark is for.
        add_date: when the teacher entered it.
        category: what it is given for; marks in words have a category or a skill.
        skill: the skill it describes, in the youngest classes.
        show_in_grades_view: false hides it in the register's list of grades.
    """

    show_in_grades_view: OptionalFlag = None
