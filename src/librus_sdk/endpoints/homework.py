"""The agenda, and homework."""

from __future__ import annotations

from typing import ClassVar

from ..models._fields import Id
from ..models.download import Download
from ..models.homework import HomeWork, HomeworkAssignment, HomeworkCategory
from ..models.rows import Rows
from ._declare import C, Family, Get, endpoint, id_segment
from ._download import download
from ._shapes import rows

__all__ = ["Homework"]


class Homework(Family[C]):
    """The agenda (terminarz: tests, quizzes, trips, meetings), and homework (zadania domowe).

    Librus calls the agenda ``HomeWorks`` and homework ``HomeWorkAssignments``.
    """

    family: ClassVar[str] = "homework"

    @endpoint("getHomeWorks", tag="homework")
    def list(self) -> Get[Rows[HomeWork]]:
        """Read the agenda's entries."""
        return Get("HomeWorks", rows("HomeWorks", HomeWork))

    @endpoint("getHomeworkCategories", tag="homework")
    def categories(self) -> Get[Rows[HomeworkCategory]]:
        """Read the kinds of entries of this school."""
        return Get("HomeWorks/Categories", rows("Categories", HomeworkCategory))

    @endpoint("getHomeworkAssignments", tag="homework")
    def assignments(self) -> Get[Rows[HomeworkAssignment]]:
        """Read homework to do, with its files. On the mobile side it may need a paid subscription."""
        return Get("HomeWorkAssignments", rows("HomeWorkAssignments", HomeworkAssignment))

    @endpoint("getHomeworkAssignmentAttachment", tag="homework")
    def attachment(self, attachment_id: Id) -> Get[Download]:
        """Read a file of homework: ``attachment_id`` of the file, not its ``id``."""
        path = f"HomeWorkAssignments/Attachment/{id_segment(attachment_id, 'attachment_id')}"
        return Get(path, download())
