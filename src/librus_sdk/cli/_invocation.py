"""One run of the command line: its environment, its session, and how results leave it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from ..errors import LibrusResponseValidationError, LibrusUnsupportedBackendError
from ..settings import API_V3, GATEWAY_API_20
from ._account import STORE_VARIABLE, Account, store_of
from ._child import chosen_child
from ._diagnostics import Diagnostics, level_from
from ._document import Fields, Section, clean, render, write
from ._dotenv import merged_environment
from ._names import together
from ._words import size

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..clients.wiadomosci import AsyncWiadomosciClient
    from ..endpoints import Get
    from ..events import Event
    from ..models import ChildAccount, Download, Rejected, SavedFile
    from ..session import AsyncLibrusSession
    from ._kept_tables import KeptTables
    from ._tables import TableClient

__all__ = ["Invocation", "Reading"]


class _WithRejected(Protocol):
    @property
    def rejected(self) -> Sequence[Rejected]: ...


L = TypeVar("L", bound=_WithRejected)


@dataclass(frozen=True)
class Reading:
    """What a command's text is made from.

    Attributes:
        session: the session everything is read with.
        client: reads the child's data.
        child: whose; None with a login issued by the school, which has one child.
        kept: lists of names of the account that outlive the command; None when nothing is to.
    """

    invocation: Invocation
    session: AsyncLibrusSession
    client: AsyncSynergiaApiClient
    child: ChildAccount | None
    kept: KeptTables | None = None

    @cached_property
    def tables(self) -> TableClient:
        """Reads what ids stand for, the lists of names only: they may be some hours old."""
        from ._tables import TableClient

        return TableClient(self.client, self.kept, self.child.id if self.child else "")

    async def told(self, text: Callable[[Reading], Awaitable[Sequence[Section]]]) -> Sequence[Section]:
        """Return the text of a command, made again where a list of names turned out to be out of date."""
        from ._tables import Once

        reading = replace(self, client=Once(self.client))
        sections = await text(reading)
        while reading.tables.lists.renew():
            sections = await text(reading)
        return sections

    async def mail(self) -> AsyncWiadomosciClient:
        """Return the client whose messages come from the messages' website."""
        return await self.session.for_child_wiadomosci(self.child)

    @property
    def student_name(self) -> str:
        """The child's name; ``the student`` where Librus was not asked for it."""
        return self.child.student_name if self.child else "the student"

    async def student_id(self, otherwise: str) -> str:
        """Return the student's identifier among accounts, which a login issued by the school can read.

        Raises:
            LibrusResponseValidationError: Librus does not tell; the message is ``otherwise``.
        """
        found = (await self.client.auth.token_info()).identifier_of_student_assigned_with_user
        if found is None:
            raise LibrusResponseValidationError(otherwise)
        return found

    def title(self, what: str) -> str:
        """Return a section's title; it names nobody where no name is known."""
        return f"{what} of {self.child.student_name}" if self.child else what

    def school_title(self, what: str) -> str:
        """Return the title of a section about everybody at the school."""
        return f"{what} at the school of {self.child.student_name}" if self.child else f"{what} at the school"

    def payload(self, data: object) -> dict[str, object]:
        """Return what a command writes as JSON."""
        return {"child": self.child.summary(), "data": data} if self.child else {"data": data}

    async def rows(self, main: Awaitable[L], *others: Awaitable[Any]) -> tuple[L, list[Any]]:
        """Await a list and what its rows point at, all at once; tell of rows that are missing in the text."""
        rows, found = await together(main, *others)
        self.left_out(rows.rejected)
        return rows, found

    def left_out(self, rejected: Sequence[Rejected]) -> None:
        """Tell on stderr that rows are missing from the text, if any are; once for each answer."""
        if rejected and self.invocation.is_news(rejected):
            self.invocation.note(f"{_rows(len(rejected))} left out here; --format json shows everything.")

    def nameless(self, what: str) -> Callable[[], None]:
        """Return what tells on stderr, once, that these names could not be read."""
        said = f"{what} could not be read; numbers stand for their names."
        return lambda: self.invocation.note_once(said)


