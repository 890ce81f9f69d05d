"""Behaviour (zachowanie): marks on a scale of words, and points."""

from __future__ import annotations

from ._fields import (
    OptionalDateTime,
    OptionalFlag,
    OptionalId,
    OptionalNumber,
    OptionalText,
    OptionalWhole,
)
from .rows import Record, Ref, Refs

__all__ = [
    "BehaviourGrade",
    "BehaviourGradePoint",
    "BehaviourGradeType",
    "BehaviourPointCategory",
    "BehaviourPointComment",
    "BehaviourSystemProposal",
]


class BehaviourGrade(Record, frozen=True, kw_only=True):
    """A student's behaviour mark of a semester (ocena zachowania). Fields read by clients of the sibling API.

    Attributes:
        semester: 1 or 2.
        grade_type: the mark; look it up in the types.
        is_proposal: proposed, not yet given.
        add_date: when it was entered.
    """

    id: OptionalId = None
    semester: OptionalWhole = None
    grade_type: Ref | None = None
    is_proposal: OptionalFlag = None
    add_date: OptionalDateTime = None


class BehaviourGradeType(Record, frozen=True, kw_only=True):
    """A mark of the behaviour scale. Fields seen on the sibling API.

    Attributes:
        id: ``1`` is the best and ``6`` the worst.
        name: from ``wzorowe`` (exemplary) to ``naganne`` (reprehensible).
        shortcut: ``wz``, ``bdb``, ``db``, ``popr``, ``ndp``, ``ng``.
    """

    id: OptionalId = None
    name: OptionalText = None
    shortcut: OptionalText = None


class BehaviourGradePoint(Record, frozen=True, kw_only=True):
    """Points given or taken for behaviour, or a mark of the scale in their place.

    Fields seen on the sibling API. A semester begins with points of its own, which are not in this list.

    Attributes:
        value: the points, with their sign; None where there is a mark instead.
        short_name: the category's abbreviation.
        text: what the student did, in the teacher's words. Personal data.
        behaviour_grade: the mark of the scale, ids ``1`` (best) to ``6``.
        comments: pointers to comments; empty when there are none.
    """

    id: OptionalId = None
    value: OptionalNumber = None
    short_name: OptionalText = None
    text: OptionalText = None
    semester: OptionalWhole = None
    add_date: OptionalDateTime = None
    added_by: Ref | None = None
    category: Ref | None = None
    behaviour_grade: Ref | None = None
    comments: Refs = ()


class BehaviourPointCategory(Record, frozen=True, kw_only=True):
    """What behaviour points are given for at this school. Fields read by clients of the sibling API.

    Attributes:
        value_from: the fewest points an entry may have; ``value_to``: the most.
    """

    id: OptionalId = None
    name: OptionalText = None
    value_from: OptionalNumber = None
    value_to: OptionalNumber = None


class BehaviourPointComment(Record, frozen=True, kw_only=True):
    """What a teacher wrote to behaviour points. Fields seen on the sibling API."""

    id: OptionalId = None
    text: OptionalText = None


class BehaviourSystemProposal(Record, frozen=True, kw_only=True):
    """The behaviour mark the register itself works out from the points.

    Only its name is known, no live content: the ``id`` is a guess, and whatever Librus sends is in
    ``Rows.raw``.
    """

    id: OptionalId = None
