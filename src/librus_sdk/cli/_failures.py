"""How a failure is told: on stderr, in the format that was asked for, with nothing on stdout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from ..errors import (
    AUTHENTICATION_FAILED,
    CHILD_NOT_FOUND,
    CHILD_REQUIRED,
    CLI_USAGE_ERROR,
    FEATURE_UNAVAILABLE,
    FILE_EXISTS,
    INTERNAL_ERROR,
    UNSUPPORTED_BACKEND,
    LibrusApiError,
    LibrusConfigurationError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from ..settings import API_V3, GATEWAY_API_20
from ._document import Fields, Section, lay_out, width_of, write
from ._rephrased import rephrased

__all__ = [
    "IdOption",
    "UsageError",
    "chosen_format",
    "describe",
    "in_words_of",
    "internal_error",
    "tell",
    "usage_error",
]


_HELP_OPTIONS: Final = ("--help", "-h")

# What only matters to those who use commands, said after the SDK's own message.
_REFUSED: Final = (
    "The next command sends it again: do not run one before you have checked the password, because Librus "
    "demands a captcha after a few failures."
)
_WHOSE: Final = "To see whose they are, run: librus children list."


class UsageError(LibrusSdkError):
    """The command line was used wrongly."""

    default_code = CLI_USAGE_ERROR


class IdOption(click.Option):
    """An option that names a record.

    Attributes:
        shown_by: the command that shows such ids.
    """

    def __init__(self, *args: Any, shown_by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown_by = shown_by


def in_words_of(context: click.Context, error: LibrusSdkError) -> LibrusSdkError:
    """Return the error as one of the command that was run: with its options, and what it is about."""
    said = (
        _of_file(context, error)
        or _of_id(context, error)
        or _of_module(context, error)
        or _of_backend(context, error)
        or _of_kept_tokens(context, error)
    )
    if said is None:
        return error
    twin = error.replicate()
    twin.message = said
    return twin


def _of_file(context: click.Context, error: LibrusSdkError) -> str | None:
    output = context.params.get("output")
    if not isinstance(output, Path) or not isinstance(error, LibrusConfigurationError):
        return None
    if error.code == FILE_EXISTS:
        return "The file that --output names exists; --force replaces it."
    if "path names" not in error.message:
        return None
    if not os.path.isdir(output.parent):  # noqa: PTH112  (unlike a Path's, it stands every name)
        return "There is no such folder as the one --output names the file in; create it first."
    if os.path.isdir(output) and not os.path.islink(output):  # noqa: PTH112, PTH114
        return "What --output names is a folder; name a file in it."
    return error.message.replace("path names", "--output names")


def _of_id(context: click.Context, error: LibrusSdkError) -> str | None:
    given = (param for param in context.command.params if isinstance(param, IdOption))
    option = next((param for param in given if context.params.get(param.name or "") is not None), None)
    # The portal's addresses hold no ids.
    if option is None or not isinstance(error, LibrusApiError) or "portal" in error.message:
        return None
    if "--" in error.message:
        return None  # the command has said it already
    shown = f"librus {option.shown_by} shows the ids there are."
    if error.status == 404:
        return f"{error.message} {option.opts[0]} names nothing known here; {shown}"
    if error.status == 400:
        return f"Librus did not accept the id that {option.opts[0]} gives (status 400); {shown}"
    return None


def _of_module(context: click.Context, error: LibrusSdkError) -> str | None:
    if error.code != FEATURE_UNAVAILABLE:
        return None
    nothing = f"{context.command_path} has nothing to work with"
    return f"{error.message} Until that changes, {nothing}: ask again another day."


def _of_backend(context: click.Context, error: LibrusSdkError) -> str | None:
    if error.code != UNSUPPORTED_BACKEND:
        return None
    backend = error.details.get("api_backend")
    if backend == GATEWAY_API_20:
        options = ("--child", context.obj.child is not None), ("--all", context.params.get("everybody"))
        option = next((name for name, given in options if given), None)
        if option is not None:
            return f"{option} {_WITH_FAMILY} Such a login has one child: leave {option} out."
    return f"{context.command_path} {_NEEDS[backend]}" if backend in _NEEDS else None


def _of_kept_tokens(context: click.Context, error: LibrusSdkError) -> str | None:
    # A refused password is an error of its own class.
    ended = type(error) is LibrusTerminalAuthenticationError and error.code == AUTHENTICATION_FAILED
    return _ENDED if ended and context.obj.account.way == "kept tokens" else None


_ENDED: Final = (
    "The sign-in that librus login has kept has ended, for example because it was not used for long or the "
    "password was changed. Run librus login again."
)
_WITH_FAMILY: Final = (
    "is for the family account of the Librus portal; in use is a login issued by the school "
    "(LIBRUS_API_BACKEND, LIBRUS_GATEWAY_LOGIN)."
)
_NEEDS: Final[Mapping[object, str]] = {
    API_V3: (
        "needs a login issued by the school; the family account does not have it. Set LIBRUS_GATEWAY_LOGIN "
        "and LIBRUS_GATEWAY_PASSWORD, and LIBRUS_API_BACKEND=gateway_api_20."
    ),
    GATEWAY_API_20: (
        "needs the family account of the Librus portal; the school's login, which is in use, does not "
        "have it. Set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD, and LIBRUS_API_BACKEND=api_v3."
    ),
}


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
        described["details"] = _details(error)
    return {"error": described}


def tell(error: LibrusSdkError, form: str) -> None:
    """Write the error to stderr."""
    if form == "json":
        text = json.dumps(describe(error), indent=2, ensure_ascii=False, default=str) + "\n"
    else:
        pairs = [("code", error.code), ("message", _message(error)), *_labelled(error)]
        text = lay_out([Section("Error", [Fields(pairs)])], width_of(sys.stderr))
    write(text, sys.stderr)


def _message(error: LibrusSdkError) -> str:
    message, advice = rephrased(error.message), _advice(error)
    return f"{message} {advice}" if advice else message


def _details(error: LibrusSdkError) -> Mapping[str, Any]:
    """Return the details; of a hint what the message ends with, which says what comes before in its words."""
    hint = error.details.get("hint")
    if not isinstance(hint, str):
        return error.details
    said, whole = rephrased(error.message), rephrased(hint)
    return {**error.details, "hint": whole if whole in said else whole.partition(". ")[2] or whole}


def _advice(error: LibrusSdkError) -> str | None:
    if error.code in (CHILD_NOT_FOUND, CHILD_REQUIRED) and not error.message.endswith(" none."):
        return _WHOSE
    # No password was sent where kept tokens have ended.
    return _REFUSED if error.code == AUTHENTICATION_FAILED and "librus login" not in error.message else None


def _labelled(error: LibrusSdkError) -> Iterator[tuple[str, str]]:
    # A sentence that the message holds is not told twice.
    message = rephrased(error.message)
    told = {
        key: value
        for key, value in _details(error).items()
        if not (isinstance(value, str) and " " in value and value in message)
    }
    for number, (key, value) in enumerate(told.items()):
        yield ("details" if number == 0 else ""), f"{key}: {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, list):
        words = all(isinstance(item, str) and " " not in item for item in value)
        return (", " if words else "\n").join(map(_shown, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)
