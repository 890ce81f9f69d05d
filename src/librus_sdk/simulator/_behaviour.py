"""Behaviour (zachowanie): the mark of each semester, and points for what a child does."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from typing import Final

from ._plan import Planner
from ._rows import Row, ref, stamp
from ._school import Child
from ._tables import Table
from ._year import SchoolYear

__all__ = ["behaviour_lists", "behaviour_tables"]

# The scale is fixed by law; its ids are texts, and a smaller one is better.
_TYPES: Final = (
    ("wzorowe", "wz"), ("bardzo dobre", "bdb"), ("dobre", "db"), ("poprawne", "popr"),
    ("nieodpowiednie", "ndp"), ("naganne", "ng"),
)  # fmt: skip
# Name, short name, bounds of an entry; what a teacher writes.
_CATEGORIES: Final = (
    ("Pomoc innym", "pom", 2, 10, "Pomoc koledze w nauce"),
    ("Praca na rzecz szkoły", "szk", 5, 15, "Dekoracja sali na apel"),
    ("Konkursy", "kon", 5, 20, "Udział w konkursie recytatorskim"),
    ("Spóźnienia", "sp", -3, -1, "Spóźnienie bez powodu"),
    ("Telefon na lekcji", "tel", -10, -5, "Telefon w czasie lekcji"),
)
_PRAISE: Final = ("Gratulacje!", "Bardzo dziękuję za pomoc.", "Oby tak dalej!")
_BLAME: Final = ("Rozmowa z rodzicem przeprowadzona.", "Proszę o rozmowę z dzieckiem.")
_AGAIN: Final = "To już drugi raz."


def behaviour_lists(seed: int) -> dict[str, Table]:
    """The dictionaries, the same for every child of the school."""
    types = (
        {"Id": str(number), "Name": name, "Shortcut": short} for number, (name, short) in enumerate(_TYPES, 1)
    )
    categories = (
        {"Id": row_id, "Name": name, "ValueFrom": low, "ValueTo": high}
        for row_id, (name, _, low, high, _) in zip(_category_ids(seed), _CATEGORIES, strict=True)
    )
    return {
        "BehaviourGrades/Types": Table("Types", "Type", tuple(types)),
        "BehaviourGrades/Points/Categories": Table("Categories", "Category", tuple(categories)),
    }


def behaviour_tables(
    seed: int, child: Child, year: SchoolYear, planner: Planner, today: date
) -> dict[str, Table]:
    """What the child has up to today."""
    rng = random.Random(f"librus-simulator behaviour {seed} {child.portal_id}")
    level = rng.choice((1, 2, 2, 3, 3, 4))
    points, comments = _points(rng, seed, child, year, planner, today)
    return {
        "BehaviourGrades": Table("Grades", "Grade", tuple(_grades(rng, level, child, year, planner, today))),
        "BehaviourGrades/Points": Table("Grades", "Grade", tuple(points)),
        "BehaviourGrades/Points/Comments": Table("Comments", "Comment", tuple(comments)),
    }


def _grades(
    rng: random.Random, level: int, child: Child, year: SchoolYear, planner: Planner, today: date
) -> list[Row]:
    """The proposed mark two weeks before the semester ends and the given one at its end, from the tutor."""
    rows: list[Row] = []
    row_id = rng.randrange(300_000, 900_000)
    for semester, end in ((1, year.end_first_semester), (2, year.end)):
        for days, proposed in ((14, True), (2, False)):
            row_id += rng.randrange(1, 40)
            day = planner.last_day(child, end - timedelta(days=days))
            if day is not None and day <= today:
                rows.append(
                    {
                        "Id": row_id,
                        "Semester": semester,
                        "GradeType": ref("BehaviourGrades/Types", str(level)),
                        # A flag in both of its forms.
                        "IsProposal": int(proposed) if semester == 2 else proposed,
                        "AddDate": stamp(day, 870),
                        "AddedBy": ref("Users", child.school_class.tutor.id),
                        "Student": ref("Users", child.user_id),
                    }
                )
    return rows


def _points(
    rng: random.Random, seed: int, child: Child, year: SchoolYear, planner: Planner, today: date
) -> tuple[list[Row], list[Row]]:
    """Entries by teachers who taught the child that day; now and then a mark instead of points."""
    categories = _category_ids(seed)
    row_id = rng.randrange(2_000_000, 6_000_000)
    rows: list[Row] = []
    comments: list[Row] = []
    times = Counter[int]()
    for day in year.school_days(year.start + timedelta(days=3), today):
        held = planner.attended(child, day)
        if not held or rng.random() > 0.09:
            continue
        row_id += rng.randrange(1, 60)
        kind = rng.randrange(len(_CATEGORIES))
        times[kind] += 1
        _, short, low, high, text = _CATEGORIES[kind]
        row: Row = {
            "Id": row_id,
            "ShortName": short,
            "Text": text,
            "Semester": year.semester(day),
            "AddDate": stamp(day, 15 * 60 + rng.randrange(50)),
            "AddedBy": ref("Users", rng.choice(held).teacher.id),
            "Student": ref("Users", child.user_id),
            "Category": ref("BehaviourGrades/Points/Categories", categories[kind]),
        }
        if rng.random() < 0.12:
            row["BehaviourGrade"] = ref("BehaviourGrades/Types", str(3 if low > 0 else 4))
        else:
            row["Value"] = rng.randrange(low, high + 1)
        if rng.random() < 0.4:
            comment = row_id + 7_000_000
            said = rng.choice(_PRAISE if low > 0 else _BLAME)
            if low < 0 and times[kind] == 2:
                said = _AGAIN
            comments.append({"Id": comment, "Text": said, "AddedBy": row["AddedBy"]})
            # Both forms were seen of marks: references, and bare ids.
            bare = rng.random() < 0.3
            row["Comments"] = [comment if bare else ref("BehaviourGrades/Points/Comments", comment)]
        rows.append(row)
    return rows, comments


def _category_ids(seed: int) -> list[int]:
    rng = random.Random(f"librus-simulator behaviour categories {seed}")
    return sorted(rng.sample(range(200, 999), len(_CATEGORIES)))
