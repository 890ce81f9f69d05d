"""The agenda."""

from __future__ import annotations

from typing import ClassVar

from ..models.homework import HomeWork, HomeworkCategory
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint
from ._shapes import rows

__all__ = ["Homework"]


class Homework(Family[C]):
    """The agenda (terminarz): tests, quizzes, trips, meetings. Librus calls it ``HomeWorks``."""

    family: ClassVar[str] = "homework"

    @endpoint("getHomeWorks", tag="homework")
    def list(self) -> Get[Rows[HomeWork]]:
        """Read the agenda's entries."""
        return Get("HomeWorks", rows("HomeWorks", HomeWork))

    @endpoint("getHomeworkCategories", tag="homework")
    def categories(self) -> Get[Rows[HomeworkCategory]]:
        """Read the kinds of entries of this school."""
        return Get("HomeWorks/Categories", rows("Categories", HomeworkCategory))
