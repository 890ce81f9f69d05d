"""``librus login``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from ...errors import LibrusConfigurationError, LibrusCredentialsError, LibrusSdkError
from ...secret import Secret
from .._account import STORE_VARIABLE, key_of, login_store
from .._document import Fields, Part, Section, Sentence, width_of, wrap
from .._failures import UsageError
from .._invocation import Invocation
from .._options import Leaf, format_option
from .._rephrased import rephrased
from .._words import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...shells.file_store import FileStore
    from ...shells.store import Claim, Shelf, StoreKey

__all__ = ["command"]

_LONGEST: Final = 1000


@click.command("login", cls=Leaf)
@click.option("--email", metavar="ADDRESS", default=None, help="The family account's; else it is asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@format_option
@click.pass_obj
def command(invocation: Invocation, email: str | None, password_stdin: bool) -> None:
    """Sign in with the family account and stay signed in, so that commands need no password.

    The password is asked without showing it, sent once, and kept nowhere. Tokens that renew each other are
    kept in a file that only you may read, in a folder that LIBRUS_STORE can name; librus logout removes it,
    librus auth status tells where it is. LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD are used where they
    are set.
    """
    environ = invocation.environ
    if not invocation.keeps:
        raise UsageError("librus login keeps you signed in; --no-store says not to.")
    store = _Anew(login_store(environ))
    shadowing = invocation.account.shadowing
    # Before anybody types a password for nothing.
    _make_sure_of(store.inner.shelf(key_of(environ, "kept tokens")))
    address, password = _told(invocation, Secret(email) if email else None, password_stdin)
    del email
    count = _sign_in(invocation, address, password, store)
    if store.aside:
        invocation.note(f"What was kept there before could not be used; it was put aside ({store.aside}).")
    folder = str(store.inner.folder)
    if invocation.form == "json":
        invocation.dump({"store": folder, "children": count})
        return
    children = NOTHING if count is None else str(count)
    said: list[Part] = [
        Fields([("children", children), ("kept in", folder)]),
        Sentence("Whoever can read what is kept there can read the register. librus logout removes it."),
        Sentence(_SHADOWED.format(names=_listed(shadowing)) if shadowing else _AND_NOW),
    ]
    invocation.show([Section("Signed in", said)])


def _make_sure_of(shelf: Shelf) -> None:
    """See to it that something can be kept there. Raises LibrusConfigurationError."""
    try:
        shelf.load()  # what is no file, or another user's, cannot be written over either
        claim = shelf.claim()
        if claim is not None:
            claim.release()
    except LibrusConfigurationError:
        raise LibrusConfigurationError(_NOT_THERE) from None


def _told(invocation: Invocation, given: Secret | None, password_stdin: bool) -> tuple[Secret, Secret]:
    """Return address and password: from the options, else from the variables, else asked for."""
    environ = invocation.environ
    known = Secret(environ.get("LIBRUS_PORTAL_EMAIL", ""))
    # Judged before anybody types a password for nothing.
    if given and not _is_address(given):
        raise UsageError(f"What --email gives {_NO_ADDRESS}")
    if known and not given and not _is_address(known):
        raise LibrusConfigurationError(f"What LIBRUS_PORTAL_EMAIL (environment or .env) holds {_NO_ADDRESS}")
    address = given or known or _asked("E-mail", _about_address)
    if password_stdin and not sys.stdin.isatty():
        return address, _line()
    password = Secret("" if password_stdin else environ.get("LIBRUS_PORTAL_PASSWORD", ""))
    # The variables belong together: another account's password would only be a failed attempt.
    fits = not known or known.reveal().casefold() == address.reveal().casefold()
    return address, (password if fits else None) or _asked("Password", _about_password, hidden=True)


def _is_address(text: Secret) -> bool:
    """Whether a session would take it for the e-mail of a family account."""
    from ...settings import PortalCredentials

    try:
        PortalCredentials(text, Secret("any"))
    except LibrusConfigurationError:
        return False
    return True


def _about_address(typed: Secret) -> str | None:
    """Return what is wrong with an address; None when nothing is."""
    if not typed:
        return f"Nothing was typed. {_ADDRESS}"
    return None if _is_address(typed) else f"That {_NO_ADDRESS}"


def _about_password(typed: Secret) -> str | None:
    """Return what is wrong with a password; None when nothing is."""
    return None if typed else _NO_ANSWER


def _sign_in(invocation: Invocation, address: Secret, password: Secret, store: _Anew) -> int | None:
    """Sign in, keep that, and return how many children are linked; None when Librus does not say."""
    import asyncio

    from ...environment import Environment
    from ...session import AsyncLibrusSession
    from ...settings import PortalCredentials

    credentials = PortalCredentials(address, password)
    environment = Environment(invocation.environ)

    async def whole() -> int | None:
        session = AsyncLibrusSession(
            credentials,
            hosts=environment.hosts(),
            timeout_ms=environment.timeout_ms(),
            on_event=invocation.diagnostics,
            auth="oauth",
            store=store,
        )
        async with session:
            try:
                await session.login()
            except LibrusCredentialsError as error:
                refusal = error.replicate()
                refusal.message = _REFUSED
                raise refusal from None
            if not store.kept:
                raise LibrusConfigurationError(_NOT_THERE)
            try:
                return len(await session.list_children())
            except LibrusSdkError as error:
                said = rephrased(error.message)
                invocation.note(f"You are signed in, but the children cannot be listed now. {said}")
                return None

    return asyncio.run(whole())


class _Anew:
    """A store that knows nothing of before: somebody who signs in means this password.

    What was kept before stays until there is something to keep instead.

    Attributes:
        inner: where it is kept.
        kept: whether something was.
        aside: where that is which nobody could read.
    """

    def __init__(self, inner: FileStore) -> None:
        self.inner = inner
        self.kept = False
        self.aside: str | None = None

    def shelf(self, key: StoreKey) -> _NewShelf:
        return _NewShelf(self, self.inner.shelf(key))


class _NewShelf:
    def __init__(self, store: _Anew, inner: Shelf) -> None:
        self._store = store
        self._inner = inner

    def load(self) -> Secret | None:
        return self._inner.load() if self._store.kept else None

    def claim(self) -> Claim | None:
        claim = self._inner.claim()
        return None if claim is None else _NewClaim(self._store, self._inner, claim)


class _NewClaim:
    def __init__(self, store: _Anew, shelf: Shelf, inner: Claim) -> None:
        self._store = store
        self._shelf = shelf
        self._inner = inner

    def save(self, content: Secret) -> None:
        from ...core.keeping import Document, read

        document = read(content, "")
        if isinstance(document, Document) and not document.entries:
            return  # nothing but the news of a sign-in that failed
        if not self._store.kept:
            self._put_aside()
        self._inner.save(content)
        self._store.kept = True

    def _put_aside(self) -> None:
        """Whatever nobody can read is not written over; somebody's older sign-in is."""
        from ...core.keeping import read

        before = self._shelf.load()
        reason = None if before is None else read(before, "")
        if isinstance(reason, str):
            self._store.aside = self._inner.set_aside(reason)

    def set_aside(self, reason: str) -> str:
        return self._inner.set_aside(reason)

    def remove(self) -> None:
        self._inner.remove()

    def release(self) -> None:
        self._inner.release()


