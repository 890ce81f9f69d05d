"""How a remote operation is declared: once, for threads and for asyncio.

A method of a :class:`Family` says what to ask: it returns a :class:`Get` and does nothing else.
``@endpoint`` turns it into a call. On a family that belongs to a :class:`SyncCaller` the call returns the
answer; on one that belongs to an :class:`AsyncCaller` it is a coroutine function. Type checkers see both.

Because a declaration is a pure function of its arguments, :func:`catalogue` learns paths and parameters by
calling it with placeholders: nothing is written down twice.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import (
    Any,
    ClassVar,
    Concatenate,
    Final,
    Generic,
    Literal,
    ParamSpec,
    Protocol,
    TypeVar,
    cast,
    overload,
)
from urllib.parse import unquote

from ..core.http import segment
from ..errors import LibrusConfigurationError
from ..models._fields import read_date
from ..secret import Secret, is_text
from ..settings import API_V3, GATEWAY_API_20, ApiBackend
from ._shapes import Decode

__all__ = [
    "AsyncCaller",
    "Family",
    "Get",
    "Method",
    "Operation",
    "Place",
    "Send",
    "SyncCaller",
    "catalogue",
    "day",
    "endpoint",
    "from_one",
    "id_segment",
    "id_text",
    "inside",
    "optional_id",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = ParamSpec("P")


Place = Literal["school", "kindergarten", "website", "messages", "bff"]
"""Which part of Librus is asked: the register, the kindergartens' part of it, files of the register's
website, the messages, the phone application's own back end. A client has a door to some of them; see
``clients/doors.py``."""

BOTH: Final[frozenset[ApiBackend]] = frozenset({API_V3, GATEWAY_API_20})


@dataclass(frozen=True, slots=True)
class Get(Generic[T_co]):
    """A read: where, with which parameters, and how the answer decodes.

    Attributes:
        path: below the base of its place, without a leading slash; ids in it are encoded. May hold an id, so
            it is not in the repr.
        decode: see :data:`~librus_sdk.endpoints._shapes.Decode`.
        query: parameters in sending order; None is dropped.
        place: which part of Librus is asked.
        on_gateway: how the answer decodes on the gateway, where it has another shape there.
        backends: where this read exists; elsewhere it is an error and nothing is sent.
        body: a JSON document that is sent: the read is a POST then.
    """

    path: str = field(repr=False)
    decode: Decode[T_co] = field(repr=False)
    query: Mapping[str, object] = field(default_factory=dict, repr=False, hash=False)
    place: Place = "school"
    on_gateway: Decode[T_co] | None = field(default=None, repr=False)
    backends: frozenset[ApiBackend] = BOTH
    body: Any = field(default=None, repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class Send(Get[T_co]):
    """Something that changes what Librus keeps. It is sent once and never again by itself.

    Attributes:
        method: how; ``body`` is sent along where there is one.
        harmless: nobody sees it, and twice is as good as once; then it is sent again, once, after its
            credential was refused at the door.
    """

    method: Literal["POST", "PUT", "DELETE"] = "POST"
    harmless: bool = False


class SyncCaller(Protocol):
    """What runs a read and waits for it."""

    def call(self, get: Get[T], /) -> T:
        """Return the decoded answer."""
        ...


class AsyncCaller(Protocol):
    """What runs a read on asyncio."""

    async def call(self, get: Get[T], /) -> T:
        """Return the decoded answer."""
        ...


C = TypeVar("C", bound=SyncCaller | AsyncCaller)


class Family(Generic[C]):
    """Operations that belong together; an attribute of a client.

    Attributes:
        family: what the catalogue calls it: the attribute's name, where a client has one family there only.
    """

    family: ClassVar[str] = ""

    def __init__(self, caller: C) -> None:
        self._caller = caller
        self._awaits = inspect.iscoroutinefunction(caller.call)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared operation, for documents, routers and command lines.

    Attributes:
        operation_id: the name Librus's own description gives it.
        family: the client's attribute; ``name`` is the method on it.
        path: the template, e.g. ``Subjects/{subjectId}``.
        query: the names of its parameters, in sending order.
        doc: the method's docstring.
        get: what is declared for placeholders: ids that name themselves, and a Monday.
        least: the same, without the arguments that can be left out.
    """

    operation_id: str
    tag: str
    family: str
    name: str
    path: str
    query: tuple[str, ...]
    doc: str
    get: Get[Any] = field(repr=False)
    least: Get[Any] = field(repr=False)


