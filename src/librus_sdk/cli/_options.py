"""What commands are made of: groups, leaves, the options they share, and days as arguments."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ..errors import LibrusSdkError
from ._days import day_name
from ._failures import IdOption, in_words_of

if TYPE_CHECKING:
    from ._invocation import Invocation

__all__ = [
    "ANYWHERE",
    "DAY",
    "MONDAY",
    "Group",
    "Leaf",
    "LeafGroup",
    "child_command",
    "child_download",
    "child_read",
    "format_option",
    "id_option",
    "output_options",
    "school_login_download",
    "school_login_read",
]

ANYWHERE: Final = ("--verbose", "--no-store")
"""Options that every command and group takes."""
_DAY_FORM: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE: Final = 1000
_HELP: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _verbose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        invocation: Invocation = context.obj
        invocation.verbose = True


def _no_store(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        invocation: Invocation = context.obj
        invocation.keeps = False


def _no_store_option() -> click.Option:
    return click.Option(
        [ANYWHERE[1]],
        is_flag=True,
        expose_value=False,
        callback=_no_store,
        help="Keep nothing of this run, and use nothing that was kept of an earlier one.",
    )


def _verbose_option() -> click.Option:
    return click.Option(
        [ANYWHERE[0]],
        is_flag=True,
        expose_value=False,
        callback=_verbose,
        help="Tell on stderr what is asked and answered.",
    )


class _Command(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        typed = tuple(args)  # click uses the list up
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            # Of an option without its value click does not say whose it is.
            error.ctx = error.ctx or ctx
            if isinstance(error, click.NoSuchOption):
                example = _example(self, error.option_name, typed, ctx)
                if example:
                    said = f"No such option {error.option_name!r} here; try: {ctx.command_path}{example}"
                    raise click.UsageError(said, ctx) from None
            raise


def _example(command: click.Command, option: str, typed: Sequence[str], context: click.Context) -> str | None:
    """Return how an option is written that came before the command it belongs to."""
    if not isinstance(command, click.Group):
        found = next((param for param in command.params if option in param.opts), None)
        if found is None:
            return None
        flag = isinstance(found, click.Option) and found.is_flag
        return f" {option}" if flag else f" {option} {found.make_metavar(context)}"
    names = list(command.commands) or command.list_commands(context)  # as declared: the usual one first
    for name in [name for name in names if name in typed] or names:
        below = command.get_command(context, name)
        example = _example(below, option, typed, context) if below else None
        if example:
            return f" {name}{example}"
    return None


class Leaf(_Command):
    """A command that does something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Arguments nobody asked for may be a misplaced password: they are refused below, unquoted.
        kwargs["context_settings"] = {
            **_HELP,
            "allow_extra_args": True,
            **(kwargs.get("context_settings") or {}),
        }
        super().__init__(*args, **kwargs)
        self.params += [_verbose_option(), _no_store_option()]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        if ctx.args:
            raise click.UsageError("This command takes options only, and there is an argument too many", ctx)
        try:
            return super().invoke(ctx)
        except LibrusSdkError as error:
            told = in_words_of(ctx, error)
            if told is error:
                raise
        raise told


@click.pass_context
def _needs_command(context: click.Context) -> None:
    """Say which commands there are when none was named."""
    group = context.command
    if context.invoked_subcommand is None and isinstance(group, click.Group):
        names = ", ".join(group.list_commands(context))
        raise click.UsageError(f"A command is missing; there are: {names}", context)


class LeafGroup(_Command, click.Group):
    """Commands under one noun."""

    command_class = Leaf

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["context_settings"] = {**_HELP, **(kwargs.get("context_settings") or {})}
        kwargs |= {"invoke_without_command": True, "callback": _needs_command}
        super().__init__(*args, **kwargs)
        self.params += [_verbose_option(), _no_store_option()]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with whole sentences, where click would cut them off."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, below.get_short_help_str(_WHOLE))
                    for name in self.list_commands(ctx)
                    if (below := self.get_command(ctx, name)) is not None
                ]
            )


