"""The kindergartens' part of the gateway: blocks of a day instead of numbered lessons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from starlette.responses import Response

from ._answers import api_error, child_of
from ._call import Call, Handler, Route, json_answer
from ._rows import Row, user_row
from ._school import Child, Person
from ._state import State

__all__ = ["KINDERGARTEN_ROUTES", "group_lid", "student_lid"]

_ACTIVITIES: Final = ("Zabawy swobodne", "Śniadanie", "Zajęcia dydaktyczne", "Spacer", "Rytmika", "Religia")
# From, to, activity; the last block of the day is another one each weekday.
_BLOCKS: Final = (("07:30", "08:30", 0), ("08:30", "09:00", 1), ("09:00", "10:00", 2), ("10:15", "11:45", 3))
_LAST: Final = ("12:30", "13:00")
_CANCELLED_ON: Final = 2
_SUBSTITUTED_ON: Final = 4
_LONGEST: Final = 366


def student_lid(child: Child) -> str:
    """The identifier of a student that paths of ``Auth`` and of kindergartens take."""
    return f"LID-STUDENT-{child.user_id}"


def group_lid(child: Child) -> str:
    """The identifier of the child's group."""
    return f"LID-GROUP-{child.school_class.id}"


def timetable(state: State, call: Call) -> Response:
    """The blocks of the days in the range. Fields inside of the links between blocks are invented."""
    child = child_of(call)
    if call.argument != student_lid(child):
        return api_error(404)
    try:
        first, last = date.fromisoformat(call.query["dateFrom"]), date.fromisoformat(call.query["dateTo"])
    except (KeyError, ValueError):
        return api_error(400)
    if (last - first).days > _LONGEST:
        return api_error(400)
    entries = [
        entry for day in state.world.year.school_days(first, last) for entry in _day(state, child, day)
    ]
    return json_answer({"timetableEntries": entries})


def _day(state: State, child: Child, day: date) -> Iterator[Row]:
    """The blocks of a day: on Wednesdays the last is cancelled, on Fridays somebody else gives it."""
    teachers = state.world.school.teachers
    tutor = child.school_class.tutor
    other = next(person for person in teachers if person != tutor)
    for start, end, activity in _BLOCKS:
        yield _entry(state, child, day, start, end, activity, tutor)
    start, end = _LAST
    activity = 4 + day.weekday() % 2
    entry = _entry(state, child, day, start, end, activity, tutor)
    if day.weekday() == _CANCELLED_ON:
        yield {**entry, "type": "cancelled", "comments": "Zajęcia odwołane"}
    elif day.weekday() == _SUBSTITUTED_ON:
        instead = _entry(state, child, day, start, end, 0, other)
        instead["identifier"] += "-S"
        yield {**entry, "type": "substituted", "substitutions": [{"identifier": instead["identifier"]}]}
        link = {"identifier": entry["identifier"], "activityTypeIdentifier": entry["activityTypeIdentifier"]}
        yield {**instead, "type": "substitution", "substitutedLesson": link}
    else:
        yield entry


def _entry(
    state: State, child: Child, day: date, start: str, end: str, activity: int, teacher: Person
) -> Row:
    school = state.world.school
    return {
        "identifier": f"LID-TIMETABLE-{child.user_id}-{day:%Y%m%d}-{start.replace(':', '')}",
        "date": day.isoformat(),
        "startTime": start,
        "endTime": end,
        "activityTypeIdentifier": _activity_lid(activity),
        "classroomIdentifier": f"LID-CLASSROOM-{min(school.rooms.values())}",
        "teachers": [user_row(teacher, school)["AccountId"]],
        "type": "planned",
        "comments": None,
    }


def _activity_lid(number: int) -> str:
    return f"LID-ACTIVITY-{number + 1}"


def activities(_state: State, _call: Call) -> Response:
    """The names of the activities."""
    rows = [{"identifier": _activity_lid(n), "name": name} for n, name in enumerate(_ACTIVITIES)]
    return json_answer({"activitiesTypes": rows})


def group(state: State, call: Call) -> Response:
    """The child's group and who looks after it."""
    child = child_of(call)
    if call.argument != group_lid(child):
        return api_error(404)
    tutor = user_row(child.school_class.tutor, state.world.school)["AccountId"]
    return json_answer({"identifier": call.argument, "name": "Biedronki", "tutors": [tutor]})


def _only_kindergartens(handler: Handler) -> Handler:
    """Refuse the account of a school; how Librus does that is not known."""

    def answer(state: State, call: Call) -> Response:
        return handler(state, call) if call.child_id in state.web.kindergarten else api_error(403)

    return answer


KINDERGARTEN_ROUTES: Final = tuple(
    Route(f"kindergarten/{pattern.replace('{}', '{id}')}", pattern, _only_kindergartens(handler))
    for pattern, handler in {
        "timetable/kindergarteners/{}": timetable,
        "activities-types": activities,
        "groups/{}": group,
    }.items()
)
