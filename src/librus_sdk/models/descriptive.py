"""Descriptive grades (oceny opisowe): how the youngest classes are graded, skill by skill."""

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
from ._in_words import InWords
from .lessons import LooseRef
from .rows import Record, Ref, Refs

__all__ = [
    "DescriptiveGrade",
    "DescriptiveGradeComment",
    "DescriptiveGradeSkill",
    "DescriptiveGradeText",
    "DescriptiveGradeTextCategory",
    "DescriptiveTextGrade",
    "DescriptiveTextGradeSkill",
]


class DescriptiveGrade(Record, frozen=True, kw_only=True):
    """A mark for one skill, as classes 1 to 3 have them. Fields seen on the sibling API.

    Attributes:
        grade: a place on a scale and not the mark, which is :attr:`shown`. Its form is not known; a bare text
            or number is taken for an id.
        map: the mark as the register shows it; read :attr:`shown`.
        real_grade_value: the mark again, for rows without ``map``.
        skill: what was graded; look it up in the skills.
        phrase: a sentence that goes with the mark.
        comments: pointers to comments; empty when there are none.
    """

    id: OptionalId = None
    grade: LooseRef = None
    map: OptionalText = None
    real_grade_value: OptionalText = None
    date: OptionalDate = None
    add_date: OptionalDateTime = None
    semester: OptionalWhole = None
    lesson: Ref | None = None
    subject: Ref | None = None
    student: Ref | None = None
    skill: Ref | None = None
    added_by: Ref | None = None
    phrase: OptionalText = None
    comments: Refs = ()

    @property
    def shown(self) -> str | None:
        """The mark to show; None when there is none."""
        return self.map or self.real_grade_value or None


class DescriptiveGradeComment(Record, frozen=True, kw_only=True):
    """What a teacher wrote to a descriptive grade.

    No live row is known; its fields are those of comments to ordinary grades.
    """

    id: OptionalId = None
    text: OptionalText = None


class DescriptiveGradeSkill(Record, frozen=True, kw_only=True):
    """A skill (umiejętność) that is graded at this school. Fields seen on the sibling API.

    Attributes:
        weight: ``0`` is a real zero; None means that Librus sent none.
        teacher: who made it, where it is a teacher's own.
    """

    id: OptionalId = None
    name: OptionalText = None
    subject: Ref | None = None
    weight: OptionalNumber = None
    count_to_the_average: OptionalFlag = None
    color: Ref | None = None
    teacher: Ref | None = None


class DescriptiveGradeText(InWords, frozen=True, kw_only=True):
    """A description that goes with a group of descriptive grades.

    No live row is known; the fields are those of marks in words, and the answer is in ``Rows.raw``.

    Attributes:
        grade: the text; it may have several lines.
    """


class DescriptiveGradeTextCategory(Record, frozen=True, kw_only=True):
    """A kind of description at this school. No live row is known; an id and a name are assumed."""

    id: OptionalId = None
    name: OptionalText = None


class DescriptiveTextGrade(InWords, frozen=True, kw_only=True):
    """A skill graded in words.

    The list was empty wherever somebody looked; the fields are those of marks in words, and the answer is in
    ``Rows.raw``.

    Attributes:
        grade: the text; it may have several lines.
        skill: what was graded; look it up in the skills of text grades.
    """


class DescriptiveTextGradeSkill(Record, frozen=True, kw_only=True):
    """A skill that is graded in words. Fields read by clients of the sibling API."""

    id: OptionalId = None
    name: OptionalText = None
    color: Ref | None = None
