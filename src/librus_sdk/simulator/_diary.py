"""What happens to one child besides grades: attendance, agenda, notes."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any, Final

from ._curriculum import AGENDA_CATEGORIES, BELL, NOTES, TRIP_TYPE
from ._plan import Held, Planner
from ._rows import Row, ref, stamp
from ._school import Child
from ._year import SchoolYear

__all__ = ["agenda", "attendances", "notes", "trip_day"]

_ABSENT, _LATE, _EXCUSED, _RELEASED, _PRESENT = 1, 2, 3, 4, 100
_TEST, _QUIZ, _EXAM, _PROJECT, _TRIP, _MEETING, _OTHER = range(len(AGENDA_CATEGORIES))
_AHEAD: Final = timedelta(days=24)


def trip_day(seed: int, child: Child, year: SchoolYear) -> date:
    """The day the child's class goes on its autumn trip."""
    rng = random.Random(f"librus-simulator trip {seed} {child.school_class.id}")
    days = list(year.school_days(year.start + timedelta(days=20), year.start + timedelta(days=45)))
    return rng.choice(days)


def attendances(
    seed: int, child: Child, year: SchoolYear, planner: Planner, trip_id: int, today: date
) -> list[Row]:
    """One record for every lesson held before today, presences included, as Librus keeps them."""
    rng = random.Random(f"librus-simulator attendance {seed} {child.portal_id}")
    row_id = rng.randrange(30_000_000, 90_000_000)
    trip = trip_day(seed, child, year)
    colds = _colds(rng, year)
    ill_until: date | None = None
    kinds = {number: ref("Attendances/Types", number) for number in (1, 2, 3, 4, 100, TRIP_TYPE)}
    student = ref("Users", child.user_id)
    rows: list[Row] = []
    for day in year.school_days(year.start, today - timedelta(days=1)):
        if rng.random() < 0.01 or day in colds:
            ill_until = day + timedelta(days=rng.randrange(3))
        ill = ill_until is not None and day <= ill_until
        plain, semester = day.isoformat(), year.semester(day)
        for held in planner.attended(child, day):
            row_id += rng.randrange(1, 30)
            kind = TRIP_TYPE if day == trip else _kind(rng, held, ill, day, today)
            row: Row = {
                "Id": f"t{row_id}" if rng.random() < 0.04 else row_id,
                "Lesson": ref("Lessons", held.lesson.id),
                "Student": student,
                "Date": plain,
                "AddDate": stamp(day, 480 + 52 * held.number + rng.randrange(40)),
                "LessonNo": held.number,
                "Semester": semester,
                "Type": kinds[kind],
                "AddedBy": ref("Users", held.teacher.id),
            }
            if day == trip:
                row["Trip"] = ref("SchoolTrips", trip_id)
            rows.append(row)
    return rows


def _colds(rng: random.Random, year: SchoolYear) -> frozenset[date]:
    """The days on which the child falls ill for certain: once in September, once in late autumn."""
    return frozenset(
        rng.choice(
            list(year.school_days(year.start + timedelta(days=first), year.start + timedelta(days=last)))
        )
        for first, last in ((6, 16), (62, 80))
    )


def _kind(rng: random.Random, held: Held, ill: bool, day: date, today: date) -> int:
    if ill:
        # Parents excuse within some days; the newest absences are still open.
        return _EXCUSED if (today - day).days > 4 else _ABSENT
    chance = rng.random()
    if chance < 0.004:
        return _ABSENT
    if chance < 0.02:
        return _LATE if held.number < 4 else _PRESENT
    if chance < 0.03 and held.lesson.subject.short == "wf":
        return _RELEASED
    return _PRESENT


