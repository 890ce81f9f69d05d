"""The mailboxes of the messages' host, filled from what the rest of the register says about the child."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from ._files import File, make_file
from ._mailbox import Letter, letters
from ._post_people import account_of, full_name
from ._post_wire import page_text
from ._school import Child, Person
from ._world import World
from ._year import WARSAW

__all__ = ["BARE", "BOXES", "SYSTEM", "Post", "absent_box", "file_of", "fill"]

BOXES: Final = (
    "inbox", "outbox", "notes", "alerts", "substitutions", "absences", "justifications", "trash",
    "archive/inbox", "archive/outbox",
)  # fmt: skip
BARE: Final = "justifications"
"""The box whose list is not wrapped."""
SYSTEM: Final = "e-Usprawiedliwienia"
"""Who signs what no person sent."""
_A_YEAR: Final = timedelta(weeks=52)
_MISSED: Final = (1, 3)


@dataclass(slots=True, eq=False, repr=False)
class Post:
    """A message in a box.

    Attributes:
        number: decides in which of the recorded forms it is shown.
        sender: None when no person sent it, and for what the parent sent.
        receivers: account and name of each whom the parent wrote to.
        text: what is inside the message, HTML.
        attachments: id and name of each file.
        withdrawable: whether the parent can still take it back.
    """

    id: int
    number: int
    sent: datetime
    read: datetime | None
    sender: Person | None
    topic: str
    text: str
    receivers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[tuple[int, str], ...] = ()
    withdrawable: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    box: str
    sent: datetime
    read: datetime | None
    sender: Person | None
    topic: str
    text: str
    receivers: tuple[Person, ...] = ()
    attachments: tuple[tuple[int, str], ...] = field(default=())


def absent_box(world: World, child: Child) -> str:
    """The box an account does not have; which one differs from account to account."""
    return ("alerts", "substitutions")[world.school.children.index(child) % 2]


def fill(world: World, child: Child) -> dict[str, list[Post]]:
    """Every box of the child, the newest message first. Ids grow with time, and are not those of the API."""
    rng = random.Random(f"librus-simulator post {world.seed} {child.portal_id}")
    post_id = rng.randrange(20_000_000, 30_000_000)
    boxes: dict[str, list[Post]] = {box: [] for box in BOXES if box != absent_box(world, child)}
    drafts = [*_from_letters(world, child), *_notes(world, child), *_absences(world, child)]
    drafts += [*_excuses(world, child), *_substitutions(world, child)]
    for number, draft in enumerate(sorted(drafts, key=lambda draft: draft.sent)):
        post_id += rng.randrange(1, 400)
        if draft.box not in boxes:
            continue
        whom = tuple((str(account_of(person)), full_name(person)) for person in draft.receivers)
        post = Post(
            post_id, number, draft.sent, draft.read, draft.sender, draft.topic,
            page_text(draft.text, number), whom, draft.attachments,
        )  # fmt: skip
        boxes[draft.box].insert(0, post)
    return boxes


def file_of(post: Post, file_id: str) -> File | None:
    """The attachment of a message with that id."""
    name = next((name for known, name in post.attachments if str(known) == file_id), None)
    return make_file(name, (post.topic, name)) if name is not None else None


def _from_letters(world: World, child: Child) -> Iterator[_Draft]:
    """What the API shows as messages; some of last year's in the archive; what came twice, in the trash."""
    for letter in letters(world, child, world.tables(child)["Justifications"].rows):
        out = bool(letter.receivers)
        yield _draft(letter, "outbox" if out else "inbox", timedelta(0), 500_000)
        if out or letter.number % 4 == 0:
            yield _draft(letter, "archive/outbox" if out else "archive/inbox", -_A_YEAR, 600_000)
        elif letter.number % 9 == 1 and not out:
            yield _draft(letter, "trash", -timedelta(minutes=2), 700_000)


def _draft(letter: Letter, box: str, later: timedelta, files: int) -> _Draft:
    sent = letter.sent + later
    # Nobody leaves last year's messages unread.
    read = sent + timedelta(hours=1) if box.startswith("archive") else letter.read
    attached = letter.attached
    return _Draft(
        box, sent, read, letter.sender, letter.subject, letter.body, letter.receivers,
        ((files + attached[0] // 4, attached[1]),) if attached else (),
    )  # fmt: skip


def _notes(world: World, child: Child) -> Iterator[_Draft]:
    """A message for each remark about the child."""
    for row in world.tables(child)["Notes"].rows:
        day = date.fromisoformat(row["Date"])
        yield _Draft("notes", _at(day, 15), None, _person(world, row["Teacher"]["Id"]), "Uwaga", row["Text"])


def _absences(world: World, child: Child) -> Iterator[_Draft]:
    """A message for each day with absences, and an alert for what has no excuse."""
    missed: dict[str, list[int]] = {}
    unexcused: set[str] = set()
    for row in world.tables(child)["Attendances"].rows:
        if row["Type"]["Id"] in _MISSED:
            missed.setdefault(row["Date"], []).append(row["LessonNo"])
        if row["Type"]["Id"] == _MISSED[0]:
            unexcused.add(row["Date"])
    for day, numbers in missed.items():
        sent = _at(date.fromisoformat(day), 16)
        text = f"Nieobecność dnia {day}.\nLekcje: {', '.join(map(str, numbers))}"
        yield _Draft("absences", sent, sent + timedelta(hours=3), None, "Nieobecność", text)
        if day in unexcused:
            yield _Draft(
                "alerts", sent + timedelta(hours=1), None, None, "Nieobecność nieusprawiedliwiona", text
            )


def _excuses(world: World, child: Child) -> Iterator[_Draft]:
    """A message for each excuse that was sent."""
    for row in world.tables(child)["Justifications"].rows:
        sent = datetime.fromisoformat(row["postDate"]).replace(tzinfo=WARSAW)
        text = f"{row['messageFromParent']}\n{row['dateFrom']} - {row['dateTo']}"
        yield _Draft("justifications", sent, sent, None, "Usprawiedliwienie", text)


def _substitutions(world: World, child: Child) -> Iterator[_Draft]:
    """A message for each change of the plan, the evening before; the last weeks of it."""
    subjects = {row["Id"]: row["Name"] for row in world.tables(child)["Subjects"].rows}
    for row in world.tables(child)["Calendars/Substitutions"].rows:
        day = date.fromisoformat(row["OrgDate"])
        if not world.today - timedelta(days=28) <= day - timedelta(days=1) < world.today:
            continue
        kind = "odwołane" if row["IsCancelled"] else "zastępstwo"
        text = f"{row['OrgDate']}, lekcja {row['OrgLessonNo']}: {subjects[row['OrgSubject']['Id']]} - {kind}"
        yield _Draft("substitutions", _at(day - timedelta(days=1), 17), None, None, "Zmiana w planie", text)


def _person(world: World, person_id: int) -> Person | None:
    return next((person for person in world.school.teachers if person.id == person_id), None)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), WARSAW)
