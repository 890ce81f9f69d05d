"""Which parts of Librus have a document, and what each document says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from ..endpoints import Operation, Place, Send
from ..errors import LibrusConfigurationError
from ..settings import API_V3, GATEWAY_API_20, ApiBackend, Hosts

__all__ = ["Api", "DocumentBackend", "api_of"]

DocumentBackend: TypeAlias = Literal["api_v3", "gateway_api_20", "wiadomosci"]
"""What there is a document of."""

_OBSERVED: Final = (
    "Librus publishes no description of this API: this one is made from observed answers, so fields may be "
    "missing, be null, or come besides those named here."
)
_BEARER: Final = {
    "bearerAuth": {"type": "http", "scheme": "bearer", "description": "The child's token."},
}


def _cookie(said: str) -> Mapping[str, Any]:
    return {"cookieAuth": {"type": "apiKey", "in": "header", "name": "Cookie", "description": said}}


@dataclass(frozen=True, slots=True)
class Api:
    """A document: what it is called, where its operations are and who may call them.

    Attributes:
        server: the address its paths lie below.
        security: its security schemes, by name; each alone lets one in.
        places: the parts of Librus it describes.
        backend: only operations that exist on it are described; None where no session's back end matters.
        elsewhere: the addresses of parts whose paths lie below another one.
        confirmed: the only operations that are described; all of them when it is empty.
    """

    title: str
    about: str
    server: str
    security: Mapping[str, Any]
    places: tuple[Place, ...]
    backend: ApiBackend | None = None
    elsewhere: Mapping[Place, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    def describes(self, operation: Operation) -> bool:
        """Whether an operation belongs into the document: a read of a child's data on this API."""
        get = operation.get
        here = get.place in self.places and (self.backend is None or self.backend in get.backends)
        if self.confirmed and operation.operation_id not in self.confirmed:
            return False
        # The list of changes is no data of a child: it only says what to read, and reading it needs a
        # registration, which is no read.
        return here and not isinstance(get, Send) and operation.tag != "changes"


def _made() -> Mapping[str, Api]:
    hosts = Hosts()
    return {
        API_V3: Api(
            title="Librus Synergia, child API",
            about=(
                f"The reads of one child's data, as librus-sdk makes them. {_OBSERVED} The token is that of "
                "one child linked to a family account; it lives for some hours."
            ),
            server=hosts.api,
            security=_BEARER,
            places=("school",),
            backend=API_V3,
        ),
        GATEWAY_API_20: Api(
            title="Librus Synergia, gateway API 2.0",
            about=(
                f"The reads of one child's data with a login issued by the school, as librus-sdk makes them. "
                f"{_OBSERVED} The cookies are those of the register's website; they work for about a day, "
                "often less."
            ),
            server=f"{hosts.synergia}/gateway/api/2.0",
            security=_cookie("The cookies of the register's website, `oauth_token` above all."),
            places=("school", "kindergarten"),
            backend=GATEWAY_API_20,
            elsewhere={"kindergarten": f"{hosts.synergia}/gateway/ms/kindergartens"},
        ),
        "wiadomosci": Api(
            title="Librus Synergia, messages",
            about=(
                "The confirmed reads of one child's messages on their own website, as librus-sdk makes them. "
                f"{_OBSERVED} The cookies are its own, not those of the register's website; they work for "
                "about an hour."
            ),
            server=f"{hosts.wiadomosci}/api",
            security=_cookie("The cookies of the messages' website."),
            places=("messages",),
            # What else there is was seen by public clients only, in more than one form.
            confirmed=frozenset(
                {"listWiadomosciMessages", "getWiadomosciMessage", "getWiadomosciUnreadMessagesCount"}
            ),
        ),
    }


_APIS: Final = _made()


def api_of(backend: str) -> Api:
    """Return the document's description.

    Raises:
        LibrusConfigurationError: there is no such document.
    """
    if backend not in _APIS:
        known = ", ".join(_APIS)
        raise LibrusConfigurationError(f"backend must be one of these: {known}.")
    return _APIS[backend]