class Invocation:
    """What the options say, and what commands need.

    Attributes:
        form: ``text`` or ``json``.
        child: the selector given with ``--child``.
        verbose: whether ``--verbose`` was given.
        keeps: whether the sign-in is kept between runs: not with ``--no-store``.
    """

    def __init__(self) -> None:
        self.form = "text"
        self.child: str | None = None
        self.verbose = False
        self.keeps = True
        self._noted: set[str] = set()
        self._told_of: list[object] = []
        self._kept: KeptTables | None = None

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The process's variables and those of ``.env``. Raises LibrusConfigurationError."""
        return merged_environment(os.environ, Path())

    @cached_property
    def account(self) -> Account:
        """Which account commands sign in with. Raises LibrusConfigurationError."""
        return Account(self.environ)

    @cached_property
    def diagnostics(self) -> Callable[[Event], None]:
        """Where events go. Raises LibrusConfigurationError for an unknown level."""
        return Diagnostics(10 if self.verbose else level_from(self.environ))

    def note(self, text: str) -> None:
        """Tell the user something that is no error."""
        write(f"Note: {clean(text)}\n", sys.stderr)

    def note_once(self, text: str) -> None:
        """Tell the user something, unless this run has told it already."""
        if text not in self._noted:
            self._noted.add(text)
            self.note(text)

    def is_news(self, found: object) -> bool:
        """Whether this run has not told of this very thing yet."""
        if any(found is each for each in self._told_of):
            return False
        self._told_of.append(found)
        return True

    def show(self, sections: Sequence[Section]) -> None:
        """Write sections to stdout, as text."""
        write(render(sections, sys.stdout))

    def dump(self, payload: object) -> None:
        """Write a payload to stdout, as JSON."""
        text = json.dumps(payload, indent=2, ensure_ascii=False)
        try:
            text.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(payload, indent=2)
        write(text + "\n")

    def insist_on_school_login(self) -> None:
        """Refuse, before anybody signs in, what only a login issued by the school can read.

        Raises:
            LibrusUnsupportedBackendError: commands sign in with something else.
        """
        if self.account.way != "school login":
            raise LibrusUnsupportedBackendError(
                "This needs a login issued by the school.", details={"api_backend": API_V3}
            )

    def run(self, work: Callable[[AsyncLibrusSession], Awaitable[None]]) -> None:
        """Do the work with a session made from the environment."""
        import asyncio

        from ..session import AsyncLibrusSession

        options = self.account.options(keeps=self.keeps, note=self.note_once)
        session = AsyncLibrusSession.from_env(self.environ, on_event=self._hook(), **options)
        if self.account.half_set:
            self.note_once(self.account.half_set)

        async def whole() -> None:
            async with session:
                await work(session)

        asyncio.run(whole())
        if self._kept is not None:
            self._kept.save()

    def report(self, reading: Reading, data: object, sections: Sequence[Section]) -> None:
        """Tell what was done, in the format that was asked for."""
        if self.form == "json":
            self.dump(reading.payload(data))
        else:
            self.show(sections)

    def _hook(self) -> Callable[[Event], None]:
        """Return what hears the session's events. Raises LibrusConfigurationError."""
        diagnostics = self.diagnostics

        def heard(event: Event) -> None:
            diagnostics(event)
            if event.name in _HARMS and self.is_news(_HARMS):
                self.note(self._of_no_use(str(event.fields.get("reason"))))

        return heard

    def _of_no_use(self, reason: str) -> str:
        from ..shells.troubles import MEANINGS

        said = _LOST if self.account.way == "kept tokens" else _UNSAVED
        return said.format(folder=store_of(self.environ).folder, why=MEANINGS.get(reason, _OVERTAKEN))

    def read(
        self,
        ask: Callable[[AsyncSynergiaApiClient], Get[Any]],
        text: Callable[[Reading], Awaitable[Sequence[Section]]],
    ) -> None:
        """Read something of the chosen child and show it.

        As JSON the answer is passed on as Librus sent it, known to the models or not; one request, as for the
        text, which may ask besides for names that are not kept.

        Args:
            ask: declares the read.
            text: reads, and returns what to show.
        """

        async def work(reading: Reading) -> None:
            if self.form == "json":
                self.dump(reading.payload(await reading.client.as_sent(ask(reading.client))))
            else:
                self.show(await reading.told(text))

        self.run_for_child(work)

    def download(
        self, ask: Callable[[AsyncSynergiaApiClient], Get[Download]], path: Path, force: bool
    ) -> None:
        """Write a file of the chosen child to the disk, and tell what it is.

        Args:
            ask: declares the read.
            path: where to.
            force: replace what is there.
        """

        async def work(reading: Reading) -> None:
            saved = await reading.client.save(ask(reading.client), path, overwrite=force)
            self.show_saved(reading, saved)

        self.run_for_child(work)

    def show_saved(self, reading: Reading, saved: SavedFile) -> None:
        """Tell what was written."""
        if self.form == "json":
            data = {
                "path": str(saved.path),
                "bytes": saved.size,
                "contentType": saved.content_type,
                "contentDisposition": saved.content_disposition,
            }
            self.dump(reading.payload(data))
            return
        pairs = [("file", str(saved.path)), ("size", size(saved.size))]
        if saved.content_type:
            pairs.append(("kind", saved.content_type))
        if saved.file_name and saved.file_name != saved.path.name:
            pairs.append(("called", saved.file_name))
        self.show([Section("Saved", [Fields(pairs)])])

    def run_for_child(self, work: Callable[[Reading], Awaitable[None]]) -> None:
        """Do the work with a client of the chosen child."""

        async def whole(session: AsyncLibrusSession) -> None:
            child = await self._chosen(session)
            await work(await self.reading(session, child))

        self.run(whole)

    async def reading(self, session: AsyncLibrusSession, child: ChildAccount | None) -> Reading:
        """Return what a text about this child is made from."""
        if self._kept is None and self.keeps and self.form != "json":
            self._kept = self.account.tables()
        return Reading(self, session, await session.for_child(child), child, self._kept)

    async def _chosen(self, session: AsyncLibrusSession) -> ChildAccount | None:
        if session.get_api_backend() == GATEWAY_API_20 and self.child is None:
            return None
        return await chosen_child(session, self.child, self.environ)


_HARMS: Final = frozenset({"store.unsaved", "store.unclaimed", "store.unread"})
_LOST: Final = (
    "Something of the sign-in was renewed and could not be kept in the folder {folder}: {why}. The next "
    "command may ask you to run librus login again."
)
_UNSAVED: Final = (
    "The sign-in could not be kept in the folder {folder}: {why}. So the next command signs in again. "
    f"{STORE_VARIABLE} can name another folder; --no-store keeps nothing."
)
_OVERTAKEN: Final = "another program was at work there"


def _rows(count: int) -> str:
    return "1 row has an unknown form and is" if count == 1 else f"{count} rows have an unknown form and are"
