"""What to make of the answer to a request for a file."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ..core.answers import Judge, Verdict, failure_error, judge_api
from ..core.headers import APP_HEADERS, UNPACKED
from ..core.http import Failure, Request, Response, is_at, is_of_librus, origin_of, plain_origin
from ..core.web_answers import judge_website
from ..errors import LibrusApiError, LibrusResponseValidationError
from ..flows.walk import redirect_of
from ..models.download import Download, DownloadDescriptor
from ..secret import Secret

__all__ = [
    "described",
    "file_address",
    "file_judge",
    "file_request",
    "is_surely_file",
    "judge_elsewhere",
    "kept",
    "note_in",
    "note_of",
    "page_judge",
]

# Of all good answers only these hold all of something: 204 is nothing, 206 a part.
_WHOLE: Final = (200, 203)
_JSON: Final = "JSON"
_PAGE: Final = "a web page"
_INSTEAD: Final = {
    "application/json": _JSON,
    "text/json": _JSON,
    "text/html": _PAGE,
    "application/xhtml+xml": _PAGE,
}
_STARTS: Final = {b"{": _JSON, b"[": _JSON, b"<": _PAGE}


def described(found: Download, headers: Mapping[str, str], *, name: str | None = None) -> Download:
    """Return the download with what its headers say about it."""
    return msgspec.structs.replace(
        found,
        content_type=headers.get("content-type"),
        content_disposition=headers.get("content-disposition"),
        name=name,
    )


def is_surely_file(status: int, headers: Mapping[str, str]) -> bool:
    """Whether this is the file that was asked for, whatever its content.

    Librus answers with JSON or a web page where it has no file to give. A file of such a type comes as an
    attachment, with a disposition. What comes without a type is told by how it begins.
    """
    found = described(Download(content=b""), headers)
    named = found.content_disposition is not None
    return status in _WHOLE and (named or found.media_type not in {"", *_INSTEAD})


@functools.cache
def file_judge(judge: Judge) -> Judge:
    """Return the judge of a file where JSON is judged by this one. A redirect it takes leads to the file."""

    def judge_file(request: Request, response: Response) -> Verdict:
        verdict = judge(request, response)
        if verdict.ok and response.ok and response.status not in _WHOLE:
            return Verdict(_no_file(request.endpoint, f"$: expected a file, got status {response.status}"))
        return verdict

    return judge_file


@functools.cache
def page_judge(store: str) -> Judge:
    """Return the judge of the website's pages that lead to files.

    Args:
        store: the address of the file store, the only place they may lead to.
    """

    def judge_page(request: Request, response: Response) -> Verdict:
        target = redirect_of(request, response)
        if target is not None and is_at(target, store):
            return Verdict()
        return judge_website(request, response)

    return judge_page


def judge_elsewhere(request: Request, response: Response) -> Verdict:
    """Judge an answer that should be a file, at an address of its own: there no token was sent."""
    error = file_judge(judge_api)(request, response).error
    if error is not None and response.status in (401, 404, 410):
        error = LibrusApiError(_ADDRESS_OVER, details=error.details)
    return Verdict(error)


def note_in(found: Download) -> DownloadDescriptor | None:
    """Return the note that came in place of the file, if this is one. What has a disposition is none."""
    return found.descriptor() if found.content_disposition is None else None


def note_of(target: Secret) -> DownloadDescriptor:
    """Return the note that says what a redirect says: where the file is."""
    return DownloadDescriptor(download_url=target.reveal())


def kept(found: Download, request: Request) -> Download:
    """Return the download if it is the file that was asked for, its content in the sink if there is one.

    Raises:
        LibrusResponseValidationError: it is JSON or a page, or more than the sink takes.
        LibrusSdkError: what the sink raises.
    """
    if found.content_disposition is None:
        start = found.content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        got = _INSTEAD.get(found.media_type) if found.media_type else _STARTS.get(start)
        if got:
            raise _no_file(request.endpoint, f"$: expected a file, got {got}")
    sink = request.sink
    if sink is None or not found.content:
        return found
    # It came without a type, so that it was kept in memory to be looked at.
    if found.size > sink.max_bytes:
        most = Failure("too_large", "larger than max_bytes", max_bytes=sink.max_bytes, option="max_bytes")
        raise failure_error(request, most)
    sink.begin()
    sink.write(found.content)
    return msgspec.structs.replace(found, content=b"")


def file_request(note: DownloadDescriptor, asked: Request) -> Request:
    """Return the request for the file a note leads to.

    The address is a key of its own: no token goes along, and nobody is shown the address, so that no variable
    holds it either.

    Args:
        note: what Librus sent in place of the file.
        asked: what it was sent for.

    Raises:
        LibrusResponseValidationError: the address leads away from Librus, or is none.
    """
    return Request(
        "GET",
        file_address(note, asked.url),
        endpoint=f"{_origin_text(note)}/REDACTED",
        name="file",
        headers=(*APP_HEADERS, UNPACKED),
        sink=asked.sink,
    )


def file_address(note: DownloadDescriptor, url: str) -> str:
    """Return where to fetch the file, when that is a place of Librus.

    Args:
        note: what Librus sent in place of the file.
        url: the address the note came from.

    Raises:
        LibrusResponseValidationError: the address leads away from Librus, or is none.
    """
    home, there = origin_of(url), plain_origin(Secret(note.download_url))
    if there is not None:
        same = there[1] == home[1] or (is_of_librus(there[1]) and is_of_librus(home[1]))
        if same and there[0] in {home[0], "https"}:
            return note.download_url
    raise _no_file(url, "$.DownloadUrl: expected an address at Librus")


def _origin_text(note: DownloadDescriptor) -> str:
    parts = urlsplit(note.download_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _no_file(endpoint: str, issue: str) -> LibrusResponseValidationError:
    return LibrusResponseValidationError(
        "Librus did not send a file here. It may be gone, or Librus is under maintenance; try again later.",
        details={"endpoint": endpoint, "issues": [issue]},
    )


_ADDRESS_OVER: Final = (
    "The address Librus gave for this file does not work: it has expired, or it was used already. Ask for "
    "the attachment again."
)
