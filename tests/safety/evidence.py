"""Everything the SDK lets out, put down by channel, and a search for secrets in it.

A *channel* is a way a text gets to where somebody may read it: a log line, a message, a pickle, a list of
variables in a crash report.  :class:`Evidence` fills the channels, :class:`Needles` searches them.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import pickle
import traceback
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final
from urllib.parse import quote, quote_plus

import msgspec

import librus_sdk
from librus_sdk import Environment, Event, Rejected, Rows, Secret, to_logger
from librus_sdk.core.http import Request, Response
from librus_sdk.endpoints import Get
from librus_sdk.models import Prepared
from librus_sdk.models.download import Download
from librus_sdk.models.rows import Record

__all__ = ["Evidence", "Needles"]

PACKAGE: Final = Path(librus_sdk.__file__).parent
SIMULATOR: Final = PACKAGE / "simulator"
DEPTH: Final = 9
# What must hold secrets to do its work. It is not opened: how it shows itself counts, and what pickles it.
SEALED: Final = (Secret, Request, Response, CookieJar, Environment, Get)


class Needles:
    """Texts that must not be found, in every spelling they may be found in."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._spellings = {spelling: text for text in texts for spelling in _spellings(text)}

    def found_in(self, text: str) -> set[str]:
        return {needle for spelling, needle in self._spellings.items() if spelling in text}


def _spellings(text: str) -> set[str]:
    data = text.encode()
    spelled = {
        text,
        quote(text, safe=""),
        quote_plus(text),
        json.dumps(text)[1:-1],
        repr(text)[1:-1],
        data.hex(),
    }
    spelled |= {quote(text, safe="/"), text.encode().decode("latin-1"), repr(data)[2:-1]}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # Inside a longer text the letters depend on where it starts; the first and the last few on what
            # stands around it.
            inner = encode(b"\0" * shift + data).decode().rstrip("=")
            spelled.add(inner[(0, 2, 3)[shift] : len(inner) - 1])
    return spelled


