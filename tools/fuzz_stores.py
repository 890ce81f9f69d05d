"""The part of ``tools/fuzz.py`` about stores: files of foreign bytes, sealed ones, and sessions on them.

What must hold: a file is read, or put aside with all that is in it; a session goes on or says what is wrong.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from keyring.backend import KeyringBackend

from librus_sdk import FileStore, Hosts, LibrusSession, RetryPolicy
from librus_sdk.core import keeping
from librus_sdk.errors import LibrusSdkError, LibrusStoreWarning
from librus_sdk.secret import Secret
from librus_sdk.settings import GatewayCredentials
from librus_sdk.shells.file_shelf import FileShelf, Plain, Wrapping
from librus_sdk.shells.keyring_store import _Sealed
from librus_sdk.shells.store import StoreKey

__all__ = ["OWNER", "Kept", "check_sealed", "check_session", "check_stored", "kept_sessions", "sealed_file"]

OWNER: Final = "a" * 64
STEM: Final = "fuzzed"


class _Ring(KeyringBackend):
    """A key ring that lives as long as this process."""

    priority: ClassVar[float] = 1  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._kept[service, username]


@cache
def _ring() -> _Ring:
    return _Ring()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="librus-fuzz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


# --- files ------------------------------------------------------------------------------------------------


def check_stored(body: bytes) -> None:
    """Have a file store read these bytes."""
    _check_file(body, Plain())


def sealed_file(document: bytes) -> bytes:
    """Return these bytes as an encrypted file."""
    return _sealed().wrapped(Secret(document.decode("utf-8", "surrogateescape")))


def check_sealed(body: bytes) -> None:
    """Have a store with a key ring read these bytes."""
    _check_file(body, _sealed())


def _sealed() -> Wrapping:
    return _Sealed(_ring(), "librus-sdk-fuzz", STEM)


def _check_file(body: bytes, wrapping: Wrapping) -> None:
    with _folder() as folder:
        shelf = FileShelf(folder, STEM, wrapping)
        place = folder / f"{STEM}{wrapping.suffix}"
        place.write_bytes(body)
        loaded = shelf.load()
        assert loaded is not None
        found = keeping.read(loaded, OWNER)
        claim = shelf.claim()
        assert claim is not None
        try:
            if isinstance(found, keeping.Document):
                claim.save(keeping.written(found))
                again = shelf.load()
                assert again is not None
                assert keeping.read(again, OWNER) == found, "what was read is not what it is written as"
            else:
                aside = Path(claim.set_aside(found))
                assert aside.read_bytes() == body, "what was put aside is not what was there"
                assert shelf.load() is None
        finally:
            claim.release()


# --- sessions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What a session kept, and how to make another one that goes on with it.

    Attributes:
        name: that of its store.
        credentials: its account's.
        child: whom it reads for; None for a school's login.
        options: its own.
        file: what the file is called.
        content: what is in it.
    """

    name: str
    credentials: Any
    child: str | None
    options: dict[str, Any]
    file: str
    content: bytes


@cache
def kept_sessions() -> tuple[Kept, ...]:
    """What sessions of each kind keep, from a simulated Librus that is gone when this returns."""
    from librus_sdk.simulator import Simulator

    with Simulator(children=2) as sim, _folder() as folder:
        family, school = sim.credentials, sim.gateway_credentials()
        return (
            _kept(folder, "cookies", family, sim.hosts, sim.children[0].id),
            _kept(folder, "tokens", family, sim.hosts, sim.children[0].id, auth="oauth"),
            _kept(folder, "school", school, sim.hosts),
        )


def _kept(
    folder: Path, name: str, credentials: Any, hosts: Hosts, child: str | None = None, **more: Any
) -> Kept:
    options = {"hosts": hosts, "retry": RetryPolicy.off(), **more}
    with _session(FileStore(folder, name=name), credentials, options) as session:
        for read in _reads(session, child):
            read()
    [file] = folder.glob(f"{name}*.json")
    # From now on it is of a Librus where nobody listens, on no account somebody who came by the same port.
    away = {**options, "hosts": Hosts(**{host: _closed(url) for host, url in asdict(hosts).items()})}
    was, now = (_key(folder, name, credentials, each) for each in (options, away))
    content = file.read_bytes().replace(was.owner.encode(), now.owner.encode())
    place = FileStore(folder, name=name).shelf(now)._document  # noqa: SLF001
    return Kept(name, credentials, child, away, place.name, content)


def _closed(url: str) -> str:
    return re.sub(r":\d+", ":1", url)


class _Asked(FileStore):
    """Remembers whose document it was asked for."""

    key: StoreKey

    def shelf(self, key: StoreKey) -> FileShelf:
        self.key = key
        return super().shelf(key)


def _key(folder: Path, name: str, credentials: Any, options: dict[str, Any]) -> StoreKey:
    store = _Asked(folder, name=name)
    with _session(store, credentials, options):
        return store.key


def _session(store: FileStore, credentials: Any, options: dict[str, Any]) -> LibrusSession:
    make: Any = (
        LibrusSession.from_gateway_credentials
        if isinstance(credentials, GatewayCredentials)
        else LibrusSession
    )
    session: LibrusSession = make(credentials, store=store, **options)
    return session


def _reads(session: LibrusSession, child: str | None) -> tuple[Callable[[], object], ...]:
    """Reads with all that is kept: the portal's sign-in, the list, tokens, cookies, the messages' cookies."""

    def number() -> object:
        return session.for_child(child).lucky_number.get()

    def unread() -> object:
        return session.for_child_wiadomosci(child).messages.unread()

    of_school = (number, unread)
    return of_school if child is None else (session.get_portal_me, session.list_children, *of_school)


def check_session(parts: tuple[int, bytes]) -> None:
    """Have a session go on with what is said to be kept. There is no Librus, so that all of it fails."""
    number, body = parts
    kept = kept_sessions()[number]
    with _folder() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", LibrusStoreWarning)
        (folder / kept.file).write_bytes(body)
        store = FileStore(folder, name=kept.name)
        with _session(store, kept.credentials, kept.options) as session:
            for read in _reads(session, kept.child):
                with suppress(LibrusSdkError):
                    read()
        files = [file.read_bytes() for file in folder.glob("*.json")]
    if isinstance(keeping.read(Secret(body.decode("utf-8", "surrogateescape")), ""), str):
        assert body in files, "what nobody can read is gone"
