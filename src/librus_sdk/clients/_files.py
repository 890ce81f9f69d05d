"""What to make of the answer to a request for a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ..core.http import origin_of
from ..errors import LibrusResponseValidationError
from ..models.download import Download, DownloadDescriptor

__all__ = ["checked_file", "described", "file_address", "instead_of_file", "origin_text"]

_LIBRUS: Final = ".librus.pl"


def described(found: Download, headers: Mapping[str, str], *, name: str | None = None) -> Download:
    """Return the download with what its headers say about it."""
    return msgspec.structs.replace(
        found,
        content_type=headers.get("content-type"),
        content_disposition=headers.get("content-disposition"),
        name=name,
    )


def instead_of_file(found: Download) -> str:
    """Name what this is if it cannot be a file that was asked for, by what its headers say; else ``""``.

    Librus answers with JSON or a web page where it has no file to give. A file of such a type comes as an
    attachment, with a disposition.
    """
    if found.content_disposition is not None:
        return ""
    return {"application/json": "JSON", "text/html": "a web page"}.get(found.media_type, "")


def checked_file(found: Download, endpoint: str) -> Download:
    """Return the download if it can be the file that was asked for.

    Raises:
        LibrusResponseValidationError: it is JSON or a page.
    """
    if got := instead_of_file(found):
        raise _no_file(endpoint, f"$: expected a file, got {got}")
    return found


def file_address(note: DownloadDescriptor, url: str) -> str:
    """Return where to fetch the file, when that is a place of Librus.

    Args:
        note: what Librus sent in place of the file.
        url: the address the note came from.

    Raises:
        LibrusResponseValidationError: the address leads away from Librus, or is none.
    """
    home, there = origin_of(url), _origin_or_none(note.download_url)
    if there is not None:
        same = there[1] == home[1] or (there[1].endswith(_LIBRUS) and home[1].endswith(_LIBRUS))
        if same and there[0] in {home[0], "https"}:
            return note.download_url
    raise _no_file(url, "$.DownloadUrl: expected an address at Librus")


def _origin_or_none(url: str) -> tuple[str, str, int | None] | None:
    try:
        found = origin_of(url)
    except ValueError:
        return None
    return found if found[0] in {"http", "https"} and found[1] and url.isprintable() else None


def origin_text(url: str) -> str:
    """Return scheme, host and port of an address, for errors and events."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _no_file(endpoint: str, issue: str) -> LibrusResponseValidationError:
    return LibrusResponseValidationError(
        "Librus did not send a file here. It may be gone, or Librus is under maintenance; try again later.",
        details={"endpoint": endpoint, "issues": [issue]},
    )
