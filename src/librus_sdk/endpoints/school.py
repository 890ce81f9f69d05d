"""The school, its rooms, subjects and people."""

from __future__ import annotations

from typing import ClassVar

from ..models import school as models
from ..models._fields import Id
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment
from ._shapes import one, rows

__all__ = ["School"]


class School(Family[C]):
    """The school, its rooms, subjects and people: what the ids in other records stand for."""

    family: ClassVar[str] = "school"

    @endpoint("getSchool", tag="school")
    def school(self) -> Get[models.School]:
        """Read the student's school: address, head, bell schedule."""
        return Get("Schools", one("School", models.School))

    @endpoint("getSchoolById", tag="school")
    def school_by_id(self, school_id: Id | int) -> Get[models.School]:
        """Read a school by its id."""
        return Get(f"Schools/{id_segment(school_id, 'school_id')}", one("School", models.School))

    @endpoint("getClass", tag="school")
    def school_class(self) -> Get[models.SchoolClass]:
        """Read the student's class: its tutor and the dates of the school year."""
        return Get("Classes", one("Class", models.SchoolClass))

    @endpoint("getClassroom", tag="school")
    def classroom(self, classroom_id: Id | int) -> Get[models.Classroom]:
        """Read one room."""
        path = f"Classrooms/{id_segment(classroom_id, 'classroom_id')}"
        return Get(path, one("Classroom", models.Classroom))

    @endpoint("listSubjects", tag="school")
    def subjects(self) -> Get[Rows[models.Subject]]:
        """Read all subjects of the school."""
        return Get("Subjects", rows("Subjects", models.Subject))

    @endpoint("getSubject", tag="school")
    def subject(self, subject_id: Id | int) -> Get[models.Subject]:
        """Read one subject."""
        return Get(f"Subjects/{id_segment(subject_id, 'subject_id')}", one("Subject", models.Subject))

    @endpoint("listUsers", tag="school")
    def users(self) -> Get[Rows[models.User]]:
        """Read the people and offices of the school, teachers above all. Personal data."""
        return Get("Users", rows("Users", models.User))

    @endpoint("getUser", tag="school")
    def user(self, user_id: Id | int) -> Get[models.User]:
        """Read one person. Personal data."""
        return Get(f"Users/{id_segment(user_id, 'user_id')}", one("User", models.User))
