"""``librus auth``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ...environment import Environment
from ...errors import LibrusConfigurationError, LibrusResponseValidationError
from ...settings import GATEWAY_API_20
from .._account import Way, half_set, kept_in, token_file, way_of
from .._columns import ID
from .._days import in_poland
from .._document import Cell, Column, Fields, Section, table_or
from .._invocation import Invocation, Reading
from .._objects import members
from .._options import LeafGroup, child_download, child_read, format_option, id_option
from .._words import NOTHING, size

if TYPE_CHECKING:
    from ...models import AuthPhoto, AuthPhotos

__all__ = ["command"]

_PHOTOS = (
    ID,
    Column("Photo"),
    Column("File"),
    Column("Kind"),
    Column("Size", right=True, stiff=True),
)
# How the answer leads on, and nothing about the class.
_LINKS = frozenset({"Resources", "Url"})


@click.group("auth", cls=LeafGroup)
def command() -> None:
    """How commands sign in; photos; what the access token may read."""


@command.command("status")
@format_option
@click.pass_obj
def status(invocation: Invocation) -> None:
    """Show how commands sign in, and where tokens are kept; nothing is asked of Librus."""
    environ = invocation.environ
    way, tokens = way_of(environ), token_file(environ)
    try:
        kept, damaged = kept_in(tokens), False
    except LibrusConfigurationError:
        kept, damaged = None, True
    missing = way == "school login" and not Environment(environ).has_credentials(GATEWAY_API_20)
    if invocation.form == "json":
        invocation.dump(
            {
                "signsInWith": way,
                "ready": way != "nothing" and not missing and (way != "kept tokens" or kept is not None),
                "tokens": {
                    "path": str(tokens.path),
                    "kept": kept is not None,
                    "damaged": damaged,
                    "savedAt": kept.saved_at if kept else None,
                    "expiresAt": kept.pair.expires_at if kept else None,
                },
            }
        )
        return
    pairs: list[tuple[str, Cell]] = [("commands use", _WAYS[way])]
    half = half_set(environ)
    if half:
        pairs.append(("but", half))
    if missing:
        pairs.append(("missing", "one of the two variables, or both: commands cannot sign in"))
    if damaged:
        pairs.append(("kept tokens", "cannot be read; run librus logout, then librus login"))
    elif kept is not None:
        pairs += [
            ("kept tokens", _IN_USE if way == "kept tokens" else "not in use, because variables come first"),
            ("last renewed", _when(kept.saved_at)),
        ]
        if kept.pair.expires_at is not None:
            pairs.append(("renewed next", f"by the first command after {_when(kept.pair.expires_at)}"))
    if kept is not None or damaged:
        pairs.append(("kept in", str(tokens.path)))
    elif way == "nothing":
        pairs.append(("librus login keeps in", str(tokens.path)))
    invocation.show([Section("Sign-in", [Fields(pairs)])])


_IN_USE: Final = "in use; they renew each other"
_WAYS: Final[Mapping[Way, str]] = {
    "family account": "the family account of LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD",
    "school login": "the login issued by the school: LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD",
    "kept tokens": "the tokens librus login has kept",
    "nothing": "nothing: run librus login, or set LIBRUS_PORTAL_EMAIL and LIBRUS_PORTAL_PASSWORD, or for a "
    "login issued by the school LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD",
}


def _when(seconds: float) -> str:
    """Return a moment; what stands in the file may be no such thing."""
    try:
        return in_poland(seconds)
    except (ValueError, OverflowError, OSError):
        return NOTHING


@command.command("token-info")
@child_read
def token_info(invocation: Invocation) -> None:
    """Show whose token it is and what it may read; never the token itself."""
    from ...endpoints import Auth

    invocation.read(lambda client: Auth.token_info(client.auth), _token_text)


async def _token_text(reading: Reading) -> Sequence[Section]:
    info = await reading.client.auth.token_info()
    scopes = NOTHING if info.scopes is None else ", ".join(info.scopes) or "none"
    pairs = [
        ("user", info.user_identifier or NOTHING),
        ("kind of user", info.user_type or NOTHING),
        ("school", info.school_id or NOTHING),
        ("school's server", info.school_node_name or NOTHING),
        ("may read", scopes),
        ("student", info.identifier_of_student_assigned_with_user or NOTHING),
        ("class", info.identifier_of_class_of_student_assigned_with_user or NOTHING),
    ]
    return [Section(reading.title("Access token"), [Fields(pairs)])]


@command.command("user-info")
@id_option("user", "auth token-info")
@child_read
def user_info(invocation: Invocation, id: str) -> None:
    """Show what Librus knows about a user of its own."""
    from ...endpoints import Auth

    async def text(reading: Reading) -> Sequence[Section]:
        info = await reading.client.auth.user_info(id)
        year = info.kindergarten_graduation_year
        pairs = [
            ("user", info.user_identifier or NOTHING),
            ("user's number", info.user_numeric_identifier or NOTHING),
            ("account's number", info.account_numeric_identifier or NOTHING),
            ("kind of user", info.user_type or NOTHING),
            ("state", info.user_state or NOTHING),
            ("school", info.school_id or NOTHING),
            ("class at school", info.user_school_class_id or NOTHING),
            ("student", info.identifier_of_student_assigned_with_user or NOTHING),
            ("class", info.identifier_of_class_of_student_assigned_with_user or NOTHING),
            ("left kindergarten", NOTHING if year is None else str(year)),
        ]
        return [Section("User", [Fields(pairs)])]

    invocation.read(lambda client: Auth.user_info(client.auth, id), text)


@command.command("classroom")
@id_option("class", "auth token-info")
@child_read
def classroom(invocation: Invocation, id: str) -> None:
    """Show what Librus tells about a class; accounts that were tried got no answer."""
    from ...endpoints import Auth

    async def text(reading: Reading) -> Sequence[Section]:
        found = await reading.client.auth.classroom(id)
        told = {key: value for key, value in found.items() if key not in _LINKS}
        return [Section(reading.title("Class"), [members(told)])]

    invocation.read(lambda client: Auth.classroom(client.auth, id), text)


@command.command("photos")
@child_read
def photos(invocation: Invocation) -> None:
    """List the account's photos: the one in use, and the one that waits for the school's consent."""
    from ...endpoints import Auth

    invocation.read(lambda client: Auth.photos(client.auth), _photos_text)


async def _photos_text(reading: Reading) -> Sequence[Section]:
    found = await reading.client.auth.photos()
    rows = [
        (photo.id or NOTHING, said, photo.file_name or NOTHING, *_kind_and_size(photo))
        for said, photo in (("in use", found.photo), ("waits for consent", found.awaiting_photo))
        if photo is not None
    ]
    return [Section(reading.title("Photos"), [table_or(_PHOTOS, rows, "There is no photo.")])]


def _kind_and_size(photo: AuthPhoto) -> tuple[str, str]:
    try:
        picture, kind = photo.image()
    except LibrusResponseValidationError:
        return NOTHING, NOTHING
    return kind or NOTHING, size(len(picture))


@command.command("photo")
@id_option("photo", "auth photos")
@child_download
def photo(invocation: Invocation, id: str, output: Path, force: bool) -> None:
    """Save a photo."""

    async def work(reading: Reading) -> None:
        from ...models import AuthPhoto, SavedFile
        from ...shells.disk import save

        found = _chosen(await reading.client.auth.photo(id), id) or AuthPhoto()
        picture, kind = found.image()
        save(picture, output, overwrite=force)
        saved = SavedFile(path=output, size=len(picture), content_type=kind, name=found.file_name)
        invocation.show_saved(reading, saved)

    invocation.run_for_child(work)


def _chosen(found: AuthPhotos, wanted: str) -> AuthPhoto | None:
    """Return the photo with that id, else the only one; Librus may also send the one that waits."""
    sent = [photo for photo in (found.photo, found.awaiting_photo) if photo is not None]
    return next((photo for photo in sent if photo.id == wanted), sent[0] if sent else None)
