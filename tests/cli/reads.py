"""Every command that reads a child's data: how it is called, and what it asks Librus for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from librus_sdk.simulator import Simulator
from tests.cli.conftest import as_sent, monday

__all__ = ["GATEWAY_READS", "READS", "Read", "every_read", "row_id"]

_QUERY: Final = {
    "--week-start": "weekStart",
    "--day": "day",
    "--for-day": "forDay",
    "--date-from": "dateFrom",
    "--after-id": "afterId",
}


@dataclass(frozen=True)
class Read:
    """A command.

    Attributes:
        name: its words: ``grades list``.
        path: what it reads; ``{id}`` is the value of its ``--id``. This is also what the simulator counts.
        options: its options and their values, which may have to be found out first.
        query: what it sends beyond its options.
        days: whether its text holds days.
        ids: whether its text may show ids.
    """

    name: str
    path: str
    options: Callable[[Simulator], Mapping[str, str]] = lambda _: {}
    query: Mapping[str, str] = field(default_factory=dict)
    days: bool = False
    ids: bool = False

    def __str__(self) -> str:
        return self.name

    def argv(self, sim: Simulator) -> list[str]:
        """The words of the command line."""
        return [*self.name.split(), *(word for option in self.options(sim).items() for word in option)]

    def answer(self, sim: Simulator) -> Any:
        """What Librus answers, read without the SDK."""
        options = self.options(sim)
        query = {_QUERY[name]: value for name, value in options.items() if name in _QUERY}
        path = self.path.format(id=options.get("--id"))
        return as_sent(sim, path, {**self.query, **query})


def row_id(path: str, wrapper: str, number: int = 0) -> Callable[[Simulator], Mapping[str, str]]:
    """``--id`` with the id of a row of a list."""
    return lambda sim: {"--id": str(as_sent(sim, path, {})[wrapper][number]["Id"])}


def _this_monday(option: str) -> Callable[[Simulator], Mapping[str, str]]:
    return lambda sim: {option: monday(sim)}


def _own_user(sim: Simulator) -> Mapping[str, str]:
    return {"--id": str(as_sent(sim, "Auth/TokenInfo", {})["UserIdentifier"])}


def _row_or(path: str, many: str, one: str) -> Callable[[Simulator], Mapping[str, str]]:
    """``--id`` with the id of the first row; in parts of the year without one, of a row of the test's own."""

    def options(sim: Simulator) -> Mapping[str, str]:
        rows = as_sent(sim, path, {})[many]
        if rows:
            return {"--id": str(rows[0]["Id"])}
        sim.fail(f"{path}/{{id}}", body={one: {"Id": 7, "Date": monday(sim)}}, times=None)
        return {"--id": "7"}

    return options


def _a_substitution(sim: Simulator) -> Mapping[str, str]:
    """``--id`` of a substitution of one of the weeks around."""
    this = date.fromisoformat(monday(sim))
    weeks = [this + timedelta(days=7 * number) for number in (*range(12), *range(-12, 0))]
    for week in weeks:
        for slots in as_sent(sim, "Timetables", {"weekStart": str(week)})["Timetable"].values():
            for lesson in (lesson for slot in slots for lesson in slot):
                if lesson.get("SubstitutionClassUrl"):
                    return {"--id": str(lesson["SubstitutionClassUrl"]).rpartition("/")[2]}
    raise AssertionError(weeks)


