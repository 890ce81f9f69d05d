"""The family's messages about one child: who wrote, when, in the many forms Librus sends them in."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from ._files import File, make_file
from ._rows import Row, ref
from ._school import Child, Person
from ._year import WARSAW

if TYPE_CHECKING:
    from ._world import World

__all__ = [
    "Letter",
    "concerns",
    "group_members",
    "letters",
    "message_file",
    "message_rows",
    "receiver_groups",
    "unread",
]

_FRESH: Final = timedelta(days=5)
_GROUPS: Final = ("Wychowawca", "Nauczyciele", "Dyrekcja", "Sekretariat", "Pedagog")

# Subject, body, the name of an attachment.
_FROM_TUTOR: Final = (
    (
        "Wycieczka klasowa",
        'Szanowni Państwo,\nproszę o wypełnienie zgody na wyjście "Śladami Kopernika".\nPozdrawiam',
        "Zgoda na wycieczkę – wzór.pdf",
    ),
    ("Składka klasowa", "Dzień dobry,\nprzypominam o składce (30 zł/semestr).\nDziękuję", None),
    ("Szatnia", "Proszę, aby dzieci zabierały z szafek mokre buty i kurtki.", None),
    (
        "Zdjęcia z apelu",
        "Dzień dobry,\nw załączniku zdjęcie z piątkowego apelu.\nMiłego weekendu!",
        "Zdjęcie z apelu.png",
    ),
)
_FROM_TEACHER: Final = (
    ("Poprawa sprawdzianu", "Poprawa odbędzie się w czwartek o 7:10. Obowiązuje cały dział.", None),
    (
        "Materiały do powtórki",
        "Dzień dobry,\nprzesyłam zagadnienia do powtórki.\nProszę zwrócić uwagę na zadania 3/4.",
        "Zagadnienia do powtórki.txt",
    ),
    ("Brak zeszytu ćwiczeń", "Szanowni Państwo,\ndziecko trzeci raz nie ma zeszytu ćwiczeń.", None),
    ("Konkurs", "Zapraszam chętnych do udziału w szkolnym etapie konkursu.\nZapisy do środy.", None),
)
_FROM_OFFICE: Final = (
    ("Legitymacje szkolne", "Legitymacje można odbierać w sekretariacie w godz. 8:00-15:00.", None),
    ("Obiady", "Zapisy na obiady na kolejny miesiąc trwają do 25. dnia miesiąca.", None),
)
_FROM_PARENT: Final = (
    ("Zwolnienie z wf", "Dzień dobry,\nproszę o zwolnienie dziecka z ćwiczeń w tym tygodniu.", None),
    ("Pytanie o sprawdzian", "Dzień dobry,\nczy można napisać sprawdzian w innym terminie?", None),
)


@dataclass(frozen=True, slots=True)
class _Draft:
    sent: datetime
    sender: Person | None
    text: tuple[str, str, str | None]
    outgoing: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A message before it takes the form in which one host or the other shows it.

    Attributes:
        number: its place among the child's messages, counted from the oldest.
        sender: None for what no person sent, and for what the parent did.
        receivers: whom the parent wrote to; nobody when the family got it.
        attached: id and name of a file.
    """

    number: int
    id: int
    sent: datetime
    read: datetime | None
    sender: Person | None
    receivers: tuple[Person, ...]
    subject: str
    body: str
    attached: tuple[int, str] | None


def letters(world: World, child: Child, excuses: Iterable[Row]) -> list[Letter]:
    """Every message of the family about the child, the oldest first. Ids grow with time."""
    rng = random.Random(f"librus-simulator mailbox {world.seed} {child.portal_id}")
    drafts = [*_drafts(world, child, rng), *_answers_to_excuses(excuses)]
    row_id, file_id = rng.randrange(2_000_000, 5_000_000), rng.randrange(70_000, 90_000)
    found: list[Letter] = []
    for number, draft in enumerate(sorted(drafts, key=lambda draft: draft.sent)):
        row_id += rng.randrange(1, 60)
        subject, body, name = draft.text
        read = _read(draft, rng) if _is_read(draft, world.today, rng) else None
        attached = None
        if name is not None:
            file_id += 4  # the remainder by three changes each time, and with it the headers of the answer
            attached = file_id, name
        found.append(
            Letter(number, row_id, draft.sent, read, draft.sender, draft.outgoing, subject, body, attached)
        )
    return found


def message_rows(world: World, child: Child, excuses: Iterable[Row]) -> list[Row]:
    """Every message, the newest first; some ids are texts.

    That an attachment is listed with its message, and how, is invented: nobody has seen one on API 3.0.
    """
    return [_row(letter, child) for letter in reversed(letters(world, child, excuses))]


def _row(letter: Letter, child: Child) -> Row:
    number = letter.number
    row: Row = {
        "Id": str(letter.id) if number % 5 == 3 else letter.id,
        "Sender": ref("Users", letter.sender.id) if letter.sender else None,
        "Subject": _escaped(letter.subject) if number % 3 == 1 else letter.subject,
        "Body": _body(letter.body, number),
        "SendDate": _moment(letter.sent, number),
        # Not in the form of the other date.
        "ReadDate": _moment(letter.read, number + 1) if letter.read else None,
    }
    if letter.receivers:
        row["Sender"] = ref("Users", child.user_id)
    row |= _receivers(letter, child)
    if letter.attached is not None:
        file_id, name = letter.attached
        row["Attachments"] = [{**ref("Messages/Attachment", file_id), "Name": name}]
    return row


