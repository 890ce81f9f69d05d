"""Lessons: what is taught to whom, what is planned, and what was held."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.download import Download
from ..models.lessons import Lesson, PlannedLesson, Realization
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment
from ._download import download
from ._shapes import one, rows

__all__ = ["Lessons"]


class Lessons(Family[C]):
    """Who teaches what to whom, what is planned for lessons, and which were held."""

    family: ClassVar[str] = "lessons"

    @endpoint("listLessons", tag="lessons")
    def list(self) -> Get[Rows[Lesson]]:
        """Read the lessons of the whole school.

        Attendance and grades point here, and a lesson points at its subject: to name the subjects of many
        records, read this list once rather than lessons one by one.
        """
        return Get("Lessons", rows("Lessons", Lesson))

    @endpoint("getLesson", tag="lessons")
    def get(self, lesson_id: Id | int) -> Get[Lesson]:
        """Read one lesson."""
        return Get(f"Lessons/{id_segment(lesson_id, 'lesson_id')}", one("Lesson", Lesson))

    @endpoint("listPlannedLessons", tag="lessons")
    def planned(self) -> Get[Rows[PlannedLesson]]:
        """Read the teachers' plans of lessons; many schools keep none."""
        return Get("PlannedLessons", rows("PlannedLessons", PlannedLesson))

    @endpoint("getPlannedLesson", tag="lessons")
    def planned_get(self, planned_lesson_id: Id | int) -> Get[PlannedLesson]:
        """Read one plan of a lesson."""
        path = f"PlannedLessons/{id_segment(planned_lesson_id, 'planned_lesson_id')}"
        return Get(path, one("PlannedLesson", PlannedLesson))

    @endpoint("getPlannedLessonAttachment", tag="lessons")
    def planned_attachment(self, attachment_id: Id | int) -> Get[Download]:
        """Read the file of a plan. No live one is known; the answer may be an address instead of the file."""
        path = f"PlannedLessons/Attachment/{id_segment(attachment_id, 'attachment_id')}"
        return Get(path, download())

    @endpoint("listRealizations", tag="lessons")
    def realizations(self) -> Get[Rows[Realization]]:
        """Read the lessons that were held, with their topics."""
        return Get("Realizations", rows("Realizations", Realization))

    @endpoint("getRealization", tag="lessons")
    def realization(self, realization_id: Id | int) -> Get[Realization]:
        """Read one lesson that was held."""
        path = f"Realizations/{id_segment(realization_id, 'realization_id')}"
        return Get(path, one("Realization", Realization))
