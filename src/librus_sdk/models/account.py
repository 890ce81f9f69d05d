"""Who is signed in, and for which student."""

from __future__ import annotations

from msgspec import field

from ._fields import OptionalFlag, OptionalId, OptionalText
from .rows import Embedded, Record

__all__ = ["Me", "MeAccount", "MeUser"]


class MeAccount(Record, frozen=True, kw_only=True):
    """The person who signed in: the parent. Personal data. Fields seen on the sibling API.

    Attributes:
        user_id: the **student's** user id, for ``school.user(...)``; ``id`` finds nobody there.
        group_id: ``5`` is a parent.
    """

    id: OptionalId = None
    user_id: OptionalId = None
    first_name: OptionalText = None
    last_name: OptionalText = None
    group_id: OptionalId = None
    is_premium: OptionalFlag = None
    is_premium_demo: OptionalFlag = None


class MeUser(Record, frozen=True, kw_only=True):
    """The student. Personal data. Fields seen on the sibling API."""

    first_name: OptionalText = None
    last_name: OptionalText = None


class Me(Record, frozen=True, kw_only=True):
    """The account behind the token: ``account`` is the parent, ``user`` the student. Confirmed live.

    Attributes:
        school_class: the student's class; None before it is assigned.
        refresh: what the mobile application is told about refreshing; 900 was seen.
    """

    account: MeAccount
    user: MeUser
    refresh: bool | int | str
    school_class: Embedded | None = field(name="Class", default=None)
