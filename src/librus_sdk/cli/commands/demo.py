"""``librus demo``: the promise about tokens, kept before one's eyes."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from ...errors import LibrusSdkError
from .._diagnostics import Diagnostics
from .._document import Fields, Section, Sentence, is_fancy, render, write
from .._invocation import Invocation, Reading
from .._names import NOBODY_KNOWS
from .._options import DAY, Leaf
from .grades import grade_table, read_grade_names

if TYPE_CHECKING:
    from ...clients.api import AsyncSynergiaApiClient
    from ...models import ChildAccount, Grade, Rows
    from ...session import AsyncLibrusSession
    from ...simulator import Simulator

__all__ = ["command"]

CHILDREN: Final = 3
IN_FLIGHT: Final = 16
WEEKS: Final = 40
KILL_EVERY: Final = 45
"""After so many more reads every child's token dies."""
SHOWN: Final = 15


@click.command("demo", cls=Leaf)
@click.option(
    "--today",
    type=DAY,
    default=None,
    help="Show the school year around this day. Without it, around the real one.",
)
@click.pass_obj
def command(invocation: Invocation, today: date | None) -> int:
    """Show the SDK at work against an invented Librus on this machine; no account needed.

    Signs in, reads the data of three children with 16 reads in flight while their tokens are made to die, and
    says what nobody noticed.
    """
    import asyncio

    from ...simulator import Simulator

    with Simulator(children=CHILDREN, seed=7, today=today) as sim:
        return asyncio.run(_Demo(sim, invocation.verbose).run())


