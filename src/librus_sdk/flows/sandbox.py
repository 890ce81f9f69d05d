"""The file store of Librus ("sandbox"): how a link to a file becomes the file.

Links of two forms are known, from other public clients; both open a page that says to wait while Librus
brings the file.  A link is a key: whoever knows it has the file.  So no token goes along, and neither a link
nor a part of one is ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit, urlunsplit

from ..core.answers import Verdict, error_by_status, failure_error, judge_api, passes
from ..core.headers import BROWSER_AGENT, UNPACKED
from ..core.http import (
    Request,
    Response,
    is_at,
    is_of_librus,
    json_object,
    origin_text,
    plain_origin,
    segment,
)
from ..core.retry import retry_after_s
from ..errors import (
    LibrusApiError,
    LibrusMaintenanceError,
    LibrusRateLimitedError,
    LibrusResponseValidationError,
    LibrusSdkError,
)
from ..secret import Secret
from ..settings import Hosts, RetryPolicy
from .call import call
from .steps import Flow, Pause, Ports
from .walk import MAX_REDIRECTS, redirect_of

__all__ = ["Fetched", "SandboxFlows"]

# The page of the file store itself asks after 5 s, then every 10 s, and gives up after 15 times.
MAX_POLLS: Final = 15
FIRST_PAUSE_S: Final = 5.0
PAUSE_S: Final = 10.0

_KEY: Final = "singleUseKey"
_BY_KEY: Final = "CSTryToDownload"
_GONE: Final = "CSDownloadFailed"
_WAITING_PAGE: Final = "/GetFile/"
_ONCE: Final = RetryPolicy.off()
_READY: Final = "ready"
_NOT_YET: Final = "not_downloaded_yet"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came where the file should be, and what was asked in the end: not judged yet."""

    request: Request
    response: Response


@dataclass(frozen=True, slots=True)
class SandboxFlows:
    """How files are fetched from the file store.

    Retrying is for what can be asked twice; a key that is used up is not.
    """

    hosts: Hosts
    ports: Ports
    retry: RetryPolicy

    def fetch(self, link: Secret, asked: Request) -> Flow[Fetched]:
        """Return the answer a link leads to, which should be the file. It takes up to two and a half minutes.

        Args:
            link: where Librus says the file is, in JSON or as the ``Location`` of a redirect.
            asked: what was asked for when Librus said so; the file goes into its sink.

        Raises:
            LibrusResponseValidationError: the link leads away from Librus.
            LibrusApiError: Librus has no such file any more, is not done with bringing it, or has trouble.
            LibrusSdkError: no answer came.
        """
        address = Secret(link.reveal().replace("&amp;", "&"))
        if not self._is_librus(address):
            raise _away(asked.endpoint)
        found = yield from self._open(address, asked)
        if not _says_wait(found.response):
            return found
        # Where it says to wait tells what to wait for.
        here = Secret(found.request.url)
        key = _key_in(here)
        if key is not None:
            return (yield from self._by_key(here, key, asked))
        if _WAITING_PAGE in urlsplit(here.reveal()).path:
            return (yield from self._by_page(here, asked))
        return found

    # --- the two forms -----------------------------------------------------------------------------------

    def _by_page(self, page: Secret, asked: Request) -> Flow[Fetched]:
        """Ask for the file behind a page until it is there."""
        file, polls = _behind(page), 0
        while True:
            found = yield from self._open(file, asked, referer=page)
            if not _says_wait(found.response):
                return found
            polls += 1
            yield from _waited(polls, found)

    def _by_key(self, page: Secret, key: Secret, asked: Request) -> Flow[Fetched]:
        """Ask what became of a key until it opens the file."""
        check = self._request("POST", _check_address(page), name="file.check", form=((_KEY, key),))
        polls = 0
        while True:
            response = yield from self._send(check, _ONCE)
            status = _status_in(response)
            if status == _READY:
                return (yield from self._open(_file_address(page, key), asked, retry=_ONCE))
            if status != _NOT_YET:
                raise self._no_longer(check, response)
            polls += 1
            yield from _waited(polls, Fetched(check, response))

    def _no_longer(self, request: Request, response: Response) -> LibrusSdkError:
        """The key has failed; an outage says nothing of the key."""
        details: dict[str, Any] = {"endpoint": request.endpoint, "status": response.status}
        if not passes(response.status):
            return LibrusApiError(_KEY_FAILED, details=details)
        told = error_by_status("The file store of Librus", response.status, details)
        told.retry_after_s = retry_after_s(response, self.ports.wall())
        return told

    # --- one address -------------------------------------------------------------------------------------

    def _open(
        self,
        address: Secret,
        asked: Request,
        *,
        referer: Secret | None = None,
        retry: RetryPolicy | None = None,
    ) -> Flow[Fetched]:
        """Ask for what is at this address, and where it redirects to within the file store."""
        for _ in range(MAX_REDIRECTS + 1):
            if _GONE in address.reveal():
                raise LibrusApiError(_FILE_GONE, details={"endpoint": _shown(address), "status": 404})
            request = self._request("GET", address, name="file", referer=referer, asked=asked)
            response = yield from self._send(request, self.retry if retry is None else retry)
            target = redirect_of(request, response)
            if target is None:
                return Fetched(request, response)
            if not self._is_store(target):
                raise _away(asked.endpoint)
            address = target
        raise LibrusResponseValidationError(
            "Librus redirects in a circle instead of sending the file. Try again later.",
            details={"endpoint": asked.endpoint, "issues": ["$: expected a file, got a circle of redirects"]},
        )

    def _request(
        self,
        method: Literal["GET", "POST"],
        address: Secret,
        *,
        name: str,
        referer: Secret | None = None,
        form: tuple[tuple[str, str | Secret], ...] | None = None,
        asked: Request | None = None,
    ) -> Request:
        return Request(
            method,
            address.reveal(),
            endpoint=_shown(address),
            name=name,
            headers=(
                BROWSER_AGENT,
                UNPACKED,
                *([] if referer is None else [("referer", referer.reveal())]),
            ),
            form=form,
            sink=None if asked is None else asked.sink,
        )

    def _send(self, request: Request, retry: RetryPolicy) -> Flow[Response]:
        """Send, with retries, and return the answer, to be judged by whoever knows what it should be.

        Raises:
            LibrusMaintenanceError: Librus announces maintenance; it is left alone until that is over.
            LibrusRateLimitedError: it asks for fewer requests.
            LibrusSdkError: no answer came.
        """
        came: list[Response] = []

        def noted(request: Request, response: Response) -> Verdict:
            came.append(response)
            verdict = judge_api(request, response)
            until_when = isinstance(verdict.error, LibrusMaintenanceError | LibrusRateLimitedError)
            return verdict if until_when else Verdict()

        yield from call(request, slot=None, judge=noted, decode=_as_it_is, retry=retry, ports=self.ports)
        return came[-1]

    # --- where files may be ------------------------------------------------------------------------------

    def _is_librus(self, address: Secret) -> bool:
        """Whether the address is one of Librus: of the file store, or over HTTPS of any host of Librus."""
        if self._is_store(address):
            return True
        origin = plain_origin(address)
        return origin is not None and origin[0] == "https" and is_of_librus(origin[1])

    def _is_store(self, address: Secret) -> bool:
        return is_at(address, self.hosts.sandbox)


