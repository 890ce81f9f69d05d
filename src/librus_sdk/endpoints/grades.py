"""Grades."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.behaviour import (
    BehaviourGrade,
    BehaviourGradePoint,
    BehaviourGradeType,
    BehaviourPointCategory,
    BehaviourPointComment,
    BehaviourSystemProposal,
)
from ..models.descriptive import (
    DescriptiveGrade,
    DescriptiveGradeComment,
    DescriptiveGradeSkill,
    DescriptiveGradeText,
    DescriptiveGradeTextCategory,
    DescriptiveTextGrade,
    DescriptiveTextGradeSkill,
)
from ..models.grades import Grade, GradeAverage, GradeCategory, GradeComment, TextGrade
from ..models.points import PointGrade, PointGradeAverage, PointGradeCategory, PointGradeComment
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, optional_id
from ._shapes import rows, rows_or_one

__all__ = ["Grades"]


class Grades(Family[C]):
    """Grades of every kind, their categories, comments and averages.

    Ordinary grades are in :attr:`list`; schools that grade in points, in words or skill by skill fill the
    other lists, which are empty elsewhere.
    """

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

    @endpoint("getTextGrades", tag="grades")
    def text(self) -> Get[Rows[TextGrade]]:
        """Read the marks in words."""
        return Get("TextGrades", rows("Grades", TextGrade))

    # --- behaviour ----------------------------------------------------------------------------------------

    @endpoint("getBehaviourGrades", tag="grades")
    def behaviour(self) -> Get[Rows[BehaviourGrade]]:
        """Read the behaviour marks of the semesters, given and proposed."""
        return Get("BehaviourGrades", rows("Grades", BehaviourGrade))

    @endpoint("getBehaviourGradeTypes", tag="grades")
    def behaviour_types(self) -> Get[Rows[BehaviourGradeType]]:
        """Read the scale of behaviour marks."""
        return Get("BehaviourGrades/Types", rows("Types", BehaviourGradeType))

    @endpoint("getBehaviourGradePoints", tag="grades")
    def behaviour_points(self) -> Get[Rows[BehaviourGradePoint]]:
        """Read the points given and taken for behaviour. Personal data."""
        return Get("BehaviourGrades/Points", rows("Grades", BehaviourGradePoint))

    @endpoint("getBehaviourPointCategories", tag="grades")
    def behaviour_point_categories(self) -> Get[Rows[BehaviourPointCategory]]:
        """Read what behaviour points are given for at this school."""
        return Get("BehaviourGrades/Points/Categories", rows("Categories", BehaviourPointCategory))

    @endpoint("getBehaviourPointComments", tag="grades")
    def behaviour_point_comments(self) -> Get[Rows[BehaviourPointComment]]:
        """Read what teachers wrote to behaviour points."""
        return Get("BehaviourGrades/Points/Comments", rows("Comments", BehaviourPointComment))

    @endpoint("getBehaviourSystemProposal", tag="grades")
    def behaviour_system_proposal(self) -> Get[Rows[BehaviourSystemProposal]]:
        """Read the behaviour mark the register works out; empty when there is none.

        Raises:
            LibrusPermissionError: the school does not show it to families, which is common.
        """
        wrapper = "BehaviourGradesSystemProposal"
        return Get("BehaviourGrades/SystemProposal", rows_or_one(wrapper, BehaviourSystemProposal))

    # --- descriptive --------------------------------------------------------------------------------------

    @endpoint("getDescriptiveGrades", tag="grades")
    def descriptive(self) -> Get[Rows[DescriptiveGrade]]:
        """Read the grades for skills, as the youngest classes have them."""
        return Get("DescriptiveGrades", rows("Grades", DescriptiveGrade))

    @endpoint("getDescriptiveGradeComments", tag="grades")
    def descriptive_comments(self) -> Get[Rows[DescriptiveGradeComment]]:
        """Read what teachers wrote to grades for skills."""
        return Get("DescriptiveGrades/Comments", rows("Comments", DescriptiveGradeComment))

    @endpoint("getDescriptiveGradeSkills", tag="grades")
    def descriptive_skills(self) -> Get[Rows[DescriptiveGradeSkill]]:
        """Read the skills of the whole school; about a thousand."""
        return Get("DescriptiveGrades/Skills", rows("Skills", DescriptiveGradeSkill))

    @endpoint("getDescriptiveGradeText", tag="grades")
    def descriptive_text(self, *, grade_group_id: Id | int | None = None) -> Get[Rows[DescriptiveGradeText]]:
        """Read the descriptions that go with grades for skills, or those of one group of grades.

        Some schools' servers do not know this list.
        """
        query = {"gradeGroupId": optional_id(grade_group_id, "grade_group_id")}
        return Get("DescriptiveGrades/Text", rows("Grades", DescriptiveGradeText), query)

    @endpoint("getDescriptiveGradeTextCategories", tag="grades")
    def descriptive_text_categories(self) -> Get[Rows[DescriptiveGradeTextCategory]]:
        """Read the kinds of such descriptions at this school."""
        return Get("DescriptiveGrades/Text/Categories", rows("Categories", DescriptiveGradeTextCategory))

    @endpoint("getDescriptiveTextGrades", tag="grades")
    def descriptive_text_grades(self) -> Get[Rows[DescriptiveTextGrade]]:
        """Read the skills graded in words."""
        return Get("DescriptiveTextGrades", rows("Grades", DescriptiveTextGrade))

    @endpoint("getDescriptiveTextGradeSkills", tag="grades")
    def descriptive_text_grade_skills(self) -> Get[Rows[DescriptiveTextGradeSkill]]:
        """Read the skills that are graded in words at this school."""
        return Get("DescriptiveTextGrades/Skills", rows("Skills", DescriptiveTextGradeSkill))

    # --- points -------------------------------------------------------------------------------------------

    @endpoint("getPointGrades", tag="grades")
    def points(self, *, subject_id: Id | int | None = None) -> Get[Rows[PointGrade]]:
        """Read the marks in points."""
        query = {"subject": optional_id(subject_id, "subject_id")}
        return Get("PointGrades", rows("Grades", PointGrade), query)

    @endpoint("getPointGradeAverages", tag="grades")
    def point_averages(self, *, subject_id: Id | int | None = None) -> Get[Rows[PointGradeAverage]]:
        """Read the averages of points the school publishes.

        Raises:
            FeatureUnavailableError: the school has switched averages off.
        """
        query = {"subject": optional_id(subject_id, "subject_id")}
        return Get("PointGrades/Averages", rows("Averages", PointGradeAverage), query)

    @endpoint("getPointGradeCategories", tag="grades")
    def point_categories(self) -> Get[Rows[PointGradeCategory]]:
        """Read what points are given for at this school, with the most a mark may have."""
        return Get("PointGrades/Categories", rows("Categories", PointGradeCategory))

    @endpoint("getPointGradeComments", tag="grades")
    def point_comments(self) -> Get[Rows[PointGradeComment]]:
        """Read what teachers wrote to marks in points."""
        return Get("PointGrades/Comments", rows("Comments", PointGradeComment))