class Group(LeafGroup):
    """The root: its commands live in modules that are imported when the command is used.

    Args:
        homes: the module (below :mod:`.commands`) and the one-line help of each command; the module's
            ``command`` is the command.
    """

    def __init__(self, *args: Any, homes: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands' names."""
        return list(self._homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and return the command."""
        if cmd_name not in self._homes:
            return None
        command = import_module(f"{__package__}.commands.{self._homes[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; of one that does not exist, tell what may have been meant."""
        name = args[0]
        if name not in self._homes and not name.startswith("-") and not ctx.resilient_parsing:
            from ._guesses import guesses

            meant = " or ".join(map(repr, guesses(name, self._homes)))
            if meant:
                raise click.UsageError(f"No such command {name!r}. Did you mean {meant}?", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._homes.items()])


def _format(context: click.Context, _parameter: click.Parameter, value: str) -> None:
    invocation: Invocation = context.obj
    invocation.form = value


def _child(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    invocation: Invocation = context.obj
    invocation.child = value


def _format_option(said: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        expose_value=False,
        callback=_format,
        help=said,
    )


format_option = _format_option("Text for people, JSON for programs.")

_FORMS: Final = 'Text for people, JSON for programs: {"child": ..., "data": ...}, '

_child_option = click.option(
    "--child",
    metavar="ID-OR-LOGIN",
    default=None,
    expose_value=False,
    callback=_child,
    help="Whose data; else the variable LIBRUS_CHILD says. With one linked child neither is needed.",
)


def child_command(data: str) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    """Return what gives a command the options about a child, and the invocation as its first argument.

    Args:
        data: what the ``data`` of its JSON is.
    """

    def given(function: Callable[..., None]) -> Callable[..., Any]:
        return _child_option(_format_option(_FORMS + data)(click.pass_obj(function)))

    return given


child_read = child_command("the data as Librus sent it.")
"""Gives a command the options of every read of a child, and the invocation as its first argument."""


class _Id(click.ParamType[str]):
    """An id of Librus: any text but an empty one; what was typed instead is not repeated."""

    name = "ID"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return self.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.strip():
            self.fail("Expected an id, and it is empty", param, ctx)
        return text


_SCHOOL_LOGIN_FORMS: Final = 'Text for people, JSON for programs: {"data": ...}, '


def _school_login_command(data: str) -> Callable[[Callable[..., None]], Callable[..., Any]]:
    def given(function: Callable[..., None]) -> Callable[..., Any]:
        @click.pass_obj
        def checked(invocation: Invocation, /, *args: Any, **kwargs: Any) -> None:
            invocation.insist_on_school_login()
            function(invocation, *args, **kwargs)

        return _format_option(_SCHOOL_LOGIN_FORMS + data)(functools.update_wrapper(checked, function))

    return given


school_login_read = _school_login_command("the data as Librus sent it.")
"""Gives a command the options of a read that only a login issued by the school can do: it has one child."""


def school_login_download(function: Callable[..., None]) -> Callable[..., Any]:
    """The same for a file: besides, ``output`` (a path) and ``force``."""
    return _WHERE_TO(_school_login_command("the data about the file that was written.")(function))


def id_option(
    what: str, shown_by: str, name: str = "--id", *, optional: str = "", several: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option that names one record.

    Args:
        what: which one.
        shown_by: the command that shows its id.
        name: the option's name.
        optional: what the option leaves of a list that can be read without it.
        several: whether it may be given more than once.
    """
    again = ", once for each" if several else ""
    said = f"{optional or f'The id of the {what}'}{again}; librus {shown_by} shows it."
    return click.option(
        name,
        cls=IdOption,
        shown_by=shown_by,
        type=_Id(),
        required=not optional,
        multiple=several,
        help=said,
    )


def output_options(*, required: bool, said: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a command ``output``, the path of a file or None, and ``force``."""
    path = click.Path(path_type=Path)
    output = click.option("--output", type=path, required=required, metavar="FILE", help=said)
    force = click.option("--force", is_flag=True, help="Replace the file if there is one already.")
    return lambda function: output(force(function))


_WHERE_TO: Final = output_options(required=True, said="Where to write the file; only its owner can read it.")


def child_download(function: Callable[..., None]) -> Callable[..., Any]:
    """Give a command the options of every download, and the invocation as its first argument.

    Besides those of every read these are ``output`` (a path) and ``force``.
    """
    return _WHERE_TO(child_command("the data about the file that was written.")(function))


class _Day(click.ParamType[date]):
    """A day, ``YYYY-MM-DD``; what was typed instead is not repeated."""

    name = "YYYY-MM-DD"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        return self.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value)
        # Other ISO forms, such as 20260914, are dates to Python, too.
        if not _DAY_FORM.fullmatch(text):
            self.fail(f"Expected a day as YYYY-MM-DD, for example {self.example()}", param, ctx)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None:
            self.fail("There is no such day in the calendar", param, ctx)
        return self.checked(day, param, ctx)

    def checked(self, day: date, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ARG002
        return day

    def example(self) -> date:
        return date.today()  # noqa: DTZ011  (an example only)


class _Monday(_Day):
    def checked(self, day: date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if day.weekday() != 0:
            monday = day - timedelta(days=day.weekday())
            self.fail(
                f"{day} is a {day_name(day)}; the school week starts on Monday, here {monday}", param, ctx
            )
        return day

    def example(self) -> date:
        today = super().example()
        return today - timedelta(days=today.weekday())


DAY: Final = _Day()
MONDAY: Final = _Monday()
