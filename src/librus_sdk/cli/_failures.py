"""How a failure is told: on stderr, in the format that was asked for, with nothing on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click

from ..errors import (
    AUTHENTICATION_FAILED,
    CHILD_NOT_FOUND,
    CLI_USAGE_ERROR,
    FILE_EXISTS,
    INTERNAL_ERROR,
    LibrusSdkError,
)
from ._document import Fields, Section, lay_out, width_of, write

__all__ = ["UsageError", "chosen_format", "describe", "internal_error", "tell", "usage_error"]


_HELP_OPTIONS: Final = ("--help", "-h")

# What only matters to those who use commands, said after the SDK's own message.
_ADVICE: Final[Mapping[str, str]] = {
    AUTHENTICATION_FAILED: (
        "Every run of a command signs in anew: do not repeat it before you have checked the password, "
        "because Librus demands a captcha after a few failures."
    ),
    CHILD_NOT_FOUND: "To see whose they are, run: librus children list.",
    FILE_EXISTS: "On the command line: --output names the file, and --force replaces it.",
}


class UsageError(LibrusSdkError):
    """The command line was used wrongly."""

    default_code = CLI_USAGE_ERROR


def chosen_format(argv: Sequence[str]) -> str:
    """Return the format the arguments ask for, readable or not: the last ``--format`` counts."""
    chosen = "text"
    for number, argument in enumerate(argv):
        if argument == "--":
            break
        if argument == "--format":
            chosen = argv[number + 1] if number + 1 < len(argv) else "text"
        elif argument.startswith("--format="):
            chosen = argument.removeprefix("--format=")
    return chosen if chosen == "json" else "text"


def usage_error(error: click.ClickException) -> UsageError:
    """Return click's complaint as one of our errors, with the command whose help to ask for."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "librus"
    return UsageError(f"{_complaint(error)} See {command} --help.")


def _complaint(error: click.ClickException) -> str:
    """Return what click says, as whole sentences; its guesses without the help, which is named anyway."""
    possible: Sequence[str] | None = getattr(error, "possibilities", None)
    said = error.message if possible else error.format_message()
    if not said.endswith((".", "?", "!")):
        said += "."
    guesses = [repr(name) for name in sorted(possible or ()) if name not in _HELP_OPTIONS]
    return f"{said} Did you mean {' or '.join(guesses)}?" if guesses else said


def internal_error(error: BaseException) -> LibrusSdkError:
    """Return the error for what should not have happened. The exception's own text may hold secrets."""
    return LibrusSdkError(
        f"Something unexpected happened ({type(error).__name__}). This is a mistake in librus-sdk: please "
        "report it with the command you ran.",
        code=INTERNAL_ERROR,
    )


def describe(error: LibrusSdkError) -> dict[str, Any]:
    """Return the error as the JSON output shows it."""
    described: dict[str, Any] = {"code": error.code, "message": _message(error)}
    if error.details:
        described["details"] = error.details
    return {"error": described}


def tell(error: LibrusSdkError, form: str) -> None:
    """Write the error to stderr."""
    if form == "json":
        text = json.dumps(describe(error), indent=2, ensure_ascii=False, default=str) + "\n"
    else:
        pairs = [("code", error.code), ("message", _message(error)), *_labelled(error.details)]
        text = lay_out([Section("Error", [Fields(pairs)])], width_of(sys.stderr))
    write(text, sys.stderr)


def _message(error: LibrusSdkError) -> str:
    advice = _ADVICE.get(error.code)
    return f"{error.message} {advice}" if advice else error.message


def _labelled(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, (key, value) in enumerate(details.items()):
        listed = value if isinstance(value, list) else [value]
        shown = "\n".join(_shown(item) for item in listed)
        yield ("details" if number == 0 else ""), f"{key}: {shown}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)
