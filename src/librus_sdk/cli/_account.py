"""Which account the commands sign in with, and where their sign-ins are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ..environment import Environment
from ..errors import LibrusConfigurationError, LibrusSdkError
from ..secret import Secret
from ..settings import API_V3, GATEWAY_API_20, ApiBackend, Hosts

if TYPE_CHECKING:
    from ..core.keeping import Document, Unreadable
    from ..shells.file_shelf import FileShelf
    from ..shells.file_store import FileStore
    from ..shells.store import StoreKey
    from ._kept_tables import KeptTables

__all__ = [
    "LOGIN",
    "NAMES",
    "STORE_VARIABLE",
    "Account",
    "Found",
    "Way",
    "key_of",
    "login_store",
    "names_shelf",
    "store_of",
]

STORE_VARIABLE: Final = "LIBRUS_STORE"
LOGIN: Final = "login"
"""What the file of ``librus login`` is called; with other hosts than the real ones their digest follows."""
NAMES: Final = "names"
"""What a file of lists of names is called; whose sign-in it lies beside follows."""
_FOLDER: Final = "sessions"
_MISSED: Final[Mapping[str, ApiBackend]] = {
    "LIBRUS_PORTAL_EMAIL": API_V3,
    "LIBRUS_GATEWAY_LOGIN": GATEWAY_API_20,
    "LIBRUS_GATEWAY_PASSWORD": GATEWAY_API_20,
}
_VARIABLES: Final[Mapping[ApiBackend, Sequence[str]]] = {
    API_V3: ("LIBRUS_PORTAL_EMAIL", "LIBRUS_PORTAL_PASSWORD", "LIBRUS_EMAIL", "LIBRUS_PASSWORD"),
    GATEWAY_API_20: (
        "LIBRUS_GATEWAY_LOGIN",
        "LIBRUS_GATEWAY_PASSWORD",
        "SYNERGIA_ID",
        "SYNERGIA_PASSWORD",
    ),
}
"""Whatever an account may be given in, legacy names too."""
_CHOOSING: Final = ("LIBRUS_API_BACKEND", "LIBRUS_AUTH_MODE")
Way = Literal["family account", "school login", "kept tokens", "nothing"]
"""How commands sign in: with the variables of either account, with what ``librus login`` has kept, or not."""
Found: TypeAlias = "Document | Unreadable | Literal['unreadable'] | None"
"""What is kept: a document, why it cannot be used (as a word), or nothing."""


def store_of(environ: Mapping[str, str]) -> FileStore:
    """Return where the sign-ins of the accounts in the variables are kept.

    Raises:
        LibrusConfigurationError: it is not known where that is.
    """
    return _store(environ, None)


def login_store(environ: Mapping[str, str]) -> FileStore:
    """Return where the sign-in of ``librus login`` is kept. Raises as :func:`store_of` does."""
    return _store(environ, LOGIN)


def names_shelf(environ: Mapping[str, str], way: Way) -> FileShelf:
    """Return where lists of names are kept. Raises as :func:`store_of` and :func:`key_of` do."""
    key = key_of(environ, way)
    whose = LOGIN if way == "kept tokens" else f"{key.kind}-{key.owner[:16]}"
    return _store(environ, f"{NAMES}-{whose}").shelf(key)


def _store(environ: Mapping[str, str], name: str | None) -> FileStore:
    from ..shells.file_store import FileStore
    from ..shells.own_folder import own_folder

    named = environ.get(STORE_VARIABLE, "")
    if "://" in named:
        raise LibrusConfigurationError(f"{STORE_VARIABLE} must name a folder; it is set to an address.")
    folder: str | Path = named
    if not named:
        folder = own_folder(environ, instead=f"{STORE_VARIABLE} can name a folder") / _FOLDER
    try:
        return FileStore(folder, name=name)
    except LibrusConfigurationError:
        pass
    raise LibrusConfigurationError(f"{STORE_VARIABLE} must name a folder; it is set to something else.")


def key_of(environ: Mapping[str, str], way: Way) -> StoreKey:
    """Return whose sign-in it is. Raises LibrusConfigurationError for variables that are no account."""
    from ..shells.store import StoreKey

    environment = Environment(environ)
    hosts = environment.hosts()
    account: Secret | None = None
    if way == "family account":
        account = environment.portal_credentials().email
    elif way == "school login":
        account = environment.gateway_credentials().login
    kind: Literal["family", "school"] = "school" if way == "school login" else "family"
    return StoreKey.of(kind, account, astuple(hosts), usual_hosts=hosts == Hosts())


class Account:
    """The account of one run. What is kept of it is read at most once.

    Args:
        environ: the variables.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ: Final = environ

    @cached_property
    def way(self) -> Way:
        """How commands sign in: variables come before what is kept. Raises LibrusConfigurationError."""
        environment = Environment(self._environ)
        if environment.backend() == GATEWAY_API_20:
            return "school login"
        if environment.has_credentials(API_V3):
            return "family account"
        return "nothing" if self._by_login is None else "kept tokens"

    @cached_property
    def kept(self) -> Found:
        """What is kept of this account. Raises LibrusConfigurationError for variables that are no account."""
        if self.way == "nothing":
            return None
        if self.way == "kept tokens":
            return self._by_login
        key = key_of(self._environ, self.way)
        try:
            store = store_of(self._environ)
        except LibrusConfigurationError:
            return None
        return _read(store, key)

    @cached_property
    def _by_login(self) -> Found:
        try:
            store = login_store(self._environ)
        except LibrusConfigurationError:
            return None
        return _read(store, key_of(self._environ, "kept tokens"))

    @cached_property
    def half_set(self) -> str | None:
        """What to tell somebody whose kept sign-in is used because of an account one variable is missing.

        The family account's address alone is nothing to tell: ``librus login`` takes it from there.
        """
        if self.way != "kept tokens":
            return None
        missing = [
            name
            for name, backend in _MISSED.items()
            if Environment({**self._environ, name: "given"}).has_credentials(backend)
        ]
        if not missing:
            return None
        lacks = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'}"
        return f"{lacks} missing, so commands use the sign-in librus login has kept."

    @property
    def shadowing(self) -> list[str]:
        """The variables that come before what ``librus login`` keeps, if they do. Raises as :attr:`way`."""
        if self.way not in ("family account", "school login"):
            return []
        environment = Environment(self._environ)
        names: list[str] = []
        for backend, variables in _VARIABLES.items():
            if environment.has_credentials(backend):
                names += variables
        if environment.backend() == GATEWAY_API_20:
            names += _CHOOSING
        return [name for name in names if self._environ.get(name)]

    def tables(self) -> KeptTables | None:
        """Return the lists of names that are kept beside the sign-in; None where nothing can be kept."""
        from ._kept_tables import KeptTables, owner_of

        try:
            shelf = names_shelf(self._environ, self.way)
        except LibrusConfigurationError:
            return None
        return KeptTables(shelf, owner_of(key_of(self._environ, self.way)))

    def options(self, *, keeps: bool, note: Callable[[str], None]) -> dict[str, Any]:
        """Return what a session is told about signing in.

        Args:
            keeps: whether anything is kept between runs.
            note: is told what is no error.

        Raises:
            LibrusConfigurationError: there is nothing to sign in with, or what is kept cannot be used.
        """
        if self.way == "nothing":
            raise _nothing(Environment(self._environ))
        if self.way == "kept tokens":
            if not keeps:
                raise LibrusConfigurationError(_LEFT_OUT)
            if isinstance(self.kept, str):
                raise LibrusConfigurationError(_UNUSABLE[self.kept])
            return {"auth": "oauth", "store": login_store(self._environ)}
        if not keeps:
            return {}
        try:
            return {"store": store_of(self._environ)}
        except LibrusConfigurationError as error:
            # An account in variables needs no store.
            note(f"{error.message} Until then every command signs in anew.")
            return {}


