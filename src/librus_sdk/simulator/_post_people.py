"""The messages' address book: who can be written to, in which groups, under which account number."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ._names import MEN, SURNAMES, WOMEN
from ._rows import Row
from ._school import Child, Person
from ._world import World

__all__ = [
    "EMPLOYEES",
    "FAMILIES",
    "Guardian",
    "account_of",
    "employees",
    "full_name",
    "group_names",
    "group_of",
    "guardians",
    "student_subjects",
    "writable",
]

EMPLOYEES: Final = {
    "tutors": "Wychowawca",
    "teachers": "Nauczyciele",
    "headteachers": "Dyrekcja",
    "secretary": "Sekretariat",
    "pedagogue": "Pedagog",
    "admin": "Administrator",
}
FAMILIES: Final = {
    "parentsCouncil": "Rada rodziców klasy",
    "guardians": "Opiekunowie",
    "parents,guardians": "Rodzice i opiekunowie",
}
CLASS_PARENTS: Final = "classParents"
_FIRST_GUARDIAN: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent of another child of the class."""

    account_id: str
    user_id: int
    first: str
    last: str


def account_of(person: Person) -> int:
    """The number of a person's account, by which messages know people; the API's ids are others."""
    return 3_000_000 + person.id * 7


def group_of(account: str) -> str:
    """What kind of person an account belongs to, in words."""
    return "Rodzic" if int(account) >= _FIRST_GUARDIAN else "Pracownik szkoły"


def full_name(person: Person) -> str:
    """The surname first, as lists of messages have it; an office has one name only."""
    return f"{person.last} {person.first or ''}".strip()


def group_names() -> dict[str, str]:
    """Every group by its id, in the order of the menu."""
    return {**EMPLOYEES, **FAMILIES, CLASS_PARENTS: "Rodzice klasy"}


def employees(world: World, child: Child, group: str) -> list[Person] | None:
    """Who is in a group of the school's staff; the school has no counsellor. None: no such group."""
    school, own = world.school, child.school_class
    members: dict[str, list[Person]] = {
        "tutors": [own.tutor],
        "teachers": list({lesson.teacher.id: lesson.teacher for lesson in own.lessons}.values()),
        "headteachers": [school.head],
        "secretary": [school.office],
        "pedagogue": [],
        "admin": [school.head],
    }
    return members.get(group)


def guardians(world: World, child: Child, group: str) -> list[list[Guardian]] | None:
    """The parents in a group, those of one child together. None: no such group."""
    if group not in FAMILIES and group != CLASS_PARENTS:
        return None
    every = list(_families(world, child))
    return every[:2] if group == "parentsCouncil" else every


def _families(world: World, child: Child) -> Iterator[list[Guardian]]:
    """Invented parents of the class: of one child both, of another one."""
    number = child.school_class.id
    rng = random.Random(f"librus-simulator guardians {world.seed} {number}")
    for place, (man, woman) in enumerate(rng.sample(SURNAMES[1:], 5)):
        first = _FIRST_GUARDIAN + number * 40 + place * 4
        mother = Guardian(str(first), first + 1, rng.choice(WOMEN), woman)
        father = Guardian(str(first + 2), first + 3, rng.choice(MEN), man)
        yield [mother, father] if place % 2 else [mother]


def writable(world: World, child: Child) -> dict[str, str]:
    """Everybody the child's family may write to: the account, and the name in lists."""
    found: dict[str, str] = {}
    for group in EMPLOYEES:
        for person in employees(world, child, group) or ():
            found[str(account_of(person))] = full_name(person)
    for family in guardians(world, child, CLASS_PARENTS) or ():
        found |= {one.account_id: f"{one.last} {one.first}" for one in family}
    return found


def student_subjects(child: Child) -> list[Row]:
    """Which teacher teaches the child what."""
    return [
        {"teacherIdentifier": str(account_of(lesson.teacher)), "subject": lesson.subject.name}
        for lesson in child.school_class.lessons
    ]