@dataclass
class _Demo:
    sim: Simulator
    verbose: bool
    errors: list[LibrusSdkError] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    done: int = 0
    done_at_death: int = 0
    answered_in_flight: int = 0
    token_deaths: int = 0
    portal_deaths: int = 0

    async def run(self) -> int:
        from ...session import AsyncLibrusSession

        _say(
            "A family and its three children",
            "A local Librus is running on this machine, with an invented family. Librus's access tokens live "
            f"for hours; here they die all the time, while {IN_FLIGHT} reads are in flight "
            f"(max_concurrency={IN_FLIGHT}, max_requests_per_second=None; the defaults of 6 and 10 are "
            "kinder to the real Librus).",
        )
        hook = Diagnostics(10) if self.verbose else None
        async with AsyncLibrusSession(
            self.sim.credentials,
            hosts=self.sim.hosts,
            max_concurrency=IN_FLIGHT,
            max_requests_per_second=None,
            on_event=hook,
        ) as session:
            children = await session.list_children()
            names = ", ".join(child.student_name for child in children)
            _say("Signed in", f"The children of the account: {names}.")
            self._kill_tokens()  # between the sign-in and the reads
            grades = await self._read_all(session, children)
            if grades is not None:
                await self._show_grades(session, children[0], grades)
        return self._close()

    async def _read_all(
        self, session: AsyncLibrusSession, children: Sequence[ChildAccount]
    ) -> Rows[Grade] | None:
        """Read timetables and lists of every child; return the first one's grades.

        No list is read again while its last read may be in flight: identical reads would be sent once.
        """
        import asyncio

        clients = [await session.for_child(child) for child in children]
        this_monday = self.sim.today - timedelta(days=self.sim.today.weekday())
        mondays = [this_monday + timedelta(weeks=number - WEEKS // 2) for number in range(WEEKS)]
        reads: list[Callable[[], Awaitable[object]]] = [
            read
            for number, monday in enumerate(mondays)
            for client in clients
            for read in _reads_of_a_week(client, monday, number)
        ]
        with _progress(len(reads)) as advance:
            todo = iter(reads)
            await asyncio.gather(*(self._work(todo, len(reads), advance) for _ in range(IN_FLIGHT)))
        self.answered_in_flight = self._answered()
        return await clients[0].grades.list() if not self.errors else None

    async def _work(
        self, todo: Iterator[Callable[[], Awaitable[object]]], total: int, advance: Callable[[], None]
    ) -> None:
        """Do one read after the other, with the other workers, and kill tokens in between."""
        for read in todo:
            self.in_flight.append(self.token_deaths)
            began = self.token_deaths
            try:
                await read()
            except LibrusSdkError as error:
                self.errors.append(error)
            self.in_flight.remove(began)
            self.done += 1
            advance()
            if self._may_kill() and self.done < total:
                self._kill_tokens()
                if self.done > total // 2 and not self.portal_deaths:
                    self.sim.expire_portal_session()
                    self.portal_deaths += 1

    def _may_kill(self) -> bool:
        """Whether it is time for the tokens to die again.

        The promise is about a token that dies during a read; two that die during one read are an outage. So a
        read that has met one death is let through before the next.
        """
        due = self.done - self.done_at_death >= KILL_EVERY
        return due and all(began == self.token_deaths for began in self.in_flight)

    def _kill_tokens(self) -> None:
        self.sim.expire_child_tokens()
        self.token_deaths += 1
        self.done_at_death = self.done

    async def _show_grades(
        self, session: AsyncLibrusSession, child: ChildAccount, grades: Rows[Grade]
    ) -> None:
        if not grades:
            _say(f"Grades of {child.student_name}", "None yet: the school year has just begun.")
            return
        self._kill_tokens()  # and once more, between two reads
        reading = Reading(Invocation(), session, await session.for_child(child), child)
        names = await read_grade_names(reading)
        latest = sorted(grades, key=lambda grade: grade.add_date)[-SHOWN:]
        title = f"Grades of {child.student_name}, the latest {len(latest)} of {len(grades)}"
        _show([Section(title, [grade_table(latest, names, grades, NOBODY_KNOWS)])])

    def _close(self) -> int:
        """Say what was hidden, as the simulator counted it."""
        requests = self.sim.requests
        refused = [request for request in requests if request.status == 401]
        reads = [request for request in refused if request.origin == "api"]
        dead = len({(request.child_id, request.generation) for request in reads})
        renewed = sum(1 for request in requests if request.endpoint == "fresh" and request.status == 200)
        answered, in_flight = self._answered(), self.answered_in_flight
        read = f"{in_flight} with {IN_FLIGHT} in flight, {answered - in_flight} for the grades shown"
        met = (
            f"refusals: {len(reads)} of a dead token, {len(refused) - len(reads)} of the dead portal session"
        )
        why = f"for {dead} dead tokens that were used; one for each refused read would be {len(reads)}"
        pairs = [
            ("reads made", f"{answered}  ({read})"),
            ("tokens died", f"{_times(self.token_deaths)}, those of all {len(self.sim.children)} children"),
            ("401s met", f"{len(refused)}  ({met})"),
            ("portal refreshes made", f"{renewed}  ({why})"),
            (
                "sign-ins made",
                f"{self.sim.counts['login']}  (the portal session died {_times(self.portal_deaths)})",
            ),
            ("errors shown", str(len(self.errors))),
        ]
        _show([Section("What was hidden from you, as the simulated Librus counted it", [Fields(pairs)])])
        if self.errors:
            codes = ", ".join(sorted({error.code for error in self.errors}))
            _say("The promise was broken", f"Errors that reached the program: {codes}.")
        return 1 if self.errors else 0

    def _answered(self) -> int:
        return sum(1 for request in self.sim.requests if request.origin == "api" and request.status == 200)


def _reads_of_a_week(
    client: AsyncSynergiaApiClient, monday: date, number: int
) -> tuple[Callable[[], Awaitable[object]], ...]:
    """Return a timetable and two of the child's lists, which come round again after eighteen of its reads."""
    lists: Sequence[Callable[[], Awaitable[object]]] = (
        client.grades.list,
        client.school.users,
        client.grades.categories,
        client.grades.comments,
        client.attendance.list,
        client.attendance.types,
        client.homework.list,
        client.homework.categories,
        client.lessons.list,
        client.announcements.list,
        client.notes.list,
        client.school.subjects,
    )
    first = 2 * number % len(lists)
    return partial(client.timetable.week, monday), *lists[first : first + 2]


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _show(sections: Sequence[Section]) -> None:
    write(render(sections, sys.stdout) + "\n")


def _say(title: str, text: str) -> None:
    _show([Section(title, [Sentence(text)])])


def _progress(total: int) -> AbstractContextManager[Callable[[], None]]:
    """Show a bar on a terminal, and nothing elsewhere."""
    if is_fancy(sys.stdout):
        try:
            return _bar(total)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "rich":
                raise
    return _silence()


@contextmanager
def _silence() -> Iterator[Callable[[], None]]:
    yield lambda: None


def _bar(total: int) -> AbstractContextManager[Callable[[], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    @contextmanager
    def shown() -> Iterator[Callable[[], None]]:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as progress:
            task = progress.add_task("reading", total=total)
            yield lambda: progress.advance(task)
        write("\n")

    return shown()