def unread(rows: Iterable[Row]) -> int:
    """How many of the messages nobody has read."""
    return sum(row["ReadDate"] is None for row in rows)


def concerns(row: Row, user_id: str) -> bool:
    """Whether that person sent the message or got it."""
    receiver: Any = row.get("Receiver") or ()
    people: list[Row | None] = [row["Sender"], *(row.get("Receivers") or ())]
    people += receiver if isinstance(receiver, list) else [receiver] if receiver else []
    return any(person is not None and str(person["Id"]) == user_id for person in people)


def message_file(rows: Iterable[Row], file_id: str) -> File | None:
    """The attachment with that id, made from the message it came with."""
    for row in rows:
        for item in row.get("Attachments", ()):
            if str(item["Id"]) == file_id:
                return make_file(item["Name"], (f"Wiadomość {row['Id']}", item["Name"]))
    return None


def receiver_groups() -> Iterator[Row]:
    """The groups a parent can write to. The ids are numbers and texts."""
    for number, name in enumerate(_GROUPS, 1):
        yield {"Id": number if number % 2 else str(number), "Name": name}


def group_members(world: World, child: Child, place: int) -> list[Row] | Row | None:
    """Who is in the group at that place: one person, several, or nobody (the school has no counsellor)."""
    school = world.school
    members: tuple[tuple[Person, ...] | Person | None, ...] = (
        child.school_class.tutor,
        tuple({lesson.teacher.id: lesson.teacher for lesson in child.school_class.lessons}.values()),
        school.head,
        school.office,
        None,
    )
    found = members[place]
    if found is None:
        return None
    return _named(found) if isinstance(found, Person) else [_named(person) for person in found]


def _named(person: Person) -> Row:
    return {"Id": person.id, "Name": f"{person.last} {person.first or ''}".strip()}


def _drafts(world: World, child: Child, rng: random.Random) -> Iterator[_Draft]:
    year, school, tutor = world.year, world.school, child.school_class.tutor
    if year.start < world.today:
        welcome = ("Nowy rok szkolny", "Szanowni Państwo,\nwitamy w nowym roku szkolnym!\nDyrekcja", None)
        yield _Draft(_at(year.start, 7, 30), school.head, welcome)
    for day in year.school_days(year.start + timedelta(days=1), world.today - timedelta(days=1)):
        if rng.random() > 0.35:
            continue
        sent = _at(day, rng.randrange(14, 20), rng.randrange(60))
        teacher = rng.choice(child.school_class.lessons).teacher
        match rng.randrange(8):
            case 0 | 1 | 2:
                yield _Draft(sent, tutor, rng.choice(_FROM_TUTOR))
            case 3 | 4 | 5:
                yield _Draft(sent, teacher, rng.choice(_FROM_TEACHER))
            case 6:
                yield _Draft(sent, school.office, rng.choice(_FROM_OFFICE))
            case _:
                others = {person.id: person for person in (tutor, teacher)}
                yield _Draft(sent, None, rng.choice(_FROM_PARENT), tuple(others.values()))


def _answers_to_excuses(excuses: Iterable[Row]) -> Iterator[_Draft]:
    """Each accepted excuse is confirmed by a message that no person sent."""
    for row in excuses:
        day = datetime.fromisoformat(row["postDate"]).date() + timedelta(days=1)
        body = f"Usprawiedliwienie za okres {row['dateFrom']} - {row['dateTo']} zostało zaakceptowane."
        yield _Draft(_at(day, 8, 5), None, ("e-Usprawiedliwienia", body, None))


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), WARSAW)


def _is_read(draft: _Draft, today: date, rng: random.Random) -> bool:
    """What the parent sent counts as read; of the rest, what is new or slipped through is not."""
    slipped = rng.random() < 0.04
    return bool(draft.outgoing) or not (slipped or today - draft.sent.date() <= _FRESH)


def _read(draft: _Draft, rng: random.Random) -> datetime:
    """When it was read: the same evening at the latest."""
    return draft.sent + timedelta(minutes=rng.randrange(5, 180))


def _moment(moment: datetime, number: int) -> int | str:
    """Seconds since 1970, or milliseconds, as a number or as a text."""
    seconds = int(moment.timestamp())
    forms: tuple[int | str, ...] = (seconds, str(seconds), seconds * 1000, str(seconds * 1000))
    return forms[number % 4]


def _receivers(letter: Letter, child: Child) -> Row:
    """Who got it: one reference, a list of them, or null with the list under the other name, or neither."""
    if letter.receivers:
        people = [ref("Users", person.id) for person in letter.receivers]
        return {"Receiver": people, "Receivers": None} if letter.number % 2 else {"Receivers": people}
    me = ref("Users", child.user_id)
    forms: tuple[Row, ...] = (
        {"Receiver": me},
        {"Receiver": [me], "Receivers": None},
        {"Receiver": None, "Receivers": [me]},
        {"Receiver": me, "Receivers": [me]},
    )
    return forms[letter.number % 4]


def _body(text: str, number: int) -> str:
    """The body with lines, or with HTML breaks, or escaped a second time as if it were still JSON."""
    match number % 3:
        case 0:
            return text.replace("\n", "<br>")
        case 1:
            return _escaped(text.replace("\n", "<br>", 1))
        case _:
            return text


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", r"\/")