# Nothing below raises because of what an address or answer holds: a traceback would show it.


def _shown(address: Secret) -> str:
    return f"{origin_text(address.reveal())}/REDACTED"


def _says_wait(response: Response) -> bool:
    """Whether this is a page; one that is a file has a disposition."""
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.ok and media == "text/html" and "content-disposition" not in response.headers


def _key_in(address: Secret) -> Secret | None:
    query = parse_qs(urlsplit(address.reveal()).query)
    keys = query.get(_KEY, [])
    return Secret(keys[0]) if query.get("action") == [_BY_KEY] and keys else None


def _behind(page: Secret) -> Secret:
    parts = urlsplit(page.reveal())
    path = parts.path.rstrip("/")
    return Secret(urlunsplit(parts._replace(path=path if path.endswith("/get") else f"{path}/get")))


def _check_address(page: Secret) -> Secret:
    return _with_query(page, "action=CSCheckKey")


def _file_address(page: Secret, key: Secret) -> Secret:
    return _with_query(page, f"action=CSDownload&{_KEY}={segment(key.reveal())}")


def _with_query(page: Secret, query: str) -> Secret:
    return Secret(urlunsplit(urlsplit(page.reveal())._replace(query=query, fragment="")))


def _status_in(response: Response) -> str | None:
    """What has become of a key, if it is one of the words known for that."""
    status = (json_object(response.body) or {}).get("status") if response.ok else None
    return next((known for known in (_READY, _NOT_YET) if known == status), None)


def _as_it_is(body: bytes, _endpoint: str) -> bytes:
    return body


def _waited(polls: int, last: Fetched) -> Flow[None]:
    """Wait before the next poll; raise when there have been enough."""
    if polls == MAX_POLLS:
        details = {"endpoint": last.request.endpoint, "status": last.response.status}
        raise LibrusApiError(_STILL_WAITING, details=details)
    late = yield Pause(FIRST_PAUSE_S if polls == 1 else PAUSE_S)
    if late is not None:
        raise failure_error(last.request, late)


def _away(endpoint: str) -> LibrusResponseValidationError:
    return LibrusResponseValidationError(
        "Librus gave an address for this file that is not one of Librus, so nothing was asked there.",
        details={"endpoint": endpoint, "issues": ["$: expected an address at Librus"]},
    )


_KEY_FAILED: Final = (
    "The address Librus gave for this file does not work: it has expired, or it was used already. Ask for "
    "the attachment again."
)
_FILE_GONE: Final = "Librus does not have this file any more: the attachment is gone."
_STILL_WAITING: Final = (
    "Librus is still bringing this file from its archive. Ask for the attachment again in a few minutes."
)
