"""``librus auth``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...errors import LibrusResponseValidationError
from .._columns import ID
from .._document import Column, Fields, Section, table_or
from .._invocation import Invocation, Reading
from .._objects import members
from .._options import LeafGroup, child_download, child_read, format_option, id_option
from .._words import NOTHING, size
from ._auth_status import Status

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
    """How commands sign in, and what is kept of it; photos; what the access token may read."""


@command.command("status")
@format_option
@click.pass_obj
def status(invocation: Invocation) -> None:
    """Show how commands sign in, what is kept of it, where and since when; nothing is asked of Librus."""
    found = Status(invocation.account, invocation.environ)
    if invocation.form == "json":
        invocation.dump(found.payload())
    else:
        invocation.show(found.sections())


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
