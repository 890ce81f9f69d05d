"""What a command's text is made from: lists of names that may be kept, and answers asked for once.

A command shows two kinds of things. What it is about is read anew in every run. The lists that say what the
ids in it stand for (subjects, people, categories) hardly ever change, and are kept between runs.

When an id is missing in a kept list, the list is out of date: the text is made once more with that list read
anew, and with everything else as it was answered before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from ..clients.api import AsyncSynergiaApiClient
from ..clients.callers import ChildCallerAsync
from ..errors import FeatureUnavailableError, LibrusApiError, LibrusSdkError
from ..models._decode import BROKEN, mended
from ..models.rows import Embedded, Rows
from ..settings import GATEWAY_API_20
from ._kept_tables import REFUSED, KeptTable

if TYPE_CHECKING:
    from ..clients.bound import Bound
    from ..clients.lookup import Pointer
    from ..endpoints import AsyncCaller, Get
    from ..shells.tasks import TaskShell
    from ._kept_tables import KeptTables

__all__ = ["Listed", "Lists", "Once", "TableClient"]

T = TypeVar("T")

_UNWANTED: Final = frozenset({"email", "login"})
"""Members that are no names: they are not kept."""


class Listed(Rows[T]):
    """A list of names. Whoever does not find an id in it says so.

    Attributes:
        missed: is told the id.
        outdated: an id was missing in it, and it could not be read again.
    """

    __slots__ = ("missed", "outdated")

    def __init__(self, rows: Rows[T], missed: Callable[[str], None], *, outdated: bool = False) -> None:
        super().__init__(rows, rejected=rows.rejected, raw=rows.raw)
        self.missed = missed
        self.outdated = outdated


class Lists:
    """Answers with kept lists; reads, and has kept, those that are not, or are out of date.

    Args:
        caller: reads.
        backend: the back end that is read with.
        kept: what is kept of the account; None when nothing is to be.
        child: whose lists they are.
    """

    def __init__(self, caller: AsyncCaller, backend: str, kept: KeptTables | None, child: str) -> None:
        self._caller: Final = caller
        self._on_gateway: Final = backend == GATEWAY_API_20
        self._kept: Final = kept
        self._child: Final = child
        self._tables: dict[str, KeptTable] = {}
        self._values: dict[str, Any] = {}
        self._failures: dict[str, LibrusSdkError] = {}
        self._outdated: set[str] = set()
        self._former: dict[str, KeptTable] = {}

    async def call(self, get: Get[T], /) -> T:
        """Return the decoded list; the kept one where it is out of date and cannot be read again.

        Raises:
            LibrusSdkError: it cannot be read, which is not tried twice in a run; or Librus has refused it
                lately, which is not asked again.
        """
        if get.path in self._values:
            return cast("T", self._values[get.path])
        if get.path in self._failures:
            raise self._failures[get.path].replicate()
        if not self._take(get):
            try:
                await self._read(get)
            except LibrusSdkError as error:
                self._failures[get.path] = error.replicate()
                if _is_refusal(error):
                    self._keep(get.path, KeptTable(REFUSED, time.time()))
                    raise
                former = self._former.get(get.path)
                if former is None:
                    raise
                self._use(get, former.answer, former)
        return cast("T", self._values[get.path])

    async def find(self, get: Get[Rows[T]], pointer: Pointer, /) -> T | None:
        """Look a record up in a list; for what points at nothing nobody is asked."""
        if pointer is None or (isinstance(pointer, Embedded) and pointer.id is None):
            return None
        found = (await self.call(get)).by_id(pointer)
        if found is None:
            self.missed(get.path, str(getattr(pointer, "id", pointer)))
        return found

    def missed(self, name: str, key: str) -> None:
        """Note that an id is not in a list."""
        table = self._tables.get(name)
        if table is None or name in self._failures:
            return
        if table.is_new:
            table.missing.add(key)
        elif not table.lacks(key, time.time()):
            self._outdated.add(name)

    def renew(self) -> bool:
        """Have the lists that are out of date read anew when they are needed next; return whether any are."""
        found, self._outdated = self._outdated, set()
        for name in found:
            self._former[name] = self._tables.pop(name)
            del self._values[name]
        return bool(found)

    async def _read(self, get: Get[Any]) -> None:
        body = await self._caller.call(_undecoded(get))
        before = self._former.get(get.path)
        table = KeptTable(b"", time.time(), set(before.missing) if before else set(), is_new=True)
        self._use(get, body, table)
        wanted = None if self._kept is None else _wanted(body)
        if wanted is not None:
            table.answer = wanted
            self._keep(get.path, table)

    def _keep(self, name: str, table: KeptTable) -> None:
        if self._kept is not None:
            self._kept.add(self._child, name, table)

    def _take(self, get: Get[Any]) -> bool:
        """Use the kept list, if there is one that can be used. Raises LibrusSdkError where it was refused."""
        if self._kept is None or get.path in self._former:
            return False
        table = self._kept.find(self._child, get.path)
        if table is None:
            return False
        if table.answer == REFUSED:
            raise FeatureUnavailableError("Librus has refused this list of names lately.")
        try:
            self._use(get, table.answer, table)
        except LibrusSdkError:
            return False
        return True

    def _use(self, get: Get[Any], body: bytes, table: KeptTable) -> None:
        """Decode a list. Raises LibrusSdkError for what is none, of which nothing is kept then."""
        decode = get.on_gateway if self._on_gateway and get.on_gateway is not None else get.decode
        value = decode(body, get.path, strict=False)
        if isinstance(value, Rows):
            rows: Rows[Any] = cast("Any", value)
            value = Listed(rows, partial(self.missed, get.path), outdated=get.path in self._failures)
        self._tables[get.path] = table
        self._values[get.path] = value


def _is_refusal(error: LibrusSdkError) -> bool:
    return isinstance(error, FeatureUnavailableError) or (
        isinstance(error, LibrusApiError) and error.status in (403, 404)
    )


def _undecoded(get: Get[Any]) -> Get[bytes]:
    return replace(get, decode=_as_it_came, on_gateway=None)


def _as_it_came(body: bytes, endpoint: str, strict: bool) -> bytes:
    """Decode nothing: what is kept is what was sent."""
    del endpoint, strict
    return body


def _wanted(body: bytes) -> bytes | None:
    """Return what is kept of an answer; None for what cannot be."""
    try:
        return msgspec.json.encode(_names_only(msgspec.json.decode(mended(body))))
    except BROKEN:
        return None


def _names_only(sent: Any) -> Any:
    if isinstance(sent, dict):
        members = cast("dict[str, Any]", sent)
        return {name: _names_only(value) for name, value in members.items() if name.lower() not in _UNWANTED}
    if isinstance(sent, list):
        return [_names_only(value) for value in sent]
    return sent


class TableClient(AsyncSynergiaApiClient):
    """Reads the lists that say what ids stand for; for anything else there is the child's own client.

    Args:
        client: the child's own.
        kept: what is kept of the account; None when nothing is to be.
        child: whose lists they are.

    Attributes:
        lists: what it reads with.
    """

    lists: Lists

    def __init__(self, client: AsyncSynergiaApiClient, kept: KeptTables | None, child: str) -> None:
        self._kept = kept
        self._child = child
        self._open(client._bound, client._shell)  # noqa: SLF001  (the same client, asked in another way)

    def _attach(self, caller: AsyncCaller, bound: Bound) -> None:
        self.lists = Lists(caller, bound.backend, self._kept, self._child)
        super()._attach(self.lists, bound)


class Once(AsyncSynergiaApiClient):
    """Asks everything once, and answers the same when it is asked again.

    Args:
        client: the child's own.
    """

    def __init__(self, client: AsyncSynergiaApiClient) -> None:
        bound, self._shell = client._bound, client._shell  # noqa: SLF001  (as above)
        self._attach(_Remembering(bound, self._shell), bound)


class _Remembering(ChildCallerAsync):
    """Remembers its answers; what fails is asked again."""

    def __init__(self, bound: Bound, shell: TaskShell) -> None:
        super().__init__(bound, shell)
        self._answers: dict[Get[Any], Any] = {}

    async def call(self, get: Get[T], /) -> T:
        """Return the answer to a declared read."""
        if get not in self._answers:
            self._answers[get] = await super().call(get)
        return cast("T", self._answers[get])
