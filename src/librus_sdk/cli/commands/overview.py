"""``librus overview``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...errors import LibrusSdkError
from .._days import today
from .._document import Section, Sentence
from .._failures import UsageError
from .._invocation import Invocation, Reading
from .._options import DAY, Leaf, child_command
from .._overview import LISTS_OF_NAMES, asked, sections
from .._rephrased import rephrased

if TYPE_CHECKING:
    from datetime import date

    from ...clients.api import AsyncSynergiaApiClient
    from ...endpoints import Get
    from ...session import AsyncLibrusSession
    from .._overview import Found

__all__ = ["command"]

T = TypeVar("T")


@click.command("overview", cls=Leaf)
@click.option(
    "--all", "everybody", is_flag=True, help='All children, one after the other; as JSON {"children": [...]}.'
)
@click.option("--day", type=DAY, default=None, help="As if it were this day; without it, today.")
@child_command("the data part by part, each as Librus sent it, or why it could not be read.")
def command(invocation: Invocation, everybody: bool, day: date | None) -> None:
    """Show what matters today: lessons of today and of the next school day, what is new, what is coming."""
    if everybody and invocation.child is not None:
        raise UsageError("--all shows all children; leave out --child, or leave out --all.")
    # One day for everything that is asked and told, though midnight may pass in between.
    looked_at = day or today()
    if not everybody:
        invocation.run_for_child(lambda reading: _one(invocation, reading, looked_at))
        return
    invocation.run(lambda session: _all(invocation, session, looked_at))


async def _one(invocation: Invocation, reading: Reading, day: date) -> None:
    if invocation.form == "json":
        invocation.dump(_payload(reading, await _read(reading, reading.client, day)))
    else:
        invocation.show(await reading.told(lambda again: _text(again, day)))


async def _text(reading: Reading, day: date) -> Sequence[Section]:
    return sections(reading, await _read(reading, reading.tables, day), day)


async def _all(invocation: Invocation, session: AsyncLibrusSession, day: date) -> None:
    import asyncio

    children = await session.list_children()
    readings = [await invocation.reading(session, child) for child in children]
    if invocation.form == "json":
        read = await asyncio.gather(*(_tried(_read(each, each.client, day)) for each in readings))
        _raise_if_all_failed(read)
        invocation.dump({"children": [_payload(*each) for each in zip(readings, read, strict=True)]})
        return
    told = await asyncio.gather(*(_tried(each.told(lambda again: _text(again, day))) for each in readings))
    _raise_if_all_failed(told)
    shown: list[Section] = []
    for reading, result in zip(readings, told, strict=True):
        if isinstance(result, LibrusSdkError):
            shown.append(Section(reading.title("Overview"), [Sentence(rephrased(result.message))]))
        else:
            shown += result
    invocation.show(shown or [Section("Overview", [Sentence("No child is linked to this account.")])])


async def _tried(reading: Awaitable[T]) -> T | LibrusSdkError:
    """Return what was read of one child; the others are not to suffer from its failure."""
    try:
        return await reading
    except LibrusSdkError as error:
        return error


def _raise_if_all_failed(results: Sequence[object]) -> None:
    errors = [result for result in results if isinstance(result, LibrusSdkError)]
    if errors and len(errors) == len(results):
        raise errors[0]


async def _read(reading: Reading, tables: AsyncSynergiaApiClient, day: date) -> Mapping[str, Found]:
    """Read everything of the overview at once.

    Raises:
        LibrusSdkError: nothing at all can be read; what names stand for may be known from before.
    """
    import asyncio

    raw = reading.invocation.form == "json"
    parts = asked(reading.client, tables, day)
    results = await asyncio.gather(*(_section(reading, name, *part, raw) for name, part in parts.items()))
    failed = {result.name: result.error for result in results if result.error is not None}
    if failed.keys() >= parts.keys() - LISTS_OF_NAMES:
        raise next(iter(failed.values()))
    return {result.name: result for result in results}


async def _section(
    reading: Reading, name: str, get: Get[Any], read: Callable[[], Awaitable[Any]], raw: bool
) -> Found:
    from ...clients.snapshot import Section as Read
    from ...clients.snapshot import failed_section

    try:
        value = await (reading.client.as_sent(get) if raw else read())
    except LibrusSdkError as error:
        return failed_section(name, error)
    return Read(name, "ok", value)


def _payload(reading: Reading, found: Mapping[str, Found] | LibrusSdkError) -> dict[str, Any]:
    if isinstance(found, LibrusSdkError):
        whose = reading.payload(None)
        del whose["data"]
        return {**whose, "error": _error(found)}
    return reading.payload({name: _part(section) for name, section in found.items()})


def _part(section: Found) -> dict[str, Any]:
    if section.error is not None:
        return {"state": section.state, "error": _error(section.error)}
    return {"state": section.state, "data": section.value}


def _error(error: LibrusSdkError) -> dict[str, str]:
    return {"code": error.code, "message": rephrased(error.message)}