def _asked(what: str, trouble: Callable[[Secret], str | None], *, hidden: bool = False) -> Secret:
    """Ask until there is an answer without trouble."""
    if not sys.stdin.isatty():
        option = "--password-stdin" if hidden else "--email"
        raise UsageError(f"There is no terminal to ask on: give {option}.")
    while True:
        # Without a default click would ask again by itself, and not say what for.
        typed = Secret(click.prompt(what, default="", show_default=False, hide_input=hidden, err=True))
        said = trouble(typed)
        if said is None:
            return typed
        click.echo("\n".join(wrap(said, width_of(sys.stderr))), err=True)


def _listed(names: Sequence[str]) -> str:
    """Return the names as they are told: ``A, B and C``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


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
    "The variables of an account are set as well (environment or .env); commands use those first. To use "
    "this sign-in, unset {names}."
)
_ADDRESS: Final = (
    "Wanted is the e-mail address of the family account (Konto LIBRUS). A login issued by the school, such "
    "as 1234567u, is another kind of account, which needs no librus login: set LIBRUS_GATEWAY_LOGIN and "
    "LIBRUS_GATEWAY_PASSWORD."
)
_NO_ADDRESS: Final = f"is not an e-mail address; nothing was sent. {_ADDRESS}"
_NO_ANSWER: Final = (
    "Nothing was typed. Wanted is the password of the family account; it is not shown while you type."
)
_REFUSED: Final = (
    "The Librus portal refused the e-mail and password; nothing was changed here. Before you run librus "
    "login again, sign in on the portal in a browser: after a few failures Librus demands a captcha."
)
_NOT_THERE: Final = (
    "The sign-in cannot be kept: its folder, or what stands in its place, does not allow it. "
    f"{STORE_VARIABLE} can name a folder elsewhere; librus auth status tells where it is now."
)
