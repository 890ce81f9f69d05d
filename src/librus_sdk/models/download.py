"""Files: what an attachment is, and where else it may have to be fetched."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from ._decode import BROKEN, decoder, mended
from ._fields import OptionalText
from .rows import Record

__all__ = ["Download", "DownloadDescriptor", "SavedFile"]


class DownloadDescriptor(Record, frozen=True, kw_only=True):
    """What Librus sometimes sends in place of a file: its name and the address to fetch it from.

    Seen on the sibling API for homework attachments. The address works for a short time, and for whoever
    knows it: it is not in the repr.
    """

    download_url: str
    name: OptionalText = None

    def __repr__(self) -> str:
        return "<DownloadDescriptor>"


class _Described(Struct, frozen=True, kw_only=True):
    """What the headers say about a file."""

    content_type: str | None = None
    content_disposition: str | None = None
    name: str | None = None

    @property
    def file_name(self) -> str | None:
        """A name that is safe to create in a folder; None when Librus sent none that could be one.

        Folders, control characters, leading dots and names with a meaning of their own are taken off.
        """
        sent = _name_in(self.content_disposition) if self.content_disposition else None
        return _safe(sent or self.name or "")

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case; ``""`` when none was sent."""
        return (self.content_type or "").partition(";")[0].strip().lower()


class SavedFile(_Described, frozen=True, kw_only=True):
    """A file on disk, and what Librus said about it. Personal data: only its size is in the repr.

    Attributes:
        path: where it is, as it was given.
        size: the number of bytes.
        content_type: as sent, e.g. ``application/pdf``.
        content_disposition: as sent; read :attr:`file_name` instead.
        name: the name Librus gave beside the file, where it did.
    """

    path: Path
    size: int

    def __repr__(self) -> str:
        return f"<SavedFile: {self.size} bytes>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("size", self.size)]


class Download(_Described, frozen=True, kw_only=True, gc=False):
    """A file: its bytes, and what the headers say about it. Personal data: only its size is in the repr.

    That attachments come as bytes with these headers is what the public clients expect; either header may
    be missing.

    Attributes:
        content: the bytes.
        content_type: as sent, e.g. ``application/pdf``.
        content_disposition: as sent; read :attr:`file_name` instead.
        name: the name Librus gave beside the file, where it did.
    """

    content: bytes

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)

    def descriptor(self) -> DownloadDescriptor | None:
        """Return what these bytes say when they are no file but tell where to fetch it, else None."""
        if self.media_type != "application/json":
            return None
        content = mended(self.content)
        try:
            found: DownloadDescriptor = _DESCRIPTOR.decode(content)
        except BROKEN:
            pass
        else:
            return found
        try:
            linked: _Linked = _LINKED.decode(content)
        except BROKEN:
            return None
        return DownloadDescriptor(download_url=linked.data.link)

    def __repr__(self) -> str:
        return f"<Download: {self.size} bytes>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("size", self.size)]


class _Link(Struct, gc=False):
    link: str = msgspec.field(name="downloadLink")


class _Linked(Struct, gc=False):
    """How the messages' website says where a file is (seen live by public clients)."""

    data: _Link


_LINKED: Final[msgspec.json.Decoder[_Linked]] = msgspec.json.Decoder(_Linked)
_DESCRIPTOR: Final[msgspec.json.Decoder[DownloadDescriptor]] = decoder(DownloadDescriptor)

_LONGEST: Final = 150
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE | re.ASCII)


def _name_in(disposition: str) -> str | None:
    """Return the file name of a Content-Disposition header, in either of its two forms."""
    header = Message()
    try:
        header["content-disposition"] = disposition
        parts: Any = header.get_params([], header="content-disposition")
        names = [value for key, value in parts if key.lower() == "filename"]
        # The extended form comes as a tuple; it goes first, as it alone can hold Polish letters for sure.
        extended = [collapse_rfc2231_value(value) for value in names if isinstance(value, tuple)]
        return next(iter([*extended, *map(str, names)]), None)
    except (ValueError, LookupError):
        return None


def _safe(name: str) -> str | None:
    last = re.split(r"[/\\]", name)[-1]
    kept = _NOT_IN_NAMES.sub("", last).strip().lstrip(".").rstrip(". ")
    if not kept:
        return None
    if _DEVICES.match(kept):
        kept = f"_{kept}"
    stem, dot, suffix = kept.rpartition(".")
    if len(kept) <= _LONGEST:
        return kept
    if not dot or len(suffix) > 10:
        return kept[:_LONGEST]
    return f"{stem[: _LONGEST - len(suffix) - 1]}.{suffix}"
