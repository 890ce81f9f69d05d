"""The invented school: teachers, classes, the standing weekly plan, and the family with its children."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ._curriculum import LEVELS, SUBJECTS, YOUNG, Subject
from ._names import BOYS, GIRLS, MEN, PATRONS, STREETS, SURNAMES, TOWNS, WOMEN, plain

__all__ = ["Child", "Lesson", "Person", "Place", "School", "SchoolClass", "build_school"]

MAX_CHILDREN: Final = 8
_BIG_FAMILY: Final = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the register. ``first`` is None for office accounts, as Librus sends it."""

    id: int
    first: str | None
    last: str
    employee: bool = True


@dataclass(frozen=True, slots=True)
class Lesson:
    """What Librus calls a lesson: a subject, a teacher, a room by its symbol, and a class or a group."""

    id: int
    subject: Subject
    subject_id: int
    teacher: Person
    class_id: int
    room: str
    group: int | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One position of the standing plan: entry ids are per lesson, since a split slot holds two."""

    weekday: int
    number: int
    entries: tuple[tuple[int, Lesson], ...]


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class and its plan."""

    id: int
    level: int
    symbol: str
    tutor: Person
    lessons: tuple[Lesson, ...]
    plan: tuple[Place, ...]

    @property
    def name(self) -> str:
        """As people say it: ``7b``."""
        return f"{self.level}{self.symbol}"


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the family, as the register knows it."""

    portal_id: int
    user_id: int
    account_id: int
    login: str
    first: str
    last: str
    girl: bool
    school_class: SchoolClass
    register_number: int


@dataclass(frozen=True, slots=True)
class School:
    """Everything that does not change during the school year."""

    id: int
    name: str
    town: str
    post_code: str
    street: str
    building: str
    head: Person
    office: Person
    teachers: tuple[Person, ...]
    subject_ids: dict[str, int]
    rooms: dict[str, int]
    classes: tuple[SchoolClass, ...]
    parent: Person
    email: str
    children: tuple[Child, ...]


@dataclass(slots=True)
class _Staff:
    """Hands out teachers and rooms: each subject has its own few, who has the fewest hours comes first.

    ``busy`` holds who and which room is taken, by id or symbol, weekday and lesson number.
    """

    rng: random.Random
    people: list[Person]
    by_subject: dict[str, list[Person]] = field(default_factory=dict)
    busy: set[tuple[int | str, int, int]] = field(default_factory=set)
    hours: Counter[int | str] = field(default_factory=Counter)

    def for_subject(self, short: str, count: int, hours: int) -> list[Person]:
        if short not in self.by_subject:
            self.by_subject[short] = self.rng.sample(self.people, 6)
        picked = sorted(self.by_subject[short], key=lambda person: self.hours[person.id])[:count]
        for person in picked:
            self.hours[person.id] += hours
        return picked

    def rooms_for(self, subject: Subject, count: int, hours: int) -> list[str]:
        picked = sorted(subject.rooms, key=lambda symbol: self.hours[symbol])[:count]
        for symbol in picked:
            self.hours[symbol] += hours
        return picked

    def is_free(self, lesson: Lesson, weekday: int, slot: int) -> bool:
        return all((one, weekday, slot) not in self.busy for one in (lesson.teacher.id, lesson.room))

    def take(self, lesson: Lesson, weekday: int, slot: int) -> None:
        self.busy |= {(one, weekday, slot) for one in (lesson.teacher.id, lesson.room)}


def build_school(seed: int, children: int, *, odd_logins: bool = False) -> School:
    """Generate the school and the family. The same arguments give the same school."""
    rng = random.Random(f"librus-simulator school {seed} {children}")
    number = _Counter(rng.randrange(4000, 9000))
    surnames = rng.sample(SURNAMES, len(SURNAMES))
    family = surnames[0]
    teachers = [_teacher(rng, number.next(), pair) for pair in surnames[1:42]]
    head = teachers[0]
    office = Person(number.next(), None, "Sekretariat")
    subject_ids = {short: number.next() for short in SUBJECTS}
    symbols = sorted({symbol for subject in SUBJECTS.values() for symbol in subject.rooms})
    rooms = {symbol: number.next() for symbol in symbols}
    staff = _Staff(rng, teachers[1:])
    classes = tuple(
        _school_class(rng, staff, number, level, symbol, subject_ids)
        for level, symbol in _class_names(rng, children)
    )
    parent_first = rng.choice((*WOMEN[:8], *MEN[:8]))
    parent_last = family[1] if parent_first in WOMEN else family[0]
    parent = Person(number.next(), parent_first, parent_last, employee=False)
    town, post_code = rng.choice(TOWNS)
    return School(
        id=number.next(),
        name=f"Szkoła Podstawowa nr {rng.randrange(1, 9)} im. {rng.choice(PATRONS)}",
        town=town,
        post_code=post_code,
        street=rng.choice(STREETS),
        building=str(rng.randrange(1, 60)),
        head=head,
        office=office,
        teachers=tuple(teachers),
        subject_ids=subject_ids,
        rooms=rooms,
        classes=classes,
        parent=parent,
        email=f"{plain(parent_first)}.{plain(parent_last)}.{rng.randrange(1000, 9999)}@example.org",
        children=tuple(_children(rng, number, classes, family, odd_logins)),
    )


class _Counter:
    """Ids that grow irregularly, as those of a shared database do."""

    def __init__(self, start: int) -> None:
        self._value = start
        self._step = random.Random(start)

    def next(self) -> int:
        self._value += self._step.randrange(1, 9)
        return self._value


def _teacher(rng: random.Random, person_id: int, surname: tuple[str, str]) -> Person:
    # About four teachers in five of a Polish primary school are women.
    if rng.random() < 0.8:
        return Person(person_id, rng.choice(WOMEN), surname[1])
    return Person(person_id, rng.choice(MEN), surname[0])


def _class_names(rng: random.Random, count: int) -> list[tuple[int, str]]:
    """One class for each child, the eldest first; all different.

    Two children differ by some years, and the youngest of three is in class 2: so a family of three has
    marks, points, grades in words and descriptive grades.
    """
    young = [(YOUNG, rng.choice("abc"))] if count >= _BIG_FAMILY else []
    older = count - len(young)
    levels = sorted(LEVELS.keys() - {YOUNG}, reverse=True)
    picked = [rng.choice(levels)] if older == 1 else [rng.choice(levels[:2]), rng.choice(levels[2:])]
    left = [level for level in levels if level not in picked]
    picked += rng.sample(left, min(older - len(picked), len(left)))
    names = [(level, rng.choice("abc")) for level in sorted(picked, reverse=True)]
    while len(names) < older:
        name = (rng.choice(levels), rng.choice("abc"))
        if name not in names:
            names.append(name)
    return names + young


def _school_class(
    rng: random.Random, staff: _Staff, number: _Counter, level: int, symbol: str, subject_ids: dict[str, int]
) -> SchoolClass:
    """Draw the class's teachers and its week; others when no week goes with them.

    Raises:
        RuntimeError: there is no such week; the lists of teachers, rooms and hours do not fit each other.
    """
    class_id = number.next()
    for _ in range(20):
        tutor, lessons = _lessons(staff, number, class_id, level, subject_ids)
        plan = _plan(rng, staff, number, LEVELS[level], lessons)
        if plan is not None:
            every = tuple(lesson for group in lessons.values() for lesson in group)
            return SchoolClass(class_id, level, symbol, tutor, every, plan)
    raise RuntimeError("no weekly plan without clashes was found")


def _lessons(
    staff: _Staff, number: _Counter, class_id: int, level: int, subject_ids: dict[str, int]
) -> tuple[Person, dict[str, tuple[Lesson, ...]]]:
    """The tutor, and the lessons of each subject, one for each group."""
    lessons: dict[str, tuple[Lesson, ...]] = {}
    tutor: Person | None = None
    home = ""
    for short, hours in LEVELS[level].items():
        subject = SUBJECTS[short]
        groups = range(len(subject.groups)) if subject.groups else (None,)
        # The form period belongs to the tutor, in the room the tutor teaches in.
        people = [tutor] if tutor and short == "gw" else staff.for_subject(short, len(groups), hours)
        rooms = staff.rooms_for(subject, len(groups), hours) or [home]
        tutor, home = tutor or people[0], home or rooms[0]
        lessons[short] = tuple(
            Lesson(
                id=number.next(),
                subject=subject,
                subject_id=subject_ids[short],
                teacher=person,
                class_id=class_id,
                room=room,
                group=group,
                group_id=None if group is None else number.next(),
            )
            for group, person, room in zip(groups, people, rooms, strict=True)
        )
    assert tutor is not None
    return tutor, lessons


def _plan(
    rng: random.Random,
    staff: _Staff,
    number: _Counter,
    hours: dict[str, int],
    lessons: dict[str, tuple[Lesson, ...]],
) -> tuple[Place, ...] | None:
    """Draw weeks until one has no teacher in two places and no two lessons in a room; None when none has."""
    week: list[tuple[int, list[str]]] = []
    for _ in range(60):
        week = []
        for weekday, day in enumerate(_days(rng, hours)):
            first = rng.choice((1, 1, 1, 2)) if len(day) < 7 else 1
            order = _order(rng, staff, lessons, day, weekday, first)
            if order is None:
                break
            week.append((first, order))
        else:
            break
    else:
        return None
    places: list[Place] = []
    for weekday, (first, order) in enumerate(week):
        for slot, short in enumerate(order, first):
            for lesson in lessons[short]:
                staff.take(lesson, weekday, slot)
            entries = tuple((number.next(), lesson) for lesson in lessons[short])
            places.append(Place(weekday, slot, entries))
    return tuple(places)


def _days(rng: random.Random, hours: dict[str, int]) -> list[list[str]]:
    """Spread each subject over different days, evenly."""
    days: list[list[str]] = [[] for _ in range(5)]
    for short, count in sorted(hours.items(), key=lambda item: -item[1]):
        for day in sorted(days, key=lambda day: (len(day), rng.random()))[:count]:
            day.append(short)
    return days


def _order(
    rng: random.Random,
    staff: _Staff,
    lessons: dict[str, tuple[Lesson, ...]],
    day: list[str],
    weekday: int,
    first: int,
) -> list[str] | None:
    """Put the day's subjects into its slots by trying, and taking back what leads to a clash."""
    end = first + len(day)

    def place(order: list[str], left: list[str]) -> list[str] | None:
        if not left:
            return order
        slot = end - len(left)
        for short in left:
            if all(staff.is_free(lesson, weekday, slot) for lesson in lessons[short]):
                done = place([*order, short], [other for other in left if other != short])
                if done is not None:
                    return done
        return None

    return place([], rng.sample(day, len(day)))


def _children(
    rng: random.Random,
    number: _Counter,
    classes: tuple[SchoolClass, ...],
    family: tuple[str, str],
    odd_logins: bool,
) -> list[Child]:
    girls, boys = rng.sample(GIRLS, len(GIRLS)), rng.sample(BOYS, len(BOYS))
    portal_id = rng.randrange(300_000, 900_000)
    born: list[Child] = []
    for index, school_class in enumerate(classes):
        # The first two are sister and brother, so that a family of the usual size has both.
        girl = not born[0].girl if index == 1 else rng.random() < 0.5
        portal_id += rng.randrange(1, 5000)
        login = f"{rng.randrange(1_000_000, 9_999_999)}r"
        if odd_logins:
            # Never seen in the wild; proves that a login goes into an address as one encoded segment.
            login = f"żó/ł {login}?#%"
        born.append(
            Child(
                portal_id=portal_id,
                user_id=number.next(),
                account_id=number.next(),
                login=login,
                first=girls[index] if girl else boys[index],
                last=family[1] if girl else family[0],
                girl=girl,
                school_class=school_class,
                register_number=rng.randrange(3, 25),
            )
        )
    return born