_declared: Final[dict[str, _Endpoint[..., Any]]] = {}


def endpoint(
    operation_id: str, *, tag: str
) -> Callable[[Callable[Concatenate[Any, P], Get[T]]], _Endpoint[P, T]]:
    """Declare an operation: decorates a method of a :class:`Family` that returns a :class:`Get`.

    Raises:
        TypeError: an operation of this name is declared already.
    """

    def declare(function: Callable[Concatenate[Any, P], Get[T]]) -> _Endpoint[P, T]:
        declared = _Endpoint(operation_id, tag, function)
        if operation_id in _declared:
            raise TypeError(f"the operation {operation_id} is declared twice")
        _declared[operation_id] = declared
        return declared

    return declare


Waited = TypeVar("Waited")
Awaited = TypeVar("Awaited")
Declared = TypeVar("Declared")


class Method(Generic[P, Waited, Awaited, Declared]):
    """What is declared, as a method of a family: a call on a family, the declaration itself on the class.

    Args:
        function: declares; ``Grades.list(family)`` calls it and asks nobody.
        result: what a call returns, as its signature says it.
    """

    def __init__(self, function: Callable[Concatenate[Any, P], Declared], result: str) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        shown = inspect.signature(function).replace(return_annotation=result)
        self._bound_signature = shown.replace(parameters=list(shown.parameters.values())[1:])
        self._annotations = {**function.__annotations__, "return": result}
        # For ``help(client.grades)``: a reader wants to know what a call returns.
        cast("Any", function).__signature__ = shown

    @overload
    def __get__(
        self, family: None, owner: type[Any] | None = None
    ) -> Callable[Concatenate[Any, P], Declared]: ...
    @overload
    def __get__(self, family: Family[SyncCaller], owner: type[Any] | None = None) -> Callable[P, Waited]: ...
    @overload
    def __get__(
        self, family: Family[AsyncCaller], owner: type[Any] | None = None
    ) -> Callable[P, Awaited]: ...
    def __get__(self, family: Family[Any] | None, owner: type[Any] | None = None) -> Any:
        if family is None:
            return self.function
        call: Any = self._call(family)
        functools.update_wrapper(call, self.function)
        call.__annotations__ = self._annotations
        call.__signature__ = self._bound_signature
        return call

    def _call(self, family: Family[Any]) -> Callable[..., Any]:
        """Return what runs the declaration with the family's caller."""
        raise NotImplementedError


def inside(function: Callable[..., Any], generic: str) -> str:
    """Return what stands inside the generic a function is annotated to return."""
    returned = str(inspect.signature(function).return_annotation)
    return returned.removeprefix(f"{generic}[").removesuffix("]")


class _Endpoint(Method[P, T, Coroutine[Any, Any, T], Get[T]]):
    """A declared operation, as an attribute of its family's class."""

    def __init__(self, operation_id: str, tag: str, function: Callable[Concatenate[Any, P], Get[T]]) -> None:
        super().__init__(function, inside(function, "Get"))
        self.operation_id = operation_id
        self.tag = tag
        self._owner: type[Family[Any]] = Family

    def __set_name__(self, owner: type[Family[Any]], name: str) -> None:
        self._owner = owner

    def _call(self, family: Family[Any]) -> Callable[..., Any]:
        function, caller = self.function, family._caller  # noqa: SLF001  (the two belong together)

        async def awaited(*args: P.args, **kwargs: P.kwargs) -> T:
            return cast("T", await caller.call(function(family, *args, **kwargs)))

        def waited(*args: P.args, **kwargs: P.kwargs) -> T:
            return cast("T", caller.call(function(family, *args, **kwargs)))

        return awaited if family._awaits else waited  # noqa: SLF001

    def operation(self) -> Operation:
        """Describe the operation by what it declares for placeholders."""
        function = self.function
        parameters = self._bound_signature.parameters
        given = {name: _placeholder(name, parameter) for name, parameter in parameters.items()}
        needed = {name: given[name] for name, its in parameters.items() if its.default is its.empty}
        declare = cast("Any", function)
        get = declare(None, **given)
        return Operation(
            operation_id=self.operation_id,
            tag=self.tag,
            family=self._owner.family,
            name=function.__name__,
            path=unquote(get.path),
            query=tuple(get.query),
            doc=inspect.cleandoc(function.__doc__ or ""),
            get=get,
            least=declare(None, **needed),
        )