READS: Final = (
    Read("me", "Me"),
    Read("grades list", "Grades", days=True),
    Read("grades averages", "Grades/Averages"),
    Read("grades categories", "Grades/Categories"),
    Read("attendance list", "Attendances", days=True),
    Read("timetable week", "Timetables", _this_monday("--week-start"), days=True),
    Read("timetable day", "Timetables", _this_monday("--day"), days=True),
    Read("homework list", "HomeWorks", days=True),
    Read("lucky-number get", "LuckyNumbers", days=True),
    Read("lucky-number get", "LuckyNumbers", _this_monday("--for-day"), days=True),
    Read("auth token-info", "Auth/TokenInfo", ids=True),
    Read("grades comments", "Grades/Comments"),
    Read("grades behaviour", "BehaviourGrades"),
    Read("grades behaviour-types", "BehaviourGrades/Types"),
    Read("grades behaviour-points", "BehaviourGrades/Points"),
    Read("grades points", "PointGrades"),
    Read("grades point-averages", "PointGrades/Averages"),
    Read("grades point-categories", "PointGrades/Categories"),
    Read("grades descriptive", "DescriptiveGrades"),
    Read("grades descriptive-text", "DescriptiveGrades/Text"),
    Read("grades descriptive-text-grades", "DescriptiveTextGrades"),
    Read("grades text", "TextGrades"),
    Read("school get", "Schools"),
    Read("school class", "Classes", days=True),
    Read("school classroom", "Classrooms/{id}", row_id("Classrooms", "Classrooms")),
    Read("school subjects", "Subjects"),
    Read("school subject", "Subjects/{id}", row_id("Subjects", "Subjects")),
    Read("school users", "Users"),
    Read("school user", "Users/{id}", row_id("Users", "Users")),
    Read("messages list", "Messages"),
    Read("messages get", "Messages/{id}", _row_or("Messages", "Messages", "Message")),
    Read("messages attachments", "Messages/{id}", _row_or("Messages", "Messages", "Message")),
    Read("messages for-user", "Messages/User/{id}", row_id("Users", "Users")),
    Read("messages unread", "Messages/Unread"),
    Read("messages receiver-groups", "Messages/ReceiversGroup"),
    Read(
        "messages receiver-group",
        "Messages/ReceiversGroup/{id}",
        row_id("Messages/ReceiversGroup", "ReceiversGroup", 1),
    ),
    Read("announcements list", "SchoolNotices"),
    Read(
        "announcements get", "SchoolNotices/{id}", _row_or("SchoolNotices", "SchoolNotices", "SchoolNotice")
    ),
    Read("notes list", "Notes"),
    Read("notes get", "Notes/{id}", _row_or("Notes", "Notes", "Note"), days=True),
    Read("notes categories", "Notes/Categories"),
    Read("notifications center", "NotificationCenter"),
    Read("notifications push-configurations", "PushConfigurations"),
    Read("auth photos", "Auth/Photos"),
    Read("auth user-info", "Auth/UserInfo/{id}", _own_user),
    Read("attendance types", "Attendances/Types"),
    Read("timetable substitutions", "Timetables", _this_monday("--week-start"), days=True),
    Read("timetable substitution", "Calendars/Substitutions/{id}", _a_substitution, days=True),
    Read(
        "timetable entry", "TimetableEntries/{id}", row_id("TimetableEntries", "TimetableEntries"), days=True
    ),
    Read("timetable free-days", "Calendars/SchoolFreeDays", days=True),
    Read("timetable class-free-days", "Calendars/ClassFreeDays", days=True),
    Read("timetable teacher-free-days", "Calendars/TeacherFreeDays", days=True),
    Read("timetable calendars", "Calendars"),
    Read("timetable virtual-classes", "VirtualClasses"),
    Read("lessons list", "Lessons"),
    Read("lessons get", "Lessons/{id}", row_id("Lessons", "Lessons")),
    Read("lessons planned-list", "PlannedLessons"),
    Read(
        "lessons planned-get",
        "PlannedLessons/{id}",
        _row_or("PlannedLessons", "PlannedLessons", "PlannedLesson"),
    ),
    Read("lessons realizations-list", "Realizations", days=True),
    Read(
        "lessons realizations-get",
        "Realizations/{id}",
        _row_or("Realizations", "Realizations", "Realization"),
        days=True,
    ),
    Read("homework categories", "HomeWorks/Categories"),
    Read("homework assignments", "HomeWorkAssignments"),
    Read("justifications list", "Justifications"),
    Read("justifications list", "Justifications", _this_monday("--date-from")),
    Read(
        "justifications get",
        "Justifications/{id}",
        _row_or("Justifications", "Justifications", "Justification"),
    ),
    Read("justifications conferences", "ParentTeacherConferences"),
    Read("justifications system-data", "SystemData", days=True),
)


GATEWAY_READS: Final = (
    Read("school units", "Units"),
    Read("school trips", "SchoolTrips", days=True),
    Read("school files", "SchoolFiles", days=True),
    Read("school lendings", "EbiblioLendings", days=True),
    Read("grades system", "GradingSystem"),
    Read("grades partial", "Auth/DescriptiveGradingSystem/PartialGrades/Student/{id}", days=True),
    Read("timetable extra", "Timetables/OtherActivitiesRegister", _this_monday("--date-from"), days=True),
    Read("timetable kindergarten", "timetable/kindergarteners/{id}", _this_monday("--date-from"), days=True),
)
"""Commands that only a login issued by the school can run."""


def every_read(sim: Simulator) -> list[list[str]]:
    """The words of every command."""
    return [read.argv(sim) for read in READS]
