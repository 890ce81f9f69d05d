"""Asking before something reaches people, doing it once, and telling what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ...errors import INTERNAL_ERROR, LibrusSdkError
from .._document import Cell, Fields, Section, Sentence, Styled, render, write
from .._failures import UsageError, internal_error

if TYPE_CHECKING:
    from ...models import Delivery
    from .._invocation import Invocation, Reading

__all__ = ["Act", "Told", "body_of", "carry_out", "check_body", "check_can_ask", "outcome"]

# More than Librus takes, so that the SDK says what is too long.
_LONGEST: Final = 20_000


@dataclass(frozen=True)
class Told:
    """The words around one kind of act; the outcomes are a title and a sentence.

    Attributes:
        question: what is asked before.
        accepted: it is done.
        rejected: Librus said no.
        unknown: it may have been done; the sentence says how to find out.
        declined: the user said no.
        nothing: what is added to an error before anything was done.
    """

    question: str
    accepted: tuple[str, str]
    rejected: tuple[str, str]
    unknown: tuple[str, str]
    declined: tuple[str, str]
    nothing: str


@dataclass(frozen=True)
class Act:
    """Something that reaches people.

    Attributes:
        told: its words.
        shown: what is shown before the question.
        pairs: what it is about, told again with the outcome.
        do: does it, once.
    """

    told: Told
    shown: Sequence[Section]
    pairs: Sequence[tuple[str, Cell]]
    do: Callable[[], Awaitable[Delivery]]


# --- before -----------------------------------------------------------------------------------------------


def check_can_ask(yes: bool) -> None:
    """Refuse to go on where nobody can be asked. Raises UsageError."""
    if not (yes or sys.stdin.isatty()):
        raise UsageError("There is no terminal to ask on: --yes does it without asking. Nothing was done.")


def check_body(body: str | None, file: Path | None) -> None:
    """Refuse to go on without a text, or with two. Raises UsageError."""
    if (body is None) == (file is None):
        raise UsageError("Give what the message says: either --body or --body-file. Nothing was done.")


def body_of(body: str | None, file: Path | None) -> str:
    """Return the text to send. Raises UsageError; what the file is called is in no error."""
    if file is None:
        return body or ""
    try:
        text = _read(file)
    except UnicodeDecodeError:
        raise UsageError("What --body-file names is no text in UTF-8.") from None
    except OSError:
        raise UsageError("The file that --body-file names cannot be read.") from None
    # Editors end the last line; the message does not go on there.
    return text.removeprefix("\ufeff").rstrip("\r\n")


def _read(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read(_LONGEST)
    with file.open(encoding="utf-8") as source:
        return source.read(_LONGEST)


# --- the act ----------------------------------------------------------------------------------------------


async def carry_out(reading: Reading, act: Act, yes: bool) -> None:
    """Ask, do it once, and tell what became of it; ends the command with status 1 unless it is done."""
    invocation, told = reading.invocation, act.told
    if not (yes or _is_wanted(act)):
        title, sentence = told.declined
        invocation.report(reading, outcome("declined"), [Section(title, [Sentence(sentence)])])
        raise click.exceptions.Exit(1)
    delivery = await _done(invocation, act)
    titles = {"accepted": told.accepted, "rejected": told.rejected, "unknown": told.unknown}
    title, sentence = titles[delivery.outcome]
    said = Fields([*act.pairs, *_reasons(delivery)])
    accepted = delivery.outcome == "accepted"
    heading = title if accepted else Styled(title, "bad")
    data = outcome(delivery.outcome, delivery.message_id, delivery.reason, delivery.status)
    invocation.report(reading, data, [Section(heading, [said, Sentence(sentence)])])
    if not accepted:
        raise click.exceptions.Exit(1)


def outcome(
    word: str, message_id: str | None = None, reason: str | None = None, status: int | None = None
) -> dict[str, object]:
    """Return what became of an act, as JSON tells it."""
    return {"outcome": word, "messageId": message_id, "reason": reason, "status": status}


async def _done(invocation: Invocation, act: Act) -> Delivery:
    try:
        return await act.do()
    except asyncio.CancelledError:
        # Ctrl-C, when it may be under way.
        invocation.note(". ".join(act.told.unknown))
        raise
    except LibrusSdkError as error:
        told = error.replicate()
    except Exception as error:  # noqa: BLE001  (as where a run ends: its text may hold what was to be sent)
        told = internal_error(error)
    # Librus's refusals come before anything is done; a mistake of ours may come after it was.
    then = ". ".join(act.told.unknown) if told.code == INTERNAL_ERROR else act.told.nothing
    told.message = f"{told.message} {then}".strip()
    raise told


_REASONS: Final = {
    "DUPLICATED_RECEIVERS": "somebody is among the receivers twice",
    "THE_RECEIVER_CANNOT_RECEIVE_A_NOTE_COPY": "one of the receivers cannot get a copy",
    "timeout": "no answer came in time",
    "network": "the connection broke before an answer came",
    "too_large": "the answer was too large to be one",
}


def _reasons(delivery: Delivery) -> list[tuple[str, Cell]]:
    pairs: list[tuple[str, Cell]] = []
    if delivery.message_id:
        pairs.append(("id", delivery.message_id))
    if delivery.outcome == "accepted":
        return pairs
    if delivery.reason:
        pairs.append(("why", _REASONS.get(delivery.reason, delivery.reason)))
    if delivery.status is not None:
        pairs.append(("status", str(delivery.status)))
    return pairs


def _is_wanted(act: Act) -> bool:
    write(render(act.shown, sys.stderr) + "\n", sys.stderr)
    with _interruptible():
        return click.confirm(act.told.question, default=False, err=True)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the question: the event loop would only note it down, and wait on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
