"""Grades."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.grades import Grade, GradeAverage, GradeCategory, GradeComment
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, optional_id
from ._shapes import rows

__all__ = ["Grades"]


class Grades(Family[C]):
    """Grades, their categories, comments and averages."""

    family: ClassVar[str] = "grades"

    @endpoint("getGrades", tag="grades")
    def list(self) -> Get[Rows[Grade]]:
        """Read all grades of the school year: ordinary, proposed, semester and year marks in one list."""
        return Get("Grades", rows("Grades", Grade))

    @endpoint("getGradeAverages", tag="grades")
    def averages(self, *, subject_id: Id | int | None = None) -> Get[Rows[GradeAverage]]:
        """Read the averages the school publishes.

        Many schools publish none.

        Raises:
            FeatureUnavailableError: the school has switched averages off.
        """
        query = {"subject": optional_id(subject_id, "subject_id")}
        return Get("Grades/Averages", rows("Averages", GradeAverage), query)

    @endpoint("getGradeCategories", tag="grades")
    def categories(self) -> Get[Rows[GradeCategory]]:
        """Read what grades are given for at this school, with weights."""
        return Get("Grades/Categories", rows("Categories", GradeCategory))

    @endpoint("getGradeComments", tag="grades")
    def comments(self) -> Get[Rows[GradeComment]]:
        """Read what teachers wrote to grades; a grade's ``comments`` point here."""
        return Get("Grades/Comments", rows("Comments", GradeComment))
