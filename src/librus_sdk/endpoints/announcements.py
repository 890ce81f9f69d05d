"""Announcements."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.announcements import SchoolNotice
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment
from ._shapes import one, rows

__all__ = ["Announcements"]


class Announcements(Family[C]):
    """The notice board (tablica ogłoszeń). Librus calls it ``SchoolNotices``."""

    family: ClassVar[str] = "announcements"

    @endpoint("listSchoolNotices", tag="announcements")
    def list(self) -> Get[Rows[SchoolNotice]]:
        """Read the announcements with their full texts. They are not marked as read by that."""
        return Get("SchoolNotices", rows("SchoolNotices", SchoolNotice))

    @endpoint("getSchoolNotice", tag="announcements")
    def get(self, notice_id: Id | int) -> Get[SchoolNotice]:
        """Read one announcement."""
        return Get(f"SchoolNotices/{id_segment(notice_id, 'notice_id')}", one("SchoolNotice", SchoolNotice))
