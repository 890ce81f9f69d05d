"""What the school's office and its teachers hand out: homework, excuses, meetings with parents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from ._curriculum import AGENDA_CATEGORIES, YOUNG
from ._diary import agenda, attendances
from ._files import File, make_file
from ._mailbox import message_rows, receiver_groups
from ._plan import Held
from ._rows import Row, ref, stamp
from ._school import Child
from ._tables import Table

if TYPE_CHECKING:
    from ._world import World

__all__ = ["assignment_file", "office_tables"]

_EXCUSED: Final = 3
_MEETING: Final = AGENDA_CATEGORIES.index("Zebranie z rodzicami")
# Title, text, names of the files; what is not for everybody is extra work.
_TASKS: Final = (
    ("Karta pracy: {}", "Uzupełnij kartę pracy i przynieś ją na lekcję.", ("Karta pracy – {}.pdf",)),
    ("Zadania z ćwiczeń: {}", "Str. 42-43, zadania 1-5.\nZadanie 6* dla chętnych.", ()),
    ("Notatka: {}", "Zrób notatkę w zeszycie (co najmniej pół strony).", ("Źródła do notatki.txt",)),
    (
        "Prezentacja: {}",
        "Przygotuj 5 slajdów. Wzór i ilustracja w załączniku.",
        ("Przykładowa ilustracja.png", "Wymagania.txt", "Wzór prezentacji.pdf"),
    ),
    ("Powtórzenie: {}", "Powtórz wiadomości przed sprawdzianem.", ()),
)
_TASKS_OF_THE_YOUNG: Final = (
    ("Karta pracy: {}", "Uzupełnij kartę pracy. Pokoloruj obrazek.", ("Karta pracy – {}.pdf",)),
    ("Ćwiczenia: {}", "Str. 12, zadania 1 i 2. Można poprosić o pomoc rodzica.", ()),
    ("Do poćwiczenia: {}", "Poćwicz w domu przez 10 minut.", ()),
    ("Rysunek: {}", "Narysuj obrazek na kartce A4. Przykład w załączniku.", ("Przykładowy rysunek.png",)),
)
_EXTRA: Final = ("Prezentacja", "Rysunek")


def office_tables(world: World, child: Child) -> dict[str, Table]:
    """The child's homework, excuses, meetings and messages, by path."""
    excuses = tuple(_justifications(world, child))
    first = 300 + world.seed % 50
    return {
        "HomeWorkAssignments": Table(
            "HomeWorkAssignments", "HomeWorkAssignment", tuple(_assignments(world, child, first))
        ),
        "HomeWorkAssignments/Categories": Table(
            "Categories",
            "Category",
            (
                {"Id": first, "CategoryName": "Praca domowa", "Teacher": None},
                {
                    "Id": first + 1,
                    "CategoryName": "Praca dodatkowa",
                    "Teacher": ref("Users", world.school.head.id),
                },
            ),
        ),
        "Justifications": Table("Justifications", "Justification", excuses),
        "ParentTeacherConferences": Table(
            "ParentTeacherConferences", "ParentTeacherConference", tuple(_conferences(world, child))
        ),
        "Messages": Table("Messages", "Message", tuple(message_rows(world, child, excuses))),
        "Messages/ReceiversGroup": Table("ReceiversGroup", "ReceiversGroup", tuple(receiver_groups())),
    }


def _assignments(world: World, child: Child, first_category: int) -> Iterator[Row]:
    """Homework set in a lesson the child attended, due in a later one of the same subject and group."""
    rng = random.Random(f"librus-simulator homework {world.seed} {child.portal_id}")
    row_id = rng.randrange(400_000, 800_000)
    file_id = rng.randrange(900_000, 990_000)
    year, plan = world.year, world.planner
    tasks = _TASKS_OF_THE_YOUNG if child.school_class.level <= YOUNG else _TASKS
    for day in year.school_days(year.start + timedelta(days=7), world.today - timedelta(days=1)):
        lessons = [held for held in plan.attended(child, day) if held.lesson.subject.topics]
        if not lessons or rng.random() > 0.25:
            continue
        held = rng.choice(lessons)
        due = _next_lesson(world, child, held, day + timedelta(days=2))
        if due is None:
            continue
        row_id += rng.randrange(1, 90)
        title, text, names = rng.choice(tasks)
        topic = rng.choice(held.lesson.subject.topics)
        files: list[Row] = []
        for name in names:
            file_id += rng.randrange(1, 40)
            # Here "Url" ends with the id of the attachment, and "Id" alone leads nowhere.
            link = ref("HomeWorkAssignments/Attachment", f"{row_id}-{file_id}")["Url"]
            named = name.format(topic.replace(":", ""))
            files.append({"Id": file_id, "Name": named, "Url": link})
        done = due < world.today and rng.random() < 0.7
        me = ref("Users", child.user_id)
        row: Row = {
            "Id": row_id,
            "Topic": title.format(topic),
            "Text": text,
            "Date": day.isoformat(),
            "DueDate": due.isoformat(),
            "Teacher": ref("Users", held.lesson.teacher.id),
            "Lesson": ref("Lessons", held.lesson.id),
            "MustSendAttachFile": False,
            "SendFilePossible": bool(files),
            "AddedFiles": [],
            "HomeworkAssigmentFiles": files,
            "StudentsWhoRead": [me] if done or rng.random() < 0.5 else [],
            "StudentsWhoMarkedAsDone": [me] if done else [],
        }
        if rng.random() < 0.8:
            category = first_category + (title.startswith(_EXTRA))
            row["Category"] = ref("HomeWorkAssignments/Categories", category)
        yield row


