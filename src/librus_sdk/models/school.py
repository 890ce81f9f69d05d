"""Subjects and people of the school."""

from __future__ import annotations

from msgspec import field

from ._fields import OptionalFlag, OptionalId, OptionalText, OptionalWhole
from .rows import Embedded, Record

__all__ = ["Subject", "User"]


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