def agenda(
    seed: int, child: Child, year: SchoolYear, planner: Planner, category_ids: list[int], today: date
) -> list[Row]:
    """Tests and quizzes on days with that lesson, a trip, a meeting; up to three weeks ahead."""
    rng = random.Random(f"librus-simulator agenda {seed} {child.portal_id}")
    book = _Agenda(rng, child, category_ids, rng.randrange(5_000_000, 9_000_000))
    days = list(year.school_days(year.start + timedelta(days=10), today + _AHEAD))
    for day in days:
        lessons = [held for held in planner.attended(child, day) if held.lesson.subject.topics]
        if lessons and rng.random() < 0.3:
            book.test(rng.choice(lessons), day)
    trip = trip_day(seed, child, year)
    book.event(
        trip, _TRIP, "Wycieczka klasowa, zbiórka o 7:45 przed szkołą", from_to=("07:45:00", "15:30:00")
    )
    meeting = year.next_school_day(today + timedelta(days=6))
    if meeting is not None:
        book.event(meeting, _MEETING, "Zebranie z rodzicami, sala 14", from_to=("17:00:00", "18:00:00"))
    other = year.next_school_day(today + timedelta(days=2))
    if other is not None:
        book.event(other, _OTHER, "kartk. ze słówek - przypomnienie", subject_null=True)
    return sorted(book.rows, key=lambda row: (row["Date"], row["Id"]))


class _Agenda:
    def __init__(self, rng: random.Random, child: Child, category_ids: list[int], first_id: int) -> None:
        self._rng = rng
        self._child = child
        self._category_ids = category_ids
        self._next_id = first_id
        self.rows: list[Row] = []

    def test(self, held: Held, day: date) -> None:
        """A test in a lesson of that day. The lesson's number is a text or a number, both are seen."""
        kind = self._rng.choice((_TEST, _QUIZ, _QUIZ, _PROJECT, _EXAM))
        topic = self._rng.choice(held.lesson.subject.topics)
        start, end = BELL[held.number]
        row = self._row(day, kind, topic, ref("Users", held.lesson.teacher.id))
        row["LessonNo"] = str(held.number) if self._rng.random() < 0.8 else held.number
        row["Subject"] = ref("Subjects", held.lesson.subject_id)
        row["TimeFrom"], row["TimeTo"] = f"{start}:00", f"{end}:00"

    def event(
        self,
        day: date,
        kind: int,
        text: str,
        *,
        from_to: tuple[str, str] | None = None,
        subject_null: bool = False,
    ) -> None:
        """An event of the whole class: no lesson number; the subject is missing, or null."""
        row = self._row(day, kind, text, ref("Users", self._child.school_class.tutor.id))
        row["LessonNo"] = None
        row["TimeFrom"], row["TimeTo"] = from_to or (None, None)
        if subject_null:
            row["Subject"] = None

    def _row(self, day: date, kind: int, text: str, by: dict[str, Any]) -> Row:
        self._next_id += self._rng.randrange(1, 50)
        row: Row = {
            "Id": self._next_id,
            "Content": text,
            "Date": day.isoformat(),
            "Category": ref("HomeWorks/Categories", self._category_ids[kind]),
            "Class": ref("Classes", self._child.school_class.id),
            "CreatedBy": by,
            "AddDate": stamp(day - timedelta(days=self._rng.randrange(5, 11)), 700),
        }
        self.rows.append(row)
        return row


def notes(seed: int, child: Child, year: SchoolYear, category_ids: list[int], today: date) -> list[Row]:
    """A few remarks about the child, good and bad."""
    rng = random.Random(f"librus-simulator notes {seed} {child.portal_id}")
    row_id = rng.randrange(1_000_000, 4_000_000)
    days = list(year.school_days(year.start + timedelta(days=5), today - timedelta(days=1)))
    rows: list[Row] = []
    for day in sorted(rng.sample(days, min(3, len(days)))):
        positive, text = rng.choice(NOTES)
        row_id += rng.randrange(1, 300)
        teacher = ref("Users", rng.choice(child.school_class.lessons).teacher.id)
        rows.append(
            {
                "Id": row_id,
                "Date": day.isoformat(),
                "Text": text,
                "Positive": positive,
                "Category": ref("Notes/Categories", category_ids[positive]) if positive < 2 else None,
                "Student": ref("Users", child.user_id),
                "AddedBy": teacher,
                "Teacher": teacher,
            }
        )
    return rows
