"""What both HTTP edges share: building a request, reading a response, naming a failure, keeping quiet.

The HTTP library is imported here, and this module is imported only when a client is opened.  A token becomes
text in one expression of :func:`build`; no frame of ours keeps it in a variable.
"""

from __future__ import annotations

import functools
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, NoReturn

import httpcore2
import httpx2
import msgspec

from .._version import __version__
from ..core.http import Failure, Request, Response, origin_of
from ..errors import INTERNAL_ERROR, LibrusSdkError
from ..secret import Secret
from .fork import renew_after_fork
from .intake import ACCEPTED_CODINGS

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Client

__all__ = [
    "NETWORK_ERRORS",
    "TIMEOUT_ERRORS",
    "Jar",
    "build",
    "client_options",
    "core_request",
    "is_spent",
    "network_failure",
    "quiet",
    "response_of",
    "ssl_context_for",
    "timeout_failure",
    "unexpected",
]

USER_AGENT: Final = f"librus-sdk-python/{__version__}"

TIMEOUT_ERRORS: Final = (httpcore2.TimeoutException, httpx2.TimeoutException, TimeoutError)
NETWORK_ERRORS: Final = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    OSError,
)


KEPT_LONGER: Final = frozenset({"oauth_token"})
"""Cookies that are good for longer than they say: Librus lets this one live for ten minutes in each answer,
and takes it for about a day (reported live). Dropping it would mean the password once more."""


class _Cookies(CookieJar):
    """A cookie jar of the standard library, which would show every cookie to whoever prints it."""

    def __repr__(self) -> str:
        return f"<{len(self)} cookies>"

    __str__ = __repr__

    def set_cookie(self, cookie: Cookie) -> None:
        if cookie.name in KEPT_LONGER and not cookie.is_expired():
            cookie.expires, cookie.discard = None, True
        super().set_cookie(cookie)


class Jar:
    """The cookies of one sign-in. They outlive connections: event loops end and processes fork."""

    __slots__ = ("__weakref__", "cookies")

    def __init__(self) -> None:
        self.cookies = _Cookies()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin anew in a forked process: another thread may have held the lock of the cookies."""
        self.cookies = self.copy().cookies

    def has(self, name: str, url: str) -> bool:
        """Whether a cookie of this name would go to this address."""
        probe = httpx2.Request("GET", url)
        httpx2.Cookies(self.cookies).set_cookie_header(probe)
        sent = probe.headers.get("cookie", "")
        return any(part.partition("=")[0].strip() == name for part in sent.split(";"))

    def copy(self, only: frozenset[str] | None = None) -> Jar:
        """Return a jar with the same cookies, or with those of these names."""
        twin = Jar()
        for cookie in list(self.cookies):
            if only is None or cookie.name in only:
                twin.cookies.set_cookie(cookie)
        return twin

    def written(self) -> Secret:
        """Return the cookies as text, for a store."""
        return Secret(_COOKIES_OUT.encode([_WrittenCookie.of(each) for each in self.cookies]).decode())

    @classmethod
    def of(cls, text: Secret) -> Jar | None:
        """Return a jar with the cookies :meth:`written` has written; None when they cannot be read."""
        try:
            cookies = _COOKIES.decode(text.reveal())
        except (msgspec.MsgspecError, RecursionError):
            return None
        jar = cls()
        for cookie in cookies:
            jar.cookies.set_cookie(cookie.whole())
        return jar

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("cookies cannot be pickled: they are as good as a password")


class _WrittenCookie(msgspec.Struct, omit_defaults=True):
    """A cookie as it is kept: what a server's ``Set-Cookie`` can say of it."""

    name: str
    value: str | None
    domain: str
    path: str
    for_domain: bool = False
    dotted: bool = False
    with_path: bool = False
    secure: bool = False
    expires: float | None = None
    http_only: bool = False

    @classmethod
    def of(cls, cookie: Cookie) -> _WrittenCookie:
        return cls(
            cookie.name,
            cookie.value,
            cookie.domain,
            cookie.path,
            cookie.domain_specified,
            cookie.domain_initial_dot,
            cookie.path_specified,
            cookie.secure,
            cookie.expires,
            cookie.has_nonstandard_attr("HttpOnly"),
        )

    def whole(self) -> Cookie:
        return Cookie(
            version=0,
            name=self.name,
            value=self.value,
            port=None,
            port_specified=False,
            domain=self.domain,
            domain_specified=self.for_domain,
            domain_initial_dot=self.dotted,
            path=self.path,
            path_specified=self.with_path,
            secure=self.secure,
            expires=None if self.expires is None else int(self.expires),
            discard=self.expires is None,
            comment=None,
            comment_url=None,
            rest={"HttpOnly": ""} if self.http_only else {},
        )

    def __repr__(self) -> str:
        return "<cookie>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


_COOKIES: Final = msgspec.json.Decoder(list[_WrittenCookie])
_COOKIES_OUT: Final = msgspec.json.Encoder()


