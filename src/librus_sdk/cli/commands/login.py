"""``librus login``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ...errors import LibrusConfigurationError, LibrusCredentialsError, LibrusSdkError
from ...secret import Secret
from .._account import TOKENS_VARIABLE, token_file, way_of
from .._document import Fields, Part, Section, Sentence
from .._failures import UsageError
from .._invocation import Invocation
from .._options import Leaf, format_option
from .._rephrased import rephrased
from .._words import NOTHING

if TYPE_CHECKING:
    from ...flows.token_pair import TokenKeeper, TokenPair
    from ...shells.token_file import TokenFile

__all__ = ["command"]

_LONGEST: Final = 1000


@click.command("login", cls=Leaf)
@click.option("--email", metavar="ADDRESS", default=None, help="The family account's; else it is asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@format_option
@click.pass_obj
def command(invocation: Invocation, email: str | None, password_stdin: bool) -> None:
    """Sign in with the family account and keep tokens, so that commands need no password.

    The password is asked without showing it, sent once, and kept nowhere. The tokens are kept in a file that
    only you may read, which LIBRUS_TOKENS_FILE can name; librus logout removes it, librus auth status tells
    where it is. LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD are used where they are set.
    """
    tokens = token_file(invocation.environ)
    shadowed = way_of(invocation.environ) in ("family account", "school login")
    # Before anybody types a password for nothing.
    made = _make_sure_of(tokens)
    try:
        address, password = _told(invocation, Secret(email) if email else None, password_stdin)
        del email
        count = _sign_in(invocation, address, password, tokens)
    finally:
        _remove_empty(made)
    if invocation.form == "json":
        invocation.dump({"tokens": str(tokens.path), "children": count})
        return
    children = NOTHING if count is None else str(count)
    said: list[Part] = [
        Fields([("children", children), ("tokens kept in", str(tokens.path))]),
        Sentence("Whoever can read that file can read the register. librus logout removes it."),
        Sentence(_SHADOWED if shadowed else _AND_NOW),
    ]
    invocation.show([Section("Signed in", said)])


def _make_sure_of(tokens: TokenFile) -> list[Path]:
    """See to it that the file can be written; return the folders made for it, the innermost first.

    Raises:
        LibrusConfigurationError: it cannot be.
    """
    from ...shells.disk import PartFile

    folder, made = tokens.path.parent, list[Path]()
    part = PartFile(tokens.path, overwrite=True)
    try:
        # Unlike a Path's, this stands every name.
        made += [each for each in (folder, *folder.parents) if not os.path.exists(each)]  # noqa: PTH110
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.open()
    except (OSError, ValueError, LibrusConfigurationError):
        part.discard()  # or its folder is not empty
        _remove_empty(made)
        raise LibrusConfigurationError(_NOT_THERE) from None
    finally:
        part.discard()
    return made


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders nothing was put into."""
    for folder in folders:
        try:
            folder.rmdir()
        except (OSError, ValueError):
            return


def _told(invocation: Invocation, given: Secret | None, password_stdin: bool) -> tuple[Secret, Secret]:
    """Return address and password: from the options, else from the variables, else asked for."""
    environ = invocation.environ
    known = Secret(environ.get("LIBRUS_PORTAL_EMAIL", ""))
    address = given or known or _asked("E-mail")
    if password_stdin and not sys.stdin.isatty():
        return address, _line()
    password = Secret("" if password_stdin else environ.get("LIBRUS_PORTAL_PASSWORD", ""))
    # The variables belong together: another account's password would only be a failed attempt.
    fits = not known or known.reveal().casefold() == address.reveal().casefold()
    return address, (password if fits else None) or _asked("Password", hidden=True)


def _sign_in(invocation: Invocation, address: Secret, password: Secret, tokens: TokenFile) -> int | None:
    """Sign in, keep the tokens, and return how many children are linked; None when Librus does not say."""
    import asyncio

    from ...environment import Environment
    from ...session import AsyncLibrusSession
    from ...settings import PortalCredentials

    credentials = PortalCredentials(address, password)
    environment = Environment(invocation.environ)
    keeper = _Anew(tokens)

    async def whole() -> int | None:
        session = AsyncLibrusSession(
            credentials,
            hosts=environment.hosts(),
            timeout_ms=environment.timeout_ms(),
            on_event=invocation.diagnostics,
            auth="oauth",
            tokens=keeper,
        )
        async with session:
            try:
                await session.login()
            except LibrusCredentialsError as error:
                refusal = error.replicate()
                refusal.message = _REFUSED
                raise refusal from None
            if not keeper.kept:
                raise LibrusConfigurationError(_NOT_THERE)
            try:
                return len(await session.list_children())
            except LibrusSdkError as error:
                said = rephrased(error.message)
                invocation.note(f"You are signed in, but the children cannot be listed now. {said}")
                return None

    return asyncio.run(whole())


class _Anew:
    """Keeps what comes and knows nothing of before: somebody who signs in means this password.

    Attributes:
        kept: whether something was.
    """

    def __init__(self, inner: TokenKeeper) -> None:
        self._inner = inner
        self.kept = False

    def load(self) -> TokenPair | None:
        return None

    def save(self, pair: TokenPair) -> None:
        self._inner.save(pair)
        self.kept = True

    def forget(self, _pair: TokenPair, /) -> None:
        """Leave what was kept before: it may be good."""


def _asked(what: str, *, hidden: bool = False) -> Secret:
    if not sys.stdin.isatty():
        option = "--password-stdin" if hidden else "--email"
        raise UsageError(f"There is no terminal to ask on: give {option}.")
    return Secret(click.prompt(what, hide_input=hidden, err=True))


def _line() -> Secret:
    try:
        text = Secret(sys.stdin.readline(_LONGEST + 1).rstrip("\r\n"))
    except UnicodeDecodeError:
        text = Secret("")
    if not text:
        raise UsageError("There is no password on standard input, or it is no text.")
    if len(text.reveal()) > _LONGEST:
        raise UsageError("What stands on standard input is too long for a password.")
    return text


_AND_NOW: Final = "From now on commands need no password. Try: librus overview --all."
_SHADOWED: Final = (
    "The variables of an account are set as well (environment or .env); commands use those first."
)
_REFUSED: Final = (
    "The Librus portal refused the e-mail and password; nothing was changed here. Before you run librus "
    "login again, sign in on the portal in a browser: after a few failures Librus demands a captcha."
)
_NOT_THERE: Final = (
    "The tokens cannot be kept: their folder, or what stands in their place, does not allow it. "
    f"{TOKENS_VARIABLE} can name a file elsewhere; librus auth status tells where it is now."
)
