"""One child's day on one screen: what is asked for it, and how it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ._attendance import AttendanceKind, AttendanceKinds
from ._days import day_cell, hours, short_day, with_weekday
from ._document import Cell, Column, Fields, Part, Section, Sentence, Styled, Table, styled
from ._names import Names, polish_order, subject_of_lesson
from ._words import NOTHING, counted
from .commands.homework import agenda_time

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..clients.snapshot import Section as Read
    from ..endpoints import Get
    from ..models import (
        Attendance,
        Grade,
        HomeWork,
        LessonKind,
        LuckyNumber,
        Rows,
        SchoolNotice,
        Timetable,
        TimetableLesson,
    )
    from ._document import Kind
    from ._invocation import Reading

    Found: TypeAlias = Read[Any]

__all__ = ["asked", "sections"]

_NEW: Final = timedelta(days=7)
_AHEAD: Final = timedelta(days=14)
_NAMED_NOTICES: Final = 3
_LONGEST_WHAT: Final = 100

_GRADES = (
    Column("Date", right=True, stiff=True),
    Column("Subject"),
    Column("Grade", stiff=True),
    Column("Category"),
)
_ABSENCES = (
    Column("Date", right=True, stiff=True),
    Column("Lessons", stiff=True),
    Column("Kind"),
    Column("Subjects"),
)
_AGENDA = (
    Column("Date", right=True, stiff=True),
    Column("Time", stiff=True),
    Column("Kind"),
    Column("Subject"),
    Column("What"),
)
_CHANGES: Final[Mapping[LessonKind, tuple[str, Kind | None]]] = {
    "normal": ("", None),
    "cancelled": ("cancelled", "struck"),
    "moved_away": ("moved away", "muted"),
    "moved_here": ("moved here", "strong"),
    "substitution": ("changed", "strong"),
}

Asked: TypeAlias = "tuple[Get[Any], Callable[[], Awaitable[Any]]]"


def asked(client: AsyncSynergiaApiClient, day: date) -> Mapping[str, Asked]:
    """Return what is read for the overview of a day: each read as it is declared, and as it is called."""
    from ..endpoints import (
        Announcements,
        Attendance,
        Grades,
        Homework,
        Lessons,
        LuckyNumbers,
        Messages,
        School,
        Timetables,
    )

    monday = day - timedelta(days=day.weekday())
    weeks = {"timetable": monday}
    # From Friday on the next school day is in the next week.
    if day.weekday() >= 4:
        weeks["next_timetable"] = monday + timedelta(days=7)
    plans: dict[str, Asked] = {
        name: (Timetables.week(client.timetable, start), partial(client.timetable.week, start))
        for name, start in weeks.items()
    }
    return plans | {
        "lucky_number": (LuckyNumbers.get(client.lucky_number), client.lucky_number.get),
        "unread_messages": (Messages.unread(client.messages), client.messages.unread),
        "announcements": (Announcements.list(client.announcements), client.announcements.list),
        "grades": (Grades.list(client.grades), client.grades.list),
        "grade_categories": (Grades.categories(client.grades), client.grades.categories),
        "attendances": (Attendance.list(client.attendance), client.attendance.list),
        "attendance_types": (Attendance.types(client.attendance), client.attendance.types),
        "lessons": (Lessons.list(client.lessons), client.lessons.list),
        "agenda": (Homework.list(client.homework), client.homework.list),
        "agenda_categories": (Homework.categories(client.homework), client.homework.categories),
        "subjects": (School.subjects(client.school), client.school.subjects),
    }


def sections(reading: Reading, found: Mapping[str, Found], day: date) -> Sequence[Section]:
    """Return the overview of a day."""
    for section in found.values():
        reading.left_out(getattr(section.value, "rejected", ()))
    overview = _Overview(found, day)
    return [
        Section(f"{reading.child.student_name}, {with_weekday(day)}", [overview.summary()]),
        Section("Lessons", overview.lessons()),
        Section("New grades of the last 7 days", [overview.grades()]),
        Section("Absences and late arrivals of the last 7 days", [overview.absences()]),
        Section("Tests and events of the next 14 days", [overview.agenda()]),
    ]


class _Overview:
    """What was read, part by part. What could not be read says why in its place."""

    def __init__(self, found: Mapping[str, Found], day: date) -> None:
        self._found = found
        self._day = day
        self._subjects = Names.of(self._rows("subjects"), lambda row: row.name or row.short)
        self._kinds = AttendanceKinds(self._rows("attendance_types"))

    def _rows(self, name: str) -> Any:
        return self._found[name].value

    def _cell(self, name: str, tell: Callable[[Any], Cell]) -> Cell:
        found = self._found[name]
        return _why(found) if found.error is not None else tell(found.value)

    def _part(self, name: str, tell: Callable[[Any], Part]) -> Part:
        found = self._found[name]
        return Sentence(_why(found)) if found.error is not None else tell(found.value)

    # --- numbers --------------------------------------------------------------------------------------

    def summary(self) -> Fields:
        """Return what is told in a word or two."""
        return Fields(
            [
                ("lucky number", self._cell("lucky_number", self._lucky_number)),
                ("unread messages", self._cell("unread_messages", _unread_messages)),
                ("announcements", self._cell("announcements", self._announcements)),
                ("not excused", self._cell("attendances", self._not_excused)),
            ]
        )

    def _lucky_number(self, drawn: LuckyNumber) -> Cell:
        if drawn.number is None:
            return "none was drawn"
        if drawn.day is None or drawn.day == self._day:
            return Styled(str(drawn.number), "strong")
        return f"{drawn.number}, for {short_day(drawn.day)}"

    def _announcements(self, notices: Rows[SchoolNotice]) -> Cell:
        unread = [notice for notice in notices if notice.was_read is False and self._is_shown(notice)]
        if not unread:
            return "none unread"
        latest = sorted(unread, key=lambda notice: notice.start_date or date.min, reverse=True)
        named = [notice.subject or NOTHING for notice in latest[:_NAMED_NOTICES]]
        more = len(unread) - len(named)
        lines = [f"{len(unread)} unread:", *named, *([f"and {more} more"] if more else [])]
        return Styled("\n".join(lines), "strong")

    def _is_shown(self, notice: SchoolNotice) -> bool:
        return notice.end_date is None or notice.end_date >= self._day

    def _not_excused(self, entries: Rows[Attendance]) -> Cell:
        missed = [entry for entry in entries if self._kinds(entry.type).unexcused]
        if not missed:
            return "no lesson this school year"
        return Styled(f"{counted(len(missed), 'lesson')} this school year", "absent")

    # --- lessons --------------------------------------------------------------------------------------

    def lessons(self) -> Sequence[Part]:
        """Return the lessons of the day and of the next one that has any, side by side."""
        plans = [self._found[name] for name in ("timetable", "next_timetable") if name in self._found]
        if plans[0].error is not None:
            return [Sentence(_why(plans[0]))]
        by_day = dict(_by_day(plan.value for plan in plans if plan.value is not None))
        tomorrow = self._day + timedelta(days=1)
        following = next((day for day in sorted(by_day) if day > self._day), None)
        shown = [day for day in (self._day, following) if day is not None and day in by_day]
        parts: list[Part] = []
        if self._day not in by_day:
            parts.append(Sentence("No lessons today."))
        if tomorrow not in by_day:
            later = " and none next week" if following is None and len(plans) > 1 else ""
            parts.append(Sentence(f"No lessons tomorrow{later}."))
        if shown:
            parts.append(self._lesson_table(by_day, shown))
        if any(plan.error is not None for plan in plans[1:]):
            parts.append(Sentence(f"Next week: {_why(plans[1])}"))
        return parts

    def _lesson_table(self, by_day: Mapping[date, Sequence[TimetableLesson]], days: Sequence[date]) -> Table:
        columns = (
            Column("No", right=True, stiff=True),
            Column("Hours", stiff=True),
            *(Column(self._day_title(day)) for day in days),
        )
        numbers = sorted({_number(lesson) for day in days for lesson in by_day[day]})
        rows: list[Sequence[Cell]] = []
        for number in numbers:
            at = [[lesson for lesson in by_day[day] if _number(lesson) == number] for day in days]
            one = next(lesson for lessons in at for lesson in lessons)
            rows.append(
                (str(number), hours(one.hour_from, one.hour_to), *(self._lesson_cell(some) for some in at))
            )
        return Table(columns, rows)

    def _day_title(self, day: date) -> str:
        words = {self._day: "Today", self._day + timedelta(days=1): "Tomorrow"}
        return ", ".join(filter(None, [words.get(day, ""), short_day(day)]))

    def _lesson_cell(self, lessons: Sequence[TimetableLesson]) -> Cell:
        """Return what is on at an hour: one lesson, or those of several groups."""
        texts: list[str] = []
        kinds: set[Kind | None] = set()
        for lesson in lessons:
            change, kind = _CHANGES[lesson.kind]
            room = lesson.classroom.symbol if lesson.classroom else None
            name = self._subjects(lesson.subject)
            texts.append(name + (f" ({room})" if room else "") + (f": {change}" if change else ""))
            kinds.add(kind)
        return styled("\n".join(texts), kinds.pop() if len(kinds) == 1 else None)

    # --- what is new, what is coming --------------------------------------------------------------------

    def grades(self) -> Part:
        """Return the grades that were entered lately."""
        return self._part("grades", self._grades)

    def _grades(self, rows: Rows[Grade]) -> Part:
        new = [grade for grade in rows if self._is_new(grade.add_date.date())]
        if not new:
            return Sentence("None.")
        categories = Names.of(self._rows("grade_categories"), lambda row: row.name)
        by_subject = sorted(new, key=lambda grade: polish_order(self._subjects(grade.subject)))
        return Table(
            _GRADES,
            [
                (
                    day_cell(grade.add_date.date()),
                    self._subjects(grade.subject),
                    Styled(grade.grade, "strong"),
                    categories(grade.category),
                )
                for grade in sorted(by_subject, key=lambda grade: grade.add_date.date(), reverse=True)
            ],
        )

    def absences(self) -> Part:
        """Return the entries of the last days that are no plain presences."""
        return self._part("attendances", self._absences)

    def _absences(self, rows: Rows[Attendance]) -> Part:
        subject_of = subject_of_lesson(self._rows("lessons"))
        together: dict[tuple[date, AttendanceKind], list[Attendance]] = {}
        for entry in sorted(rows, key=lambda entry: (-entry.date.toordinal(), entry.lesson_no)):
            kind = self._kinds(entry.type)
            if self._is_new(entry.date) and not kind.plain_presence:
                together.setdefault((entry.date, kind), []).append(entry)
        if not together:
            return Sentence("None.")
        return Table(
            _ABSENCES,
            [
                (
                    day_cell(day),
                    _spans([entry.lesson_no for entry in entries]),
                    kind.cell,
                    self._subjects_of(entries, subject_of),
                )
                for (day, kind), entries in together.items()
            ],
        )

    def _subjects_of(self, entries: Iterable[Attendance], subject_of: Mapping[str, str]) -> str:
        names = (self._subjects.by_id(subject_of.get(entry.lesson.id)) for entry in entries)
        return ", ".join(dict.fromkeys(names))

    def agenda(self) -> Part:
        """Return what is coming."""
        return self._part("agenda", self._agenda)

    def _agenda(self, rows: Rows[HomeWork]) -> Part:
        coming = [entry for entry in rows if self._day <= entry.date <= self._day + _AHEAD]
        if not coming:
            return Sentence("Nothing.")
        kinds = Names.of(self._rows("agenda_categories"), lambda row: row.name)
        return Table(
            _AGENDA,
            [
                (
                    day_cell(entry.date),
                    agenda_time(entry),
                    kinds(entry.category),
                    self._subjects(entry.subject) if entry.subject else "",
                    _shortened(entry.content),
                )
                for entry in sorted(coming, key=lambda entry: (entry.date, entry.lesson_no or 0))
            ],
        )

    def _is_new(self, day: date) -> bool:
        return self._day - _NEW < day <= self._day


def _why(found: Found) -> str:
    """Return in a sentence why something is not shown."""
    if found.state == "off":
        return "The school has switched this off, or does not show it yet."
    if found.state == "refused":
        return "Not open to this account."
    return f"Could not be read. {found.error.message if found.error else ''}".strip()


def _unread_messages(count: int) -> Cell:
    return Styled(str(count), "strong") if count else "none"


def _by_day(plans: Iterable[Timetable]) -> Iterator[tuple[date, Sequence[TimetableLesson]]]:
    """Yield the days that have lessons."""
    for plan in plans:
        for day, slots in plan.days.items():
            lessons = [lesson for slot in slots for lesson in slot]
            if lessons:
                yield day, lessons


def _number(lesson: TimetableLesson) -> int:
    return lesson.slot if lesson.lesson_no is None else lesson.lesson_no


def _spans(numbers: Sequence[int]) -> str:
    """Return numbers in rising order in short: ``1-3, 5``."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number - spans[-1][1] <= 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(start) if start == end else f"{start}-{end}" for start, end in spans)


def _shortened(text: str) -> str:
    """Return the beginning of a long text; the agenda itself shows all of it."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_WHAT else words[:_LONGEST_WHAT].rpartition(" ")[0] + " …"