def _read(store: FileStore, key: StoreKey) -> Found:
    try:
        content = store.shelf(key).load()
    except LibrusConfigurationError:
        return "unreadable"
    if content is None:
        return None
    from ..core.keeping import read  # only now: most of the start-up would be its JSON library

    return read(content, key.owner)


def _nothing(environment: Environment) -> LibrusSdkError:
    """Return the error of what is missing, with the way that needs no variables."""
    try:
        environment.portal_credentials()
    except LibrusConfigurationError as error:
        problem = error.replicate()
        problem.message = f"{error.message} Or run librus login, which asks for them and keeps you signed in."
        return problem
    raise AssertionError("there are credentials after all")


_LEFT_OUT: Final = (
    "--no-store leaves out the sign-in that librus login has kept, and there is no other. Run the command "
    "without --no-store, or set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD."
)
_AGAIN: Final = "Run librus login again, which puts that file aside; librus auth status tells where it is."
_UNUSABLE: Final[Mapping[str, str]] = {
    "damaged": f"The sign-in that librus login has kept is damaged. {_AGAIN}",
    "foreign": f"What lies where librus login keeps the sign-in is another program's. {_AGAIN}",
    "newer": (
        "The sign-in that librus login has kept is of a newer version of librus-sdk: update this one. Or "
        "run librus login again, which puts that file aside."
    ),
    "unreadable": (
        "The sign-in that librus login has kept cannot be read: it is not yours to read, or no file. Remove "
        "it (librus auth status tells where it is), or name another folder with "
        f"{STORE_VARIABLE}; then run librus login."
    ),
}
