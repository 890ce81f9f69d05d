"""``librus logout``."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from ...environment import Environment
from ...errors import LibrusConfigurationError
from ...settings import API_V3, GATEWAY_API_20
from .._account import Way, key_of, login_store, names_shelf, store_of
from .._document import Section, Sentence
from .._invocation import Invocation
from .._options import Leaf, format_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...shells.file_shelf import FileClaim, FileShelf
    from ...shells.file_store import FileStore, KeptFile

__all__ = ["command"]

_PATIENCE: Final = 100
_LOOK_AGAIN_S: Final = 0.05


@click.command("logout", cls=Leaf)
@click.option("--all", "everything", is_flag=True, help="Remove the sign-ins of all accounts in the folder.")
@format_option
@click.pass_obj
def command(invocation: Invocation, everything: bool) -> None:
    """Remove what is kept of the sign-in; Librus itself is not told.

    That is what librus login has kept, and what commands have kept of the accounts in the variables. How a
    sign-in is ended at Librus is not known: a token that somebody has copied works until it expires, or until
    the password is changed. A program that is still running keeps its own, and may write it again.

    With --all everything goes that librus-sdk has kept in that folder: sign-ins of other accounts and of
    programs, and what was put aside. Files that do not begin like those of librus-sdk stay.
    """
    environ = invocation.environ
    environment = Environment(environ)
    own: list[Way] = []
    if environment.has_credentials(API_V3):
        own.append("family account")
    if environment.has_credentials(GATEWAY_API_20):
        own.append("school login")
    store = login_store(environ)
    shelves = [store.shelf(key_of(environ, "kept tokens")), names_shelf(environ, "kept tokens")]
    removal = _Removal()
    for shelf in [*shelves, *_own_shelves(environ, own)]:
        removal.of(partial(_emptied, shelf))
    for file in _left(store) if everything else ():
        removal.of(partial(_erased, store, file))
    removal.raise_if_incomplete()
    left = [each.path for each in _left(store)]
    if invocation.form == "json":
        folder = str(store.folder)
        invocation.dump({"store": folder, "removed": removal.any, "left": [str(path) for path in left]})
        return
    said = [Sentence("What was kept is removed." if removal.any else "There was nothing to remove.")]
    if left:
        names = ", ".join(path.name for path in left)
        said.append(Sentence((_NOT_OURS if everything else _OTHERS).format(folder=store.folder, names=names)))
    if own:
        said.append(
            Sentence("The variables of an account are set (environment or .env); commands go on using those.")
        )
    invocation.show([Section("Signed out", said)])


class _Removal:
    """Removes one thing after the other: one that cannot be removed does not save the others.

    Attributes:
        any: whether anything is removed.
    """

    def __init__(self) -> None:
        self.any = False
        self._problems: list[LibrusConfigurationError] = []

    def of(self, remove: Callable[[], bool]) -> None:
        """Remove something."""
        try:
            self.any |= remove()
        except LibrusConfigurationError as error:
            self._problems.append(error)

    def raise_if_incomplete(self) -> None:
        """Raise LibrusConfigurationError for the first thing that could not be removed."""
        if self._problems:
            problem = self._problems[0].replicate()
            problem.message = f"{_INCOMPLETE} {problem.message}"
            raise problem


def _own_shelves(environ: Mapping[str, str], own: list[Way]) -> list[FileShelf]:
    shelves: list[FileShelf] = []
    for way in own:
        try:
            shelves += [store_of(environ).shelf(key_of(environ, way)), names_shelf(environ, way)]
        except LibrusConfigurationError:
            continue  # no account, so nothing was ever kept of it
    return shelves


def _left(store: FileStore) -> list[KeptFile]:
    try:
        return store.files()
    except LibrusConfigurationError:
        return []


def _emptied(shelf: FileShelf) -> bool:
    """Remove what is kept; return whether anything was."""
    if not _is_full(shelf):
        return False
    claim = _claimed(shelf)
    try:
        claim.remove()
    finally:
        claim.release()
    return True


def _erased(store: FileStore, file: KeptFile) -> bool:
    """Remove a file of whatever account, if it is one of this library; return whether it is gone."""
    from ...shells.file_shelf import FileShelf, Plain

    claim = _claimed(FileShelf(store.folder, file.path.name.partition(".")[0], Plain()))
    try:
        return claim.erase(file.path)
    except LibrusConfigurationError:
        return False  # another user's, or no file at all
    finally:
        claim.release()


def _is_full(shelf: FileShelf) -> bool:
    try:
        return shelf.load() is not None
    except LibrusConfigurationError:
        return True  # something is there that cannot be read


def _claimed(shelf: FileShelf) -> FileClaim:
    for _ in range(_PATIENCE):
        claim = shelf.claim()
        if claim is not None:
            return claim
        time.sleep(_LOOK_AGAIN_S)
    raise LibrusConfigurationError(
        "Another program is renewing this sign-in just now. Stop it, or run librus logout again in a minute."
    )


_INCOMPLETE: Final = "Not everything could be removed; librus auth status tells what is left, and where."
_OTHERS: Final = (
    "Files of other accounts, or put aside, are still in {folder}: {names}. librus logout --all removes them."
)
_NOT_OURS: Final = (
    "Files that do not look like those of librus-sdk, or cannot be removed, are still in {folder}: {names}."
)
