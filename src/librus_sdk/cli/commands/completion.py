"""``librus completion``: what makes a shell complete our commands and options."""

from __future__ import annotations

import contextlib
from typing import Final

import click

from .._document import write
from .._options import LeafGroup

__all__ = ["VARIABLE", "answer", "command"]

PROGRAM: Final = "librus"
VARIABLE: Final = "_LIBRUS_COMPLETE"
"""Set by the scripts when they ask what could come next; click writes and answers them."""


@click.group("completion", cls=LeafGroup)
def command() -> None:
    """Scripts that make a shell complete the commands and options of librus."""


@command.command("bash")
def bash() -> None:
    """Print the script for bash 4.4 or newer.

    To have it in every shell, add this line to ~/.bashrc:

        eval "$(librus completion bash)"
    """
    _print("bash")


@command.command("zsh")
def zsh() -> None:
    """Print the script for zsh.

    To have it in every shell, add this line to ~/.zshrc, after compinit:

        eval "$(librus completion zsh)"
    """
    _print("zsh")


@command.command("fish")
def fish() -> None:
    """Print the script for fish.

    To have it in every shell, run once:

        librus completion fish > ~/.config/fish/completions/librus.fish
    """
    _print("fish")


def _print(shell: str) -> None:
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    script = found(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE)
    # Not `script.source()`: for bash that runs the bash of this machine to ask for its version.
    write(script.source_template % script.source_vars())


def answer(root: click.Command, instruction: str, invocation: object) -> int:
    """Answer a script's question; return the exit status.

    A question that makes no sense gets no answer and no words: whoever asks is about to type on.

    Args:
        root: the command to complete.
        instruction: what ``_LIBRUS_COMPLETE`` says; the line typed so far is in click's own variables.
        invocation: the options' own object.
    """
    from click.shell_completion import shell_complete

    with contextlib.suppress(LookupError, ValueError):
        return shell_complete(root, {"obj": invocation}, PROGRAM, VARIABLE, instruction)
    return 1
