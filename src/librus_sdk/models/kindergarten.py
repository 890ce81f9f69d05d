"""What a kindergarten (przedszkole) has in place of a timetable."""

from __future__ import annotations

from ._fields import Id, OptionalDate, OptionalId, OptionalText, OptionalTime
from .extras import LooseTexts
from .rows import Record

__all__ = ["KindergartenActivity", "KindergartenActivityType", "KindergartenGroup"]


class KindergartenActivity(Record, frozen=True, kw_only=True, rename="camel"):
    """A part of a kindergarten day: a time, no lesson number. Fields seen live by public clients.

    An activity that is replaced comes besides its replacement: leave out what is ``substituted`` while a
    ``substitution`` stands in its place, else it is cancelled.

    Attributes:
        activity_type_identifier: what it is, in ``kindergarten_activity_types()``.
        classroom_identifier: where it is.
        teachers: accounts, ``LID-…``: the ``account_id`` of ``school.users()``.
        type: ``planned``, ``cancelled``, ``substitution`` or ``substituted``.
        comments: what is written to it.
        substituted_lesson: of a substitution, the identifier of what it replaces; that it is one is a guess.
        substitutions: of what is substituted, the identifiers of its replacements; that they are is a guess.
    """

    identifier: OptionalId = None
    date: OptionalDate = None
    start_time: OptionalTime = None
    end_time: OptionalTime = None
    activity_type_identifier: OptionalId = None
    classroom_identifier: OptionalId = None
    teachers: LooseTexts = ()
    type: OptionalText = None
    comments: LooseTexts = ()
    substituted_lesson: LooseTexts = ()
    substitutions: LooseTexts = ()

    @property
    def id(self) -> Id | None:
        """The same as ``identifier``."""
        return self.identifier

    @property
    def takes_place(self) -> bool:
        """Whether it takes place itself: it is neither cancelled nor replaced."""
        return (self.type or "").lower() not in {"cancelled", "substituted"}


class KindergartenActivityType(Record, frozen=True, kw_only=True, rename="camel"):
    """A kind of activity, e.g. a meal or English. Fields seen live by public clients."""

    identifier: OptionalId = None
    name: OptionalText = None

    @property
    def id(self) -> Id | None:
        """The same as ``identifier``."""
        return self.identifier


class KindergartenGroup(Record, frozen=True, kw_only=True, rename="camel"):
    """A group of a kindergarten. Fields seen live by public clients.

    Attributes:
        tutors: who looks after it, as accounts or names; in which form is not known.
    """

    name: OptionalText = None
    tutors: LooseTexts = ()
