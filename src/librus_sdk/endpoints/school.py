"""Subjects and people of the school."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.rows import Rows
from ..models.school import Subject, User
from ._declare import C, Family, Get, endpoint, id_segment
from ._shapes import one, rows

__all__ = ["School"]


class School(Family[C]):
    """Subjects and people of the school: what the ids in other records stand for."""

    family: ClassVar[str] = "school"

    @endpoint("listSubjects", tag="school")
    def subjects(self) -> Get[Rows[Subject]]:
        """Read all subjects of the school."""
        return Get("Subjects", rows("Subjects", Subject))

    @endpoint("getSubject", tag="school")
    def subject(self, subject_id: Id | int) -> Get[Subject]:
        """Read one subject."""
        return Get(f"Subjects/{id_segment(subject_id, 'subject_id')}", one("Subject", Subject))

    @endpoint("listUsers", tag="school")
    def users(self) -> Get[Rows[User]]:
        """Read the people and offices of the school, teachers above all. Personal data."""
        return Get("Users", rows("Users", User))

    @endpoint("getUser", tag="school")
    def user(self, user_id: Id | int) -> Get[User]:
        """Read one person. Personal data."""
        return Get(f"Users/{id_segment(user_id, 'user_id')}", one("User", User))