class Evidence:
    """What was seen, by channel."""

    def __init__(self) -> None:
        self.texts: defaultdict[str, list[str]] = defaultdict(list)
        self.events: list[Event] = []

    def add(self, channel: str, *texts: str) -> None:
        self.texts[channel] += texts

    def leaks(self, needles: Needles) -> dict[str, set[str]]:
        """The channels in which something was found, and what."""
        found = {channel: needles.found_in("\n".join(texts)) for channel, texts in self.texts.items()}
        return {channel: what for channel, what in found.items() if what}

    # --- while it happens --------------------------------------------------------------------------------

    def hook(self, event: Event) -> None:
        self.events.append(event)
        self.add("events", repr(event), str(event), *map(str, event.fields.values()), repr(event.fields))
        to_logger(logging.getLogger("a.program"))(event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take down every log record at DEBUG, whoever wrote it, and every warning."""
        handler = _Records(self)
        root = logging.getLogger()
        level = root.level
        quiet = [
            (logger, logger.level, logger.disabled)
            for name in ("httpx2", "httpcore2", "asyncio", "h11", "anyio", "librus_sdk")
            for logger in [logging.getLogger(name)]
        ]
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        for logger, _, _ in quiet:
            logger.setLevel(logging.DEBUG)
            logger.disabled = False
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                yield
            for warning in caught:
                self.add("warnings", str(warning.message), repr(warning.message), str(warning))
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
            for logger, old, disabled in quiet:
                logger.setLevel(old)
                logger.disabled = disabled

    # --- afterwards --------------------------------------------------------------------------------------

    def take_error(self, error: BaseException) -> None:
        """The error and everything that can be reached from it."""
        for item in _reachable(error):
            self.add("message", str(item), repr(item), f"{item}", format(item), *map(repr, item.args))
            self.add("details", repr(getattr(item, "details", None)))
            self.add("attributes", repr(vars(item)))
            self.add("notes", *getattr(item, "__notes__", ()))
            self._take_traceback(item)
            self._take_pickle(item)
        self.add("printed", "".join(traceback.format_exception(error)))

    def _take_traceback(self, error: BaseException) -> None:
        frames = [frame for frame in _frames(error.__traceback__) if _is_ours(frame[0])]
        summary = traceback.StackSummary.extract(iter(frames), capture_locals=True)
        self.add("frames", "".join(summary.format()))
        for frame, _line in frames:
            for name, value in frame.f_locals.items():
                self.add("frames", *_reprs(value, f"{frame.f_code.co_name}.{name}"))

    def _take_pickle(self, value: object) -> None:
        for protocol in (0, pickle.HIGHEST_PROTOCOL):
            try:
                data = pickle.dumps(value, protocol)
            except Exception as error:  # noqa: BLE001  (refusing is the other right answer)
                self.add("pickle", str(error), repr(error))
            else:
                self.add("pickle", data.decode("latin-1"), repr(data), data.decode("utf-8", "replace"))

    def take_object(self, value: object) -> None:
        """A thing a program holds: how it shows itself, what it consists of, what writes it to a file."""
        self.add("objects", repr(value), str(value), f"{value}", format(value))
        self.add("objects", *_reprs(value, type(value).__name__))
        if not isinstance(value, Rows | Record | Rejected) or _holds_a_token(value):
            self._take_pickle(value)
            for encode in (msgspec.json.encode, msgspec.msgpack.encode):
                try:
                    data: bytes = encode(value)
                except Exception as error:  # noqa: BLE001
                    self.add("encoded", str(error), repr(error))
                else:
                    self.add("encoded", data.decode("latin-1"), data.decode("utf-8", "replace"))


class _Records(logging.Handler):
    def __init__(self, evidence: Evidence) -> None:
        super().__init__(logging.NOTSET)
        self._evidence = evidence

    def emit(self, record: logging.LogRecord) -> None:
        self._evidence.add("logs", record.getMessage(), repr(record.args), repr(vars(record)))
        self._evidence.add("logs", *_reprs(record.args, "args"))
        self._evidence.add("loggers", record.name)


# --- what belongs to an error ------------------------------------------------------------------------------


def _reachable(error: BaseException) -> list[BaseException]:
    """The error, its causes and contexts (suppressed ones too), and members of groups."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        current = todo.pop()
        if current is None or any(current is known for known in found):
            continue
        found.append(current)
        todo += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            todo += current.exceptions
    return found


def _frames(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    return list(traceback.walk_tb(trace))


def _is_ours(frame: FrameType) -> bool:
    file = Path(frame.f_code.co_filename)
    return file.is_relative_to(PACKAGE) and not file.is_relative_to(SIMULATOR)


# --- what a crash reporter would print ---------------------------------------------------------------------


def _holds_a_token(value: object) -> bool:
    return any(isinstance(item, Secret) for _, item in _walk(value, "", DEPTH, models=True))


def _reprs(value: object, name: str) -> list[str]:
    shown = []
    for path, item in _walk(value, name, DEPTH):
        shown.append(f"{path} = {_safe_repr(item)}")
    return shown


def _safe_repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001
        return f"<no repr: {type(error).__name__}>"


def _walk(value: object, path: str, depth: int, *, models: bool = False) -> Iterator[tuple[str, object]]:
    """The value and what it consists of: members of containers, attributes of the SDK's own objects.

    Models are not opened unless asked for: their attributes are there to be read. Their repr counts.
    """
    seen: set[int] = set()
    todo = [(path, value, depth)]
    while todo:
        path, item, left = todo.pop()
        yield path, item
        if left == 0 or id(item) in seen:
            continue
        seen.add(id(item))
        todo += [(f"{path}{step}", inner, left - 1) for step, inner in _parts(item, models=models)]


def _parts(item: object, *, models: bool) -> list[tuple[str, Any]]:
    if isinstance(item, Mapping):
        return [(f"[{key!r}]", value) for key, value in item.items()]
    if isinstance(item, SEALED) or (isinstance(item, Download | Prepared) and not models):
        return []
    if isinstance(item, Rows | Record | Rejected):
        if not models:
            return []
        if isinstance(item, Rows):
            return [("[]", row) for row in item]
        return [(f".{name}", getattr(item, name)) for name in item.__struct_fields__]
    if isinstance(item, list | tuple | set | frozenset):
        return [(f"[{place}]", value) for place, value in enumerate(item)]
    if isinstance(item, functools.partial):
        return [(".func", item.func), (".args", item.args), (".keywords", item.keywords)]
    if (owner := getattr(item, "__self__", None)) is not None:
        return [(".__self__", owner)]
    module = type(item).__module__
    if not module.startswith("librus_sdk.") or module.startswith("librus_sdk.simulator"):
        return []
    names = {name for kind in type(item).__mro__ for name in getattr(kind, "__slots__", ())}
    names |= set(getattr(item, "__dict__", {}))
    names -= {"__weakref__", "__dict__"}
    parts: list[tuple[str, Any]] = []
    for name in sorted(names):
        try:
            parts.append((f".{name}", object.__getattribute__(item, name)))
        except AttributeError:
            continue
    return [*parts]