def _placeholder(name: str, parameter: inspect.Parameter) -> object:
    """Return an argument that names itself: ``{subjectId}``; where a date is wanted, a Monday.

    What is one of a few words, a switch or a number, as its default shows, stays what it is when it is left
    out.
    """
    if isinstance(parameter.default, str | int):
        return parameter.default
    if "date" in str(parameter.annotation):
        return "2026-09-14"
    first, *others = name.split("_")
    return "{" + first + "".join(other.capitalize() for other in others) + "}"


def catalogue() -> tuple[Operation, ...]:
    """Return all declared operations, sorted by family and name."""
    found = (declared.operation() for declared in _declared.values())
    return tuple(sorted(found, key=lambda operation: (operation.family, operation.name)))


# --- arguments --------------------------------------------------------------------------------------------


_LONGEST: Final = 1_000


def id_text(value: object, name: str) -> str:
    """Return an id as text.

    Raises:
        LibrusConfigurationError: it is empty, no id, too long for one, or would lead to another path.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        value = ""
    # Of a number the bits are counted: Python refuses to write one down that has thousands of digits.
    if (value.bit_length() if isinstance(value, int) else len(value)) > _LONGEST:
        raise LibrusConfigurationError(f"{name} must be an id; no id is that long.")
    text = str(value)
    if not text.strip():
        raise LibrusConfigurationError(f"{name} must be an id: a text that is not empty, or a number.")
    if not is_text(Secret(text)):
        raise LibrusConfigurationError(f"{name} must be an id; this one holds characters that are no text.")
    # Dots are not encoded, and on its way a path with these is shortened.
    if text in {".", ".."}:
        raise LibrusConfigurationError(f"{name} must be an id; dots alone are none.")
    return text


def id_segment(value: str | int, name: str) -> str:
    """Return an id as one encoded segment of a path.

    Raises:
        LibrusConfigurationError: it is empty, no id, too long for one, or would lead to another path.
    """
    return segment(id_text(value, name))


def optional_id(value: str | int | None, name: str) -> str | None:
    """Return an id for a query; None stays None. Raises LibrusConfigurationError for what is no id."""
    return None if value is None else id_text(value, name)


def from_one(value: int, name: str) -> int:
    """Return a number of a page, or of rows on one.

    Raises:
        LibrusConfigurationError: it is no whole number from 1.
    """
    if type(value) is not int or value < 1:
        raise LibrusConfigurationError(f"{name} must be a whole number from 1.")
    return value


def day(value: date | str, name: str, *, monday: bool = False) -> str:
    """Return a day as Librus wants it, ``YYYY-MM-DD``.

    Raises:
        LibrusConfigurationError: it is no such day, or a Monday is wanted and it is none.
    """
    found: date | None = None
    if isinstance(value, str):
        found = read_date(value)
    elif isinstance(value, date):
        # A datetime is a date, too: its day is taken as it stands, whatever its zone.
        found = date(value.year, value.month, value.day)
    wanted = "a Monday, YYYY-MM-DD" if monday else "a day, YYYY-MM-DD"
    if found is None:
        raise LibrusConfigurationError(f"{name} must be {wanted} (or a date object).")
    if monday and found.weekday() != 0:
        start = found - timedelta(days=found.weekday())
        raise LibrusConfigurationError(
            f"{name} must be {wanted}: the school week starts on Monday. That week's is {start.isoformat()}."
        )
    return found.isoformat()
