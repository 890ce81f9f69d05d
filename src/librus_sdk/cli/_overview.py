"""One child's day on one screen: what is asked for it, and how it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ._attendance import AttendanceKind, AttendanceKinds
from ._columns import DATE, HOURS, TIME
from ._coming import latest_first
from ._days import day_cell, hours, lesson_or_hours, short_day, with_weekday
from ._document import Cell, Column, Fields, Part, Section, Sentence, Styled, Table, table_or
from ._grade_notes import grade_notes
from ._names import Known, Names, polish_order, subject_of_lesson
from ._plan import in_brief, lessons_of, number_of
from ._rephrased import rephrased
from ._words import as_typed, counted, one_line

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..clients.snapshot import Section as Read
    from ..endpoints import Get
    from ..models import (
        Attendance,
        DescriptiveGrade,
        Grade,
        HomeWork,
        HomeworkAssignment,
        LuckyNumber,
        Note,
        Rows,
        SchoolNotice,
        Timetable,
        TimetableLesson,
    )
    from ._invocation import Reading

    Found: TypeAlias = Read[Any]

__all__ = ["LISTS_OF_NAMES", "asked", "sections"]

_NEW: Final = timedelta(days=7)
_AHEAD: Final = timedelta(days=14)
_NAMED_NOTICES: Final = 3
_LONGEST_WHAT: Final = 100
_NONE: Final = "None."
_MOST: Final = 10
"""So many rows of what is coming; more would not fit a screen."""
_NOTE_KINDS: Final = {"positive": "praise", "negative": "blame"}

_GRADES = (DATE, Column("Subject"), Column("Grade", stiff=True), Column("Category"), Column("Note"))
_ABSENCES = (DATE, Column("Lessons", stiff=True), Column("Kind"), Column("Subjects"))
_AGENDA = (DATE, TIME, Column("Kind"), Column("Subject"), Column("What"))

_Coming: TypeAlias = tuple[date, int, str, tuple[Cell, ...]]

Asked: TypeAlias = "tuple[Get[Any], Callable[[], Awaitable[Any]]]"


LISTS_OF_NAMES: Final = frozenset(
    {"grade_categories", "attendance_types", "lessons", "agenda_categories", "subjects"}
)
"""Parts that only say what ids in the others stand for."""


def asked(client: AsyncSynergiaApiClient, tables: AsyncSynergiaApiClient, day: date) -> Mapping[str, Asked]:
    """Return what is read for the overview of a day: each read as it is declared, and as it is called.

    Args:
        client: reads what it tells.
        tables: reads the lists of names.
        day: the day.
    """
    from ..endpoints import (
        Announcements,
        Attendance,
        Grades,
        Homework,
        Lessons,
        LuckyNumbers,
        Messages,
        Notes,
        School,
        Timetables,
    )

    monday = day - timedelta(days=day.weekday())
    # The next school day may be in the next week.
    weeks = {"timetable": monday, "next_timetable": monday + timedelta(days=7)}
    plans: dict[str, Asked] = {
        name: (Timetables.week(client.timetable, start), partial(client.timetable.week, start))
        for name, start in weeks.items()
    }
    return plans | {
        "lucky_number": (LuckyNumbers.get(client.lucky_number), client.lucky_number.get),
        "unread_messages": (Messages.unread(client.messages), client.messages.unread),
        "announcements": (Announcements.list(client.announcements), client.announcements.list),
        "grades": (Grades.list(client.grades), client.grades.list),
        "descriptive_grades": (Grades.descriptive(client.grades), client.grades.descriptive),
        "grade_categories": (Grades.categories(tables.grades), tables.grades.categories),
        "attendances": (Attendance.list(client.attendance), client.attendance.list),
        "attendance_types": (Attendance.types(tables.attendance), tables.attendance.types),
        "lessons": (Lessons.list(tables.lessons), tables.lessons.list),
        "agenda": (Homework.list(client.homework), client.homework.list),
        "agenda_categories": (Homework.categories(tables.homework), tables.homework.categories),
        "homework": (Homework.assignments(client.homework), client.homework.assignments),
        "notes": (Notes.list(client.notes), client.notes.list),
        "subjects": (School.subjects(tables.school), tables.school.subjects),
    }


def sections(reading: Reading, found: Mapping[str, Found], day: date) -> Sequence[Section]:
    """Return the overview of a day."""
    for name, section in found.items():
        if name not in LISTS_OF_NAMES:
            reading.left_out(getattr(section.value, "rejected", ()))
    overview = _Overview(found, day, reading)
    return [
        Section(_title(reading, day), [overview.summary()]),
        Section("Lessons", overview.lessons()),
        Section("New grades of the last 7 days", overview.grades()),
        Section("Absences and late arrivals of the last 7 days", [overview.absences()]),
        Section("Tests, events and homework of the next 14 days", overview.agenda()),
    ]


def _title(reading: Reading, day: date) -> str:
    return f"{reading.student_name if reading.child else 'Overview'}, {with_weekday(day)}"


class _Overview:
    """What was read, part by part. What could not be read says why in its place."""

    def __init__(self, found: Mapping[str, Found], day: date, reading: Reading) -> None:
        self._found = found
        self._day = day
        self._reading = reading
        self._subjects = self._names("subjects", "Subjects", lambda row: row.name or row.short)
        self._kinds = AttendanceKinds(self._rows("attendance_types"))

    def _rows(self, name: str) -> Any:
        return self._found[name].value

    def _names(self, part: str, what: str, name: Callable[[Any], str | None]) -> Names:
        return Names.of(self._rows(part), name, self._reading.nameless(what))

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
                ("new notes", self._cell("notes", self._notes)),
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
        unread = [notice for notice in notices if notice.was_read is False]
        if not unread:
            return "none unread"
        shown = [notice for notice in unread if self._is_shown(notice)]
        if not shown:
            return f"{len(unread)} unread, no longer on the board"
        latest = latest_first(shown, lambda notice: notice.start_date)[:_NAMED_NOTICES]
        named = [one_line(as_typed(notice.subject)) for notice in latest]
        more = len(shown) - len(named)
        lines = [f"{len(shown)} unread:", *named, *([f"and {more} more"] if more else [])]
        return Styled("\n".join(lines), "strong")

    def _is_shown(self, notice: SchoolNotice) -> bool:
        return notice.end_date is None or notice.end_date >= self._day

    def _notes(self, notes: Rows[Note]) -> Cell:
        new = [note for note in notes if note.date is not None and self._is_new(note.date)]
        if not new:
            return "none in the last 7 days"
        kinds = Counter(_NOTE_KINDS.get(note.kind or "", "") for note in new)
        told = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if kind)
        return Styled(f"{len(new)} in the last 7 days{f' ({told})' if told else ''}", "strong")

    def _not_excused(self, entries: Rows[Attendance]) -> Cell:
        missed = [entry for entry in entries if self._kinds(entry.type).unexcused]
        if not missed:
            return "none this school year"
        return Styled(f"{counted(len(missed), 'lesson')} this school year", "absent")

    # --- lessons --------------------------------------------------------------------------------------

    def lessons(self) -> Sequence[Part]:
        """Return the lessons of the day and of the next one that has any, side by side."""
        plans = [self._found[name] for name in ("timetable", "next_timetable")]
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
            later = ", and none until the end of next week" if following is None else ""
            parts.append(Sentence(f"No lessons tomorrow{later}."))
        if shown:
            parts.append(self._lesson_table(by_day, shown))
        if following is None and plans[1].state == "failed":
            parts.append(Sentence(f"Next week: {_why(plans[1])}"))
        return parts

    def _lesson_table(self, by_day: Mapping[date, Sequence[TimetableLesson]], days: Sequence[date]) -> Table:
        columns = (
            Column("No", right=True, stiff=True),
            HOURS,
            *(Column(self._day_title(day)) for day in days),
        )
        numbers = sorted({number_of(lesson) for day in days for lesson in by_day[day]})
        rows: list[Sequence[Cell]] = []
        for number in numbers:
            at = [[lesson for lesson in by_day[day] if number_of(lesson) == number] for day in days]
            one = next(lesson for lessons in at for lesson in lessons)
            cells = (in_brief(some, self._subjects) for some in at)
            rows.append((str(number), hours(one.hour_from, one.hour_to), *cells))
        return Table(columns, rows)

    def _day_title(self, day: date) -> str:
        words = {self._day: "Today", self._day + timedelta(days=1): "Tomorrow"}
        return ", ".join(filter(None, [words.get(day, ""), short_day(day)]))

    # --- what is new, what is coming --------------------------------------------------------------------

    def grades(self) -> Sequence[Part]:
        """Return the grades that were entered lately, and what to read where there are descriptive ones."""
        described = self._found["descriptive_grades"]
        if described.state == "failed":
            more = f"Descriptive grades: {_why(described)}"
        else:
            # Where there is no such module, nobody misses it: older children have no such grades.
            more = self._described(described.value or ())
        rest = [Sentence(more)] if more else []
        shown = self._part("grades", self._grades)
        return rest if described.ok and rest and shown == Sentence(_NONE) else [shown, *rest]

    def _described(self, rows: Iterable[DescriptiveGrade]) -> str:
        new = [row for row in rows if row.add_date is not None and self._is_new(row.add_date.date())]
        if not new:
            return ""
        names = sorted({self._subjects(row.subject) for row in new}, key=polish_order)
        number = counted(len(new), "descriptive grade")
        return f"{number} ({', '.join(names)}); to see what they say, run: librus grades descriptive."

    def _grades(self, rows: Rows[Grade]) -> Part:
        new = [grade for grade in rows if self._is_new(grade.add_date.date())]
        categories = self._names("grade_categories", "Categories", lambda row: row.name)
        earlier = {grade.id: grade.grade for grade in rows}
        by_subject = sorted(new, key=lambda grade: polish_order(self._subjects(grade.subject)))
        cells = [
            (
                day_cell(grade.add_date.date()),
                self._subjects(grade.subject),
                Styled(grade.grade, "strong"),
                categories(grade.category),
                ", ".join(grade_notes(grade, earlier)),
            )
            for grade in latest_first(by_subject, lambda grade: grade.add_date.date())
        ]
        return table_or(_GRADES, cells, _NONE)

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
        cells = [
            (
                day_cell(day),
                _spans([entry.lesson_no for entry in entries]),
                kind.cell,
                self._subjects_of(entries, subject_of),
            )
            for (day, kind), entries in together.items()
        ]
        return table_or(_ABSENCES, cells, _NONE)

    def _subjects_of(self, entries: Iterable[Attendance], subject_of: Known[str]) -> str:
        names = (self._subjects.by_id(subject_of(entry.lesson.id)) for entry in entries)
        return ", ".join(dict.fromkeys(names))

    def agenda(self) -> Sequence[Part]:
        """Return what is coming: what stands in the agenda, and homework by the day it is due."""
        agenda, homework = self._found["agenda"], self._found["homework"]
        parts: list[Part] = []
        if agenda.error is not None:
            parts.append(Sentence(_why(agenda)))
        if homework.state == "failed":
            parts.append(Sentence(f"Homework: {_why(homework)}"))
        found = [*self._events(agenda.value or ()), *self._due(homework.value or ())]
        rows = sorted(found, key=lambda row: row[:3])
        if rows or not parts:
            shown = [cells for *_, cells in rows[:_MOST]]
            parts.insert(0, table_or(_AGENDA, shown, "Nothing."))
            if len(rows) > _MOST:
                commands = "librus homework list, librus homework assignments"
                parts.insert(1, Sentence(f"And {len(rows) - _MOST} more: {commands}."))
        return parts

    def _events(self, rows: Iterable[HomeWork]) -> Iterator[_Coming]:
        kinds = self._names("agenda_categories", "Kinds", lambda row: row.name)
        for entry in rows:
            if self._is_ahead(entry.date):
                when = lesson_or_hours(entry.lesson_no, entry.time_from, entry.time_to)
                subject = self._subjects(entry.subject) if entry.subject else ""
                cells = (
                    day_cell(entry.date), when, kinds(entry.category), subject, _shortened(entry.content),
                )  # fmt: skip
                yield entry.date, entry.lesson_no or 0, entry.id, cells

    def _due(self, rows: Iterable[HomeworkAssignment]) -> Iterator[_Coming]:
        subject_of = subject_of_lesson(self._rows("lessons"))
        for task in rows:
            if task.due_date is not None and self._is_ahead(task.due_date):
                subject = self._subjects.by_id(subject_of(task.lesson.id)) if task.lesson else ""
                what = _shortened(as_typed(task.topic or task.text))
                cells = (day_cell(task.due_date), "due", "homework", subject, what)
                yield task.due_date, 0, task.id or "", cells

    def _is_ahead(self, day: date) -> bool:
        return self._day <= day <= self._day + _AHEAD

    def _is_new(self, day: date) -> bool:
        return self._day - _NEW < day <= self._day


def _why(found: Found) -> str:
    """Return in a sentence why something is not shown."""
    if found.state == "off":
        return "The school has switched this off, or does not show it yet."
    if found.state == "refused":
        return "Not open to this account."
    return f"Could not be read. {rephrased(found.error.message) if found.error else ''}".strip()


def _unread_messages(count: int) -> Cell:
    return Styled(str(count), "strong") if count else "none"


def _by_day(plans: Iterable[Timetable]) -> Iterator[tuple[date, Sequence[TimetableLesson]]]:
    """Yield the days that have lessons."""
    for plan in plans:
        for day in plan.days:
            lessons = lessons_of(plan, day)
            if lessons:
                yield day, lessons


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
    words = one_line(text)
    return words if len(words) <= _LONGEST_WHAT else words[:_LONGEST_WHAT].rpartition(" ")[0] + " …"