def _next_lesson(world: World, child: Child, held: Held, first: date) -> date | None:
    """The first day from that one on when the child has the same lesson again, within three weeks."""
    for day in world.year.school_days(first, first + timedelta(days=21)):
        if any(other.lesson == held.lesson for other in world.planner.attended(child, day)):
            return day
    return None


def assignment_file(row: Row, name: str) -> File:
    """The file of that name which the teacher put to a piece of homework."""
    return make_file(name, (row["Topic"], *row["Text"].splitlines(), f"Termin: {row['DueDate']}"))


def _justifications(world: World, child: Child) -> Iterator[Row]:
    """A parent's excuse for each illness: together they cover every excused absence, and nothing else.

    Only ``Id``, ``AddedBy`` and ``Student`` are sure on API 3.0; the other names are of the sibling API.
    """
    rng = random.Random(f"librus-simulator excuses {world.seed} {child.portal_id}")
    row_id = rng.randrange(10_000, 60_000)
    for number, absences in enumerate(_illnesses(world, child)):
        row_id += rng.randrange(1, 200)
        last = date.fromisoformat(absences[-1]["Date"])
        parent = world.school.parent
        by: tuple[Row | None, ...] = (
            {"Id": parent.id, "FirstName": parent.first, "LastName": parent.last},
            ref("Users", child.user_id),
            None,
        )
        yield {
            "Id": row_id if number % 4 else str(row_id),
            "Student": ref("Users", child.user_id),
            "AddedBy": by[number % 3],
            "dateFrom": absences[0]["Date"],
            "dateTo": absences[-1]["Date"],
            "lessons": [{"date": row["Date"], "number": row["LessonNo"]} for row in absences],
            "justifiedAbsences": [ref("Attendances", row["Id"]) for row in absences],
            "messageFromParent": rng.choice(
                (
                    "Proszę o usprawiedliwienie nieobecności z powodu choroby.",
                    "Wizyta u lekarza.",
                    "Gorączka - dziecko zostało w domu.",
                )
            ),
            "justificationStatus": "accept",
            # Excuses come within four days, else the absence would still be an open one.
            "postDate": stamp(last + timedelta(days=2), 1170),
            "attachment": None,
            "notifiedTeachers": [ref("Users", child.school_class.tutor.id)],
        }


def _illnesses(world: World, child: Child) -> list[list[Row]]:
    """The excused absences, those of successive school days together."""
    records = attendances(world.seed, child, world.year, world.planner, 0, world.today)
    together: list[list[Row]] = []
    for row in records:
        if row["Type"]["Id"] != _EXCUSED:
            continue
        day = date.fromisoformat(row["Date"])
        before = date.fromisoformat(together[-1][-1]["Date"]) if together else None
        if before is not None and len(list(world.year.school_days(before, day))) <= 2:
            together[-1].append(row)
        else:
            together.append([row])
    return together


def _conferences(world: World, child: Child) -> Iterator[Row]:
    """The meetings with parents that stand in the agenda: both say the same, under different ids."""
    kinds = list(range(len(AGENDA_CATEGORIES)))
    rooms = world.school.rooms
    for row in agenda(world.seed, child, world.year, world.planner, kinds, world.today):
        if row["Category"]["Id"] != _MEETING:
            continue
        topic, _, symbol = row["Content"].partition(", sala ")
        yield {
            "Id": row["Id"] % 900_000 + 1000,
            "Name": topic,
            "Topic": topic,
            "Teacher": row["CreatedBy"],
            "Class": row["Class"],
            "Room": ref("Classrooms", rooms[symbol]) if symbol in rooms else None,
            "Date": row["Date"],
            "Time": row["TimeFrom"],
        }
