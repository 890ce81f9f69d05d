"""What takes several reads: written once, for callers that wait and callers that await."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, ClassVar

import pytest

from librus_sdk.endpoints import AsyncCaller, Family, Get, Plan, SyncCaller, paged, planned, raw_json
from librus_sdk.endpoints._declare import C
from librus_sdk.errors import LibrusNetworkError, LibrusSdkError

BOOKS: dict[str, Any] = {"a": 1, "b": 2, "Pages/1": [1, 2], "Pages/2": [3], "Pages/3": []}


class Shelf(Family[C]):
    """Books."""

    family: ClassVar[str] = "shelf"

    @planned
    def both(self, first: str, *, second: str = "b") -> Plan[int]:
        """Add two."""
        one = yield Get(first, raw_json())
        other = yield Get(second, raw_json())
        return int(one + other)

    @planned
    def either(self, first: str, second: str) -> Plan[int]:
        """Read the second where the first fails."""
        try:
            return int((yield Get(first, raw_json())))
        except LibrusSdkError:
            return int((yield Get(second, raw_json())))

    @paged
    def every(self) -> Callable[[], Plan[Sequence[int]]]:
        """Iterate over all pages."""
        numbers = count(1)

        def page() -> Plan[Sequence[int]]:
            found: Sequence[int] = yield Get(f"Pages/{next(numbers)}", raw_json())
            return found

        return page


class Waiting:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def call(self, get: Get[Any], /) -> Any:
        self.asked.append(get.path)
        if get.path not in BOOKS:
            raise LibrusNetworkError(f"no {get.path}")
        return BOOKS[get.path]


class Awaiting:
    def __init__(self) -> None:
        self.inner = Waiting()

    async def call(self, get: Get[Any], /) -> Any:
        return self.inner.call(get)


def shelf_of(caller: SyncCaller) -> Shelf[SyncCaller]:
    return Shelf(caller)


def async_shelf_of(caller: AsyncCaller) -> Shelf[AsyncCaller]:
    return Shelf(caller)


def shelf(caller: Any) -> Any:
    """A shelf of either kind of caller; which it is decides what its methods return."""
    return Shelf(caller)


def results(use: Callable[[Any], Any]) -> list[tuple[Any, list[str]]]:
    """What both kinds of callers get, and what each asked."""
    waiting, awaiting = Waiting(), Awaiting()

    async def awaited() -> Any:
        found = use(shelf(awaiting))
        if inspect.isasyncgen(found):
            return [row async for row in found]
        return await found

    found = use(shelf(waiting))
    waited = list(found) if inspect.isgenerator(found) else found
    return [(waited, waiting.asked), (asyncio.run(awaited()), awaiting.inner.asked)]


def test_a_plan_reads_one_after_the_other() -> None:
    assert results(lambda books: books.both("a")) == [(3, ["a", "b"])] * 2


def test_a_plan_may_go_on_after_an_error() -> None:
    assert results(lambda books: books.either("gone", "b")) == [(2, ["gone", "b"])] * 2


def test_an_error_it_does_not_expect_ends_it() -> None:
    with pytest.raises(LibrusNetworkError, match="no gone"):
        shelf_of(Waiting()).both("gone")
    with pytest.raises(LibrusNetworkError, match="no gone"):
        asyncio.run(async_shelf_of(Awaiting()).both("gone"))


def test_pages_are_read_as_they_are_reached_until_one_is_empty() -> None:
    assert results(lambda books: books.every()) == [([1, 2, 3], ["Pages/1", "Pages/2", "Pages/3"])] * 2
    waiting = Waiting()
    rows = shelf_of(waiting).every()
    assert waiting.asked == []
    assert next(rows) == 1
    assert waiting.asked == ["Pages/1"]


def test_help_shows_arguments_result_and_docstring() -> None:
    both, every = shelf_of(Waiting()).both, shelf_of(Waiting()).every
    assert str(inspect.signature(both)) == "(first: 'str', *, second: 'str' = 'b') -> 'int'"
    assert both.__doc__ == "Add two."
    assert inspect.getdoc(every) == "Iterate over all pages."
    assert inspect.getdoc(Shelf.both) == "Add two."


def test_on_the_class_a_plan_is_the_plan_itself() -> None:
    plan = Shelf.both(None, "a")
    assert next(plan).path == "a"
    plan.close()
