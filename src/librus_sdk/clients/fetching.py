"""A file that lies elsewhere: how the note that came in its place becomes the file."""

from __future__ import annotations

from functools import partial
from typing import Final

from ..core.http import Request, is_at
from ..core.retry import retry_after_s
from ..endpoints import download
from ..flows.call import call
from ..flows.sandbox import SandboxFlows
from ..flows.steps import Flow
from ..models.download import Download, DownloadDescriptor
from ..secret import Secret
from ._files import described, file_judge, file_request, judge_elsewhere, kept, page_judge
from .doors import Door
from .options import Parts

__all__ = ["fetched"]


def fetched(note: DownloadDescriptor, asked: Request, door: Door, parts: Parts) -> Flow[Download]:
    """Return the file a note leads to, its content in the sink of what was asked if there is one.

    A place in the file store has a protocol of its own. A page of the register's website leads there, and
    wants the cookies of the session. Anything else at Librus is an address that can be asked without more.

    Raises:
        LibrusResponseValidationError: the address leads away from Librus, or there is no file.
        LibrusSdkError: as for every read.
    """
    hosts = parts.settings.hosts
    link = Secret(note.download_url)
    if door.opens_pages and is_at(link, hosts.synergia):
        led = yield from _led_on(link, asked, door, parts)
        if isinstance(led, Download):
            return led
        link = led
    if is_at(link, hosts.sandbox):
        sandbox = SandboxFlows(hosts, parts.ports, parts.settings.retry)
        found = yield from sandbox.fetch(link, asked)
        error = judge_elsewhere(found.request, found.response).error
        if error is not None:
            error.retry_after_s = retry_after_s(found.response, parts.ports.wall())
            raise error
        whole = described(Download(content=found.response.body), found.response.headers, name=note.name)
        return kept(whole, found.request)
    request = file_request(note, asked)
    answer = yield from call(
        request,
        slot=None,
        judge=judge_elsewhere,
        decode=_WHOLE,
        retry=parts.settings.retry,
        ports=parts.ports,
    )
    return kept(described(answer.value, answer.headers, name=note.name), request)


def _led_on(link: Secret, asked: Request, door: Door, parts: Parts) -> Flow[Secret | Download]:
    """Ask the website's page for where the file is; it may also send it."""
    hosts = parts.settings.hosts
    request = Request(
        "GET",
        link.reveal(),
        endpoint=f"{hosts.synergia}/REDACTED",
        name="file.page",
        headers=door.headers(file=True),
        sink=asked.sink,
    )
    answer = yield from call(
        request,
        slot=door.slot,
        judge=file_judge(page_judge(hosts.sandbox)),
        decode=_WHOLE,
        retry=parts.settings.retry,
        ports=parts.ports,
    )
    if answer.target is not None:
        return answer.target
    return kept(described(answer.value, answer.headers), request)


_WHOLE: Final = partial(download(), strict=False)
