"""What only a login issued by the school can read."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from ..models import extras as models
from ..models._fields import Id
from ..models.download import Download
from ..models.kindergarten import KindergartenActivity, KindergartenActivityType, KindergartenGroup
from ..models.rows import Rows
from ..settings import GATEWAY_API_20, ApiBackend
from ._declare import C, Family, Get, day, endpoint, id_segment
from ._download import download
from ._shapes import root, rows

__all__ = ["Extras"]

# Some of these paths were seen on the mobile API's version 2.0 as well; on 3.0 by nobody.
_HERE: Final[frozenset[ApiBackend]] = frozenset({GATEWAY_API_20})


class Extras(Family[C]):
    """What only a login issued by the school can read: with the family account each call is an error.

    :class:`~librus_sdk.errors.LibrusUnsupportedBackendError` is raised then, and nothing is sent. Which of
    these a school has at all differs: expect
    :class:`~librus_sdk.errors.LibrusPermissionError` and empty lists.
    """

    family: ClassVar[str] = "extras"

    @endpoint("getGradingSystem", tag="grades")
    def grading_system(self) -> Get[models.GradingSystem]:
        """Read what ``+`` and ``-`` are worth at this school, for averages of one's own."""
        return Get("GradingSystem", root(models.GradingSystem), backends=_HERE)

    @endpoint("getUnits", tag="school")
    def units(self) -> Get[Rows[models.Unit]]:
        """Read the parts of the school: bells, which ways of grading are on, settings of points.

        The class says which unit is the child's: the ``unit`` of ``school.school_class()``.
        """
        return Get("Units", rows("Units", models.Unit), backends=_HERE)

    @endpoint("getPartialDescriptiveGrades", tag="grades")
    def partial_descriptive_grades(self, student_id: Id | int) -> Get[Rows[models.PartialDescriptiveGrade]]:
        """Read the marks of the new descriptive grading. Personal data.

        The id is the student's ``LID-…``: ``identifier_of_student_assigned_with_user`` of
        ``auth.token_info()``. It is read by a POST, which changes nothing. Librus sends a ``pagination``
        beside the marks (in ``rows.raw``); how a second page is asked for is not known.
        """
        student = id_segment(student_id, "student_id")
        path = f"Auth/DescriptiveGradingSystem/PartialGrades/Student/{student}"
        decode = rows("data", models.PartialDescriptiveGrade)
        return Get(path, decode, backends=_HERE, body={})

    @endpoint("getExtraActivities", tag="timetable")
    def extra_activities(
        self, date_from: dt.date | str, date_to: dt.date | str
    ) -> Get[Rows[models.ExtraActivity]]:
        """Read the extra activities (zajęcia dodatkowe) of some days, which no timetable has.

        Args:
            date_from: the first day, a date or ``YYYY-MM-DD``.
            date_to: the last day.

        Raises:
            LibrusConfigurationError: a day is unreadable; nothing is sent.
        """
        query = {**_days(date_from, date_to), "hideOutdatedEntries": False}
        path = "Timetables/OtherActivitiesRegister"
        return Get(path, rows("data", models.ExtraActivity), query, backends=_HERE)

    @endpoint("getSchoolTrips", tag="school")
    def school_trips(self) -> Get[Rows[models.SchoolTrip]]:
        """Read the trips of the school."""
        return Get("SchoolTrips", rows("Data", models.SchoolTrip), backends=_HERE)

    @endpoint("getSchoolFiles", tag="school")
    def school_files(self) -> Get[Rows[models.SchoolFile]]:
        """Read which documents the school shares with families; not the documents themselves."""
        return Get("SchoolFiles", rows("Data", models.SchoolFile), backends=_HERE)

    @endpoint("getSchoolFile", tag="school")
    def school_file(self, file_id: Id | int) -> Get[Download]:
        """Read a document that the school shares: ``id`` of one of :attr:`school_files`.

        A page of the register's website leads to it.
        """
        path = f"pliki_szkoly/pobierz/{id_segment(file_id, 'file_id')}"
        return Get(path, download(), place="website", backends=_HERE)

    @endpoint("getHomeworkFile", tag="homework")
    def homework_file(self, file_id: Id | int) -> Get[Download]:
        """Read a file of homework the way a browser does: ``id`` of the file, not its ``attachment_id``.

        For when ``homework.attachment``, which every account has, does not give it.
        """
        path = f"homework/downloadFile/{id_segment(file_id, 'file_id')}"
        return Get(path, download(), place="website", backends=_HERE)

    @endpoint("getLibraryLendings", tag="school")
    def library_lendings(self) -> Get[Rows[models.LibraryLending]]:
        """Read what was borrowed from the school's library (e-Biblio). Personal data."""
        return Get("EbiblioLendings", rows("lendings", models.LibraryLending), backends=_HERE)

    # --- kindergartens ------------------------------------------------------------------------------------

    @endpoint("getKindergartenTimetable", tag="timetable")
    def kindergarten_timetable(
        self, kindergartener_id: Id | int, date_from: dt.date | str, date_to: dt.date | str
    ) -> Get[Rows[KindergartenActivity]]:
        """Read what a kindergarten child does on some days, in place of a timetable. Personal data.

        Args:
            kindergartener_id: the child's ``LID-…``: ``identifier_of_student_assigned_with_user`` of
                ``auth.token_info()``.
            date_from: the first day, a date or ``YYYY-MM-DD``.
            date_to: the last day.

        Raises:
            LibrusConfigurationError: a day is unreadable; nothing is sent.
        """
        path = f"timetable/kindergarteners/{id_segment(kindergartener_id, 'kindergartener_id')}"
        decode = rows("timetableEntries", KindergartenActivity)
        return Get(path, decode, _days(date_from, date_to), place="kindergarten", backends=_HERE)

    @endpoint("getKindergartenActivityTypes", tag="timetable")
    def kindergarten_activity_types(self) -> Get[Rows[KindergartenActivityType]]:
        """Read what the activities of a kindergarten day are called."""
        decode = rows("activitiesTypes", KindergartenActivityType)
        return Get("activities-types", decode, place="kindergarten", backends=_HERE)

    @endpoint("getKindergartenGroup", tag="school")
    def kindergarten_group(self, group_id: Id | int) -> Get[KindergartenGroup]:
        """Read one group of a kindergarten: its name and who looks after it."""
        path = f"groups/{id_segment(group_id, 'group_id')}"
        return Get(path, root(KindergartenGroup), place="kindergarten", backends=_HERE)


def _days(date_from: dt.date | str, date_to: dt.date | str) -> dict[str, object]:
    return {"dateFrom": day(date_from, "date_from"), "dateTo": day(date_to, "date_to")}
