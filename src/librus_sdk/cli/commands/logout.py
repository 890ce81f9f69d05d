"""``librus logout``."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING, Final, get_args

import click

from ...environment import Environment
from ...errors import LibrusConfigurationError
from ...settings import API_V3, GATEWAY_API_20
from .._account import LOGIN, NAMES, Way, key_of, login_store, names_shelf, store_of
from .._document import Section, Sentence
from .._failures import UsageError
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
    programs, and what was put aside. Files that neither have a name that only librus-sdk gives nor begin like
    its own stay.
    """
    if not invocation.keeps:
        raise UsageError("librus logout removes what is kept; --no-store says to leave that alone.")
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
    """Remove what is kept; return whether anything was. Another program's file is left alone."""
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

    claim = _claimed(FileShelf(store.folder, file.owner, Plain()))
    try:
        return claim.erase(file.path, unless=_what_stays(file))
    except LibrusConfigurationError:
        return False  # another user's, or no file at all
    finally:
        claim.release()


def _what_stays(file: KeptFile) -> Callable[[bytes], bool]:
    """Tell what is said of the content of a file of this name that is none of ours.

    What is damaged may still hold most of a sign-in, so what nobody else calls like that goes as it is.
    ``login`` is a word that others use as well. A store that a program has named may be called like anything;
    its files are told by how they begin.
    """
    from ...core.keeping import Unreadable
    from ...shells.file_shelf import begins_otherwise, is_another_programs
    from ...shells.file_store import BY_ACCOUNT, BY_HOSTS, HALF

    owner = f"(?:{NAMES}-)?(?:{LOGIN}|{BY_ACCOUNT}){BY_HOSTS}"
    if file.set_aside not in (None, HALF, *get_args(Unreadable)) or re.fullmatch(owner, file.owner) is None:
        return begins_otherwise
    return is_another_programs if file.owner == LOGIN else lambda _content: False


def _is_full(shelf: FileShelf) -> bool:
    try:
        return shelf.is_in_use()
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