def client_options(jar: Jar | None = None) -> dict[str, Any]:
    """Options for a client of the HTTP library: no redirects, no environment, cookies only with a jar."""
    return {
        "cookies": CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])) if jar is None else jar.cookies,
        "follow_redirects": False,
        "trust_env": False,
        "headers": {"user-agent": USER_AGENT, "accept-encoding": ACCEPTED_CODINGS},
        # Time is bounded by a deadline over the whole attempt, not by limits per socket operation.
        "timeout": None,
    }


def build(client: Client | AsyncClient, request: Request) -> httpx2.Request:
    """Translate a request; the only place where secrets become text."""
    return client.build_request(
        request.method,
        request.url,
        params=list(request.query) or None,
        headers=[
            *request.headers,
            *([] if request.json is None else [("content-type", "application/json")]),
            *(
                []
                if request.bearer is None
                else [(request.bearer_header, f"Bearer {request.bearer.reveal()}")]
            ),
        ],
        content=request.json,
        data=None
        if request.form is None
        else {name: value.reveal() if isinstance(value, Secret) else value for name, value in request.form},
    )


def core_request(request: httpx2.Request) -> httpcore2.Request:
    """Translate the library's request for its own lower layer."""
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def is_spent(answer: httpcore2.Response) -> bool:
    """Whether nothing came behind the answer. Otherwise its connection must not be used again.

    The library would take such bytes for the next answer, and the next request may be for another child. It
    looks at the socket itself; what was read from there already is looked for here. Where the library keeps
    that is not for others to know, so when it is not found the connection is not used again either.
    """
    state: Any = answer.stream
    for name in ("_stream", "_connection", "_h11_state"):
        state = getattr(state, name, None)
    behind: object = getattr(state, "trailing_data", None)
    if not isinstance(behind, tuple) or behind[0] != b"":
        return False
    # Under asyncio what TLS has read and not yet decrypted is in no socket any more.
    tls = answer.extensions["network_stream"].get_extra_info("ssl_object")
    if not isinstance(tls, ssl.SSLObject):
        return True
    try:
        tls.read(1)
    except ssl.SSLError as error:
        return isinstance(error, ssl.SSLWantReadError)
    return False


def response_of(raw: httpx2.Response, body: bytes) -> Response:
    """Translate a response and what was kept of its body; cookies stay in the jar and are not copied."""
    headers = {name: value for name, value in raw.headers.items() if name != "set-cookie"}
    named = frozenset(text.partition("=")[0].strip() for text in raw.headers.get_list("set-cookie"))
    return Response(raw.status_code, body, headers, str(raw.url), named)


def timeout_failure(timeout_ms: int) -> Failure:
    """The whole answer was not there in time."""
    return Failure("timeout", "timeout", timeout_ms)


def network_failure(error: BaseException, handled: BaseException | None = None) -> Failure:
    """Name the failure from the exception's type alone: its text may hold addresses or worse.

    ``handled`` is the exception the program was handling when the request began, if any. Python hangs it
    behind ours, and it says nothing of the request.
    """
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current is not handled and current not in chain:
        chain.append(current)
        if isinstance(current, BaseExceptionGroup):  # one failure for each address of a host
            chain += current.exceptions
        current = current.__cause__ or current.__context__
    sent = not any(isinstance(item, _BEFORE_SENDING) for item in chain)
    for kinds, reason in _REASONS:
        if any(isinstance(item, kinds) for item in chain):
            return Failure("network", reason, sent=sent)
    return Failure("network", "connection failed", sent=sent)


# A refused connection is one that was never open; a reset one was.
_BEFORE_SENDING: Final = (httpcore2.ConnectError, socket.gaierror, ConnectionRefusedError)
_REASONS: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...]] = (
    (ssl.SSLCertVerificationError, "the TLS certificate is not trusted"),
    (ssl.SSLError, "TLS failure"),
    (socket.gaierror, "host name not found"),
    (ConnectionRefusedError, "connection refused"),
    ((ConnectionResetError, BrokenPipeError), "connection reset"),
    ((httpcore2.ProtocolError, httpx2.ProtocolError), "broken answer"),
)


def unexpected(error: Exception) -> LibrusSdkError:
    """What neither we nor the HTTP library foresaw; the text may hold anything, so only the type is told."""
    return LibrusSdkError(
        f"The request failed unexpectedly ({type(error).__name__}). This is a bug of the SDK.",
        code=INTERNAL_ERROR,
    )


@functools.cache
def _ssl_context() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()


def ssl_context_for(*urls: str) -> ssl.SSLContext | None:
    """The process's one TLS context, made when first needed; None when all addresses are plain http."""
    return _ssl_context() if any(origin_of(url)[0] == "https" for url in urls) else None


# --- the HTTP library's own log lines hold addresses, headers and cookies ---------------------------------

_ours: ContextVar[bool] = ContextVar("librus_sdk_request", default=False)


def _not_ours(_record: logging.LogRecord) -> bool:
    return not _ours.get()


for _name in (
    "httpx2",
    "httpcore2.connection",
    "httpcore2.http11",
    "httpcore2.http2",
    "httpcore2.proxy",
    "httpcore2.socks",
):
    logging.getLogger(_name).addFilter(_not_ours)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the HTTP library's loggers for our own requests, and for those only."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)
