"""``librus logout``."""

from __future__ import annotations

import os

import click

from ...environment import Environment
from ...settings import API_V3, GATEWAY_API_20
from .._account import token_file
from .._document import Section, Sentence
from .._invocation import Invocation
from .._options import Leaf, format_option

__all__ = ["command"]


@click.command("logout", cls=Leaf)
@format_option
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Remove the tokens that librus login has kept; Librus itself is not told.

    How a token is ended at Librus is not known: one that somebody has copied works until it expires, or until
    the password is changed.
    """
    tokens = token_file(invocation.environ)
    were = os.path.lexists(tokens.path)
    tokens.forget()
    if invocation.form == "json":
        invocation.dump({"tokens": str(tokens.path), "removed": were})
        return
    said = [Sentence("The kept tokens are removed." if were else "There were no tokens to remove.")]
    if any(map(Environment(invocation.environ).has_credentials, (API_V3, GATEWAY_API_20))):
        said.append(
            Sentence("The variables of an account are set (environment or .env); commands go on using those.")
        )
    invocation.show([Section("Signed out", said)])
