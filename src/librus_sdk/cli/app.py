"""The root command, and the one place where a run ends: with an exit status and, on failure, an error."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from .._version import __version__
from ..errors import LibrusDeprecationWarning, LibrusSchemaWarning, LibrusSdkError, LibrusStoreWarning
from ._failures import chosen_format, internal_error, tell, usage_error
from ._invocation import Invocation
from ._options import ANYWHERE, Group
from .commands.completion import VARIABLE, answer

__all__ = ["run"]

_HOMES: Final = {
    "demo": ("demo", "Show the SDK at work against an invented Librus on this machine; no account needed."),
    "simulator": (
        "simulator",
        "Run a local Librus with an invented family until Ctrl-C; it says how to point a shell at it.",
    ),
    "overview": (
        "overview",
        "Show what matters today: lessons of today and of the next school day, what is new, what is coming.",
    ),
    "children": ("children", "The children linked to the family account."),
    "me": ("me", "Show who is signed in, and for which student."),
    "grades": ("grades", "Grades (oceny) of every kind, averages, and what grades are given for."),
    "attendance": ("attendance", "Absences, late arrivals, presences (frekwencja)."),
    "justifications": (
        "justifications",
        "Excuses for absences (usprawiedliwienia), parent-teacher conferences, the server's clock.",
    ),
    "timetable": ("timetable", "Lessons of a week or a day (plan lekcji), with substitutions; free days."),
    "lessons": ("lessons", "What is taught by whom, what is planned, what was held."),
    "homework": (
        "homework",
        "The agenda (terminarz: tests, quizzes, trips, meetings), and homework (zadania domowe).",
    ),
    "messages": ("messages", "Messages (wiadomości), with the paid subscription or without; sending them."),
    "announcements": ("announcements", "The school's announcements (ogłoszenia)."),
    "notes": ("notes", "What teachers noted about behaviour (uwagi), praise (pochwały) included."),
    "lucky-number": ("lucky_number", "The lucky number (szczęśliwy numerek)."),
    "school": ("school", "The school, the class, rooms, subjects and people."),
    "notifications": ("notifications", "The notification centre, and what is pushed to phones."),
    "changes": ("changes", "What Librus says has changed: for programs, and a hint only."),
    "auth": ("auth", "How commands sign in, and what is kept of it; photos; what the access token may read."),
    "login": (
        "login",
        "Sign in with the family account and stay signed in, so that commands need no password.",
    ),
    "logout": ("logout", "Remove what is kept of the sign-in; Librus itself is not told."),
    "openapi": (
        "openapi",
        "Print the OpenAPI document of what this version can read of a child; nothing is asked of Librus.",
    ),
    "completion": ("completion", "Scripts that make a shell complete the commands and options of librus."),
}

_EPILOG: Final = """The family account is read from LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD, in the
environment or in a file .env in the current folder, or librus login keeps it signed in. A login issued by the
school is read from LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD. LIBRUS_CHILD is the child to show when
--child is not given; with one linked child neither is needed. The sign-in, never the password, is kept for
the next command: librus auth status shows where, LIBRUS_STORE can name another folder, --no-store keeps
nothing. Failures go to stderr and end with status 1."""

root = Group(
    "librus",
    homes=_HOMES,
    help="Read a family's school register at Librus Synergia.",
    epilog=_EPILOG,
)
click.version_option(__version__, prog_name="librus", message="%(prog)s %(version)s")(root)


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit status."""
    form = chosen_format(argv)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusSchemaWarning)  # the commands say it in their own words
        warnings.simplefilter("always", LibrusDeprecationWarning)
        warnings.simplefilter("always", LibrusStoreWarning)
        warnings.showwarning = _notes()
        try:
            return _run(list(argv))
        except click.exceptions.Exit as ending:
            return 1 if ending.exit_code else 0
        except (KeyboardInterrupt, click.Abort):
            with contextlib.suppress(OSError):
                sys.stderr.write("Interrupted.\n")
            return 130
        except BrokenPipeError:
            return _reader_gone()
        except click.ClickException as error:
            failure: LibrusSdkError = usage_error(error)
        except LibrusSdkError as error:
            failure = error
        except Exception as error:  # noqa: BLE001  (the last line of defence against a traceback with secrets)
            failure = internal_error(error)
        try:
            tell(failure, form)
        except BrokenPipeError:
            return _reader_gone()
        return 1


def _run(argv: list[str]) -> int:
    question = os.environ.get(VARIABLE)
    if question:
        return answer(root, question, Invocation())
    if all(argument in ANYWHERE for argument in argv):
        argv = ["--help"]
    with root.make_context("librus", argv, obj=Invocation()) as context:
        status = root.invoke(context)
    sys.stdout.flush()
    return status if isinstance(status, int) else 0


def _reader_gone() -> int:
    """End quietly when whoever read our output has stopped."""
    # What is still buffered would fail again when the interpreter ends.
    with contextlib.suppress(OSError, ValueError):
        null = os.open(Path(os.devnull), os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
                continue
            os.dup2(null, stream.fileno())
        os.close(null)
    return 1


def _notes() -> Callable[..., None]:
    """Return what tells about legacy names and stores, each once; other warnings are for developers."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_where: Any, **_more: Any) -> None:
        if not issubclass(category, (LibrusDeprecationWarning, LibrusStoreWarning)):
            return
        # A store of no use is told by the command in its own words, see Invocation.
        told_elsewhere = isinstance(message, LibrusStoreWarning) and message.reason not in _LASTING
        text = f"Note: {message}\n"
        if not told_elsewhere and text not in told:
            told.add(text)
            sys.stderr.write(text)

    return show


_LASTING: Final = frozenset({"damaged", "foreign", "newer", "open_folder"})
