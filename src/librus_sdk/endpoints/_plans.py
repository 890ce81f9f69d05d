"""What takes several reads: written once as a generator of reads, for threads and for asyncio."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast, overload

from ..errors import LibrusSdkError
from ._declare import AsyncCaller, Family, Get, SyncCaller

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


class _Planned(Generic[P, T]):
    """A method of a family that takes several reads."""

    def __init__(self, function: Callable[Concatenate[Any, P], Plan[T]]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        result = str(inspect.signature(function).return_annotation).removeprefix("Plan[").removesuffix("]")
        self._signature = _without_self(function, result)

    @overload
    def __get__(
        self, family: None, owner: type[Any] | None = None
    ) -> Callable[Concatenate[Any, P], Plan[T]]: ...
    @overload
    def __get__(self, family: Family[SyncCaller], owner: type[Any] | None = None) -> Callable[P, T]: ...
    @overload
    def __get__(
        self, family: Family[AsyncCaller], owner: type[Any] | None = None
    ) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, family: Family[Any] | None, owner: type[Any] | None = None) -> Any:
        function = self.function
        if family is None:
            return function
        run = _awaited if family._awaits else _waited  # noqa: SLF001  (the two belong together)

        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            plan = function(family, *args, **kwargs)
            del args, kwargs  # a traceback shows them, and there may be a letter among them
            return run(family._caller, plan)  # noqa: SLF001

        functools.update_wrapper(call, function)
        cast("Any", call).__signature__ = self._signature
        return call


def planned(function: Callable[Concatenate[Any, P], Plan[T]]) -> _Planned[P, T]:
    """Make a method of a :class:`Family` of a generator of reads; see :data:`Plan`."""
    return _Planned(function)


class _Paged(Generic[P, T]):
    """A method of a family that iterates over pages, reading each when it is reached."""

    def __init__(self, function: Callable[Concatenate[Any, P], Callable[[], Plan[Sequence[T]]]]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        self._signature = _without_self(function, "an iterator")

    @overload
    def __get__(self, family: None, owner: type[Any] | None = None) -> _Paged[P, T]: ...
    @overload
    def __get__(
        self, family: Family[SyncCaller], owner: type[Any] | None = None
    ) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(
        self, family: Family[AsyncCaller], owner: type[Any] | None = None
    ) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, family: Family[Any] | None, owner: type[Any] | None = None) -> Any:
        if family is None:
            return self
        function, caller = self.function, family._caller  # noqa: SLF001
        walk = _pages_awaited if family._awaits else _pages  # noqa: SLF001

        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            return walk(caller, function(family, *args, **kwargs))

        functools.update_wrapper(call, function)
        cast("Any", call).__signature__ = self._signature
        return call


def paged(function: Callable[Concatenate[Any, P], Callable[[], Plan[Sequence[T]]]]) -> _Paged[P, T]:
    """Make an iterator over all pages of a function that returns how the next one is read.

    What is read after the last page is empty.
    """
    return _Paged(function)


def _pages(caller: Any, next_page: Callable[[], Plan[Sequence[T]]]) -> Iterator[T]:
    while rows := _waited(caller, next_page()):
        yield from rows


async def _pages_awaited(caller: Any, next_page: Callable[[], Plan[Sequence[T]]]) -> AsyncIterator[T]:
    while rows := await _awaited(caller, next_page()):
        for row in rows:
            yield row


def _without_self(function: Callable[..., Any], result: str) -> inspect.Signature:
    plain = inspect.signature(function)
    return plain.replace(parameters=list(plain.parameters.values())[1:], return_annotation=result)
