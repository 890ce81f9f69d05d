"""What takes several reads: written once as a generator of reads, for threads and for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..errors import LibrusSdkError
from ._declare import Family, Get, Method, inside

__all__ = ["Plan", "paged", "planned"]

T = TypeVar("T")
P = ParamSpec("P")

Plan = Generator[Get[Any], Any, T]
"""Reads one after the other: yields each, is sent its answer (or its error), and returns a result."""


def _waited(caller: Any, plan: Plan[T]) -> T:
    try:
        get = next(plan)
        while True:
            try:
                answer = caller.call(get)
            except LibrusSdkError as error:
                get = plan.throw(error)
            else:
                get = plan.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        plan.close()


async def _awaited(caller: Any, plan: Plan[T]) -> T:
    try:
        get = next(plan)
        while True:
            try:
                answer = await caller.call(get)
            except LibrusSdkError as error:
                get = plan.throw(error)
            else:
                get = plan.send(answer)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        plan.close()


class _Planned(Method[P, T, Coroutine[Any, Any, T], Plan[T]]):
    """A method of a family that takes several reads."""

    def _call(self, family: Family[Any]) -> Callable[..., Any]:
        function, caller = self.function, family._caller  # noqa: SLF001  (the two belong together)
        run = _awaited if family._awaits else _waited  # noqa: SLF001

        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            plan = function(family, *args, **kwargs)
            del args, kwargs  # a traceback shows them, and there may be a letter among them
            return run(caller, plan)

        return call


def planned(function: Callable[Concatenate[Any, P], Plan[T]]) -> _Planned[P, T]:
    """Make a method of a :class:`Family` of a generator of reads; see :data:`Plan`."""
    return _Planned(function, inside(function, "Plan"))


class _Paged(Method[P, Iterator[T], AsyncIterator[T], Callable[[], Plan[Sequence[T]]]]):
    """A method of a family that iterates over pages, reading each when it is reached."""

    def _call(self, family: Family[Any]) -> Callable[..., Any]:
        function, caller = self.function, family._caller  # noqa: SLF001
        walk = _pages_awaited if family._awaits else _pages  # noqa: SLF001
        return lambda *args, **kwargs: walk(caller, function(family, *args, **kwargs))


def paged(function: Callable[Concatenate[Any, P], Callable[[], Plan[Sequence[T]]]]) -> _Paged[P, T]:
    """Make an iterator over all pages of a function that returns how the next one is read.

    What is read after the last page is empty.
    """
    return _Paged(function, "an iterator")


def _pages(caller: Any, next_page: Callable[[], Plan[Sequence[T]]]) -> Iterator[T]:
    while rows := _waited(caller, next_page()):
        yield from rows


async def _pages_awaited(caller: Any, next_page: Callable[[], Plan[Sequence[T]]]) -> AsyncIterator[T]:
    while rows := await _awaited(caller, next_page()):
        for row in rows:
            yield row
