"""The parts of Librus a client may ask, and how each is asked: address, headers, credential, judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ..core.answers import Judge, judge_api
from ..core.headers import APP_AGENT, APP_HEADERS, BROWSER_AGENT, UNPACKED
from ..core.http import GATEWAY, join_url
from ..core.web_answers import judge_gateway, judge_messages
from ..endpoints import Get, Place
from ..errors import LibrusUnsupportedBackendError
from ..secret import Secret
from ..settings import API_V3, GATEWAY_API_20, ApiBackend, Hosts
from ..shells.slots import Slot
from ._files import page_judge

__all__ = [
    "Door",
    "Doors",
    "bff_door",
    "gateway_doors",
    "messages_door",
    "school_door",
    "unsupported",
    "unsupported_read",
]

_JSON: Final = ("accept", "application/json")


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """How one part of Librus is asked.

    Attributes:
        base: the address everything lies below.
        judge: what an answer means.
        says: what requests say they come from.
        slot: whose credential goes along; None with a bare token.
        bearer: the bare token.
        bearer_header: where the token goes.
        opens_pages: whether what it answers may lead on to pages of the register's website, with its
            credential.
    """

    base: str
    judge: Judge
    says: tuple[tuple[str, str], ...]
    slot: Slot | None = None
    bearer: Secret | None = field(default=None, repr=False)
    bearer_header: str = "authorization"
    opens_pages: bool = False

    def headers(self, *, file: bool) -> tuple[tuple[str, str], ...]:
        """Return the headers of a read; a file is of any type, and not to be packed on the way."""
        return (*self.says, UNPACKED) if file else (_JSON, *self.says)


Doors: TypeAlias = Mapping[Place, Door]


def school_door(hosts: Hosts, *, slot: Slot | None = None, bearer: Secret | None = None) -> Door:
    """The child API 3.0; confirmed live with exactly what the phone app sends."""
    return Door(hosts.api, judge_api, APP_HEADERS, slot, bearer)


def gateway_doors(hosts: Hosts, web: Slot) -> Doors:
    """The gateway API 2.0, and beside it what kindergartens have: cookies only."""
    school = join_url(hosts.synergia, GATEWAY)
    kindergarten = join_url(hosts.synergia, "/gateway/ms/kindergartens")
    return {
        "school": Door(school, judge_gateway, APP_HEADERS, web, opens_pages=True),
        "kindergarten": Door(kindergarten, judge_gateway, APP_HEADERS, web),
        "website": Door(hosts.synergia, page_judge(hosts.sandbox), (BROWSER_AGENT,), web),
    }


def messages_door(hosts: Hosts, slot: Slot) -> Door:
    """The messages' website, which a browser is expected to read: cookies only."""
    return Door(join_url(hosts.wiadomosci, "/api"), judge_messages, (BROWSER_AGENT,), slot)


def bff_door(hosts: Hosts, slot: Slot) -> Door:
    """The phone application's own back end: the child's token in a header of its own."""
    return Door(hosts.bff, judge_api, (APP_AGENT,), slot, bearer_header="x-zse-authorization")


def unsupported(backend: ApiBackend, what: str) -> LibrusUnsupportedBackendError:
    """The error of what a session's back end does not have; ``what`` begins its sentence."""
    return LibrusUnsupportedBackendError(f"{what} {_NEEDS[backend]}", details={"api_backend": backend})


def unsupported_read(backend: ApiBackend, get: Get[Any]) -> LibrusUnsupportedBackendError:
    """The error of a read that a client has no door to: another client has it, or another account."""
    other = _OTHER_CLIENT.get((backend, get.place))
    if other is not None:
        return LibrusUnsupportedBackendError(other, details={"api_backend": backend})
    # What follows in a path may be an id.
    first = get.path.partition("/")[0]
    what = _PLACES.get(get.place) or _PATHS.get(first) or f"What was asked for ({first})"
    return unsupported(backend, what)


_WEBSITE_CLIENT: Final = (
    "This client does not read the messages' website. Ask for the client that does: "
    "session.for_child_wiadomosci."
)
_OTHER_CLIENT: Final[Mapping[tuple[ApiBackend, Place], str]] = {
    (API_V3, "messages"): _WEBSITE_CLIENT,
    (GATEWAY_API_20, "messages"): _WEBSITE_CLIENT,
    (API_V3, "bff"): "This client does not read the back end of the phone application. Ask for the client "
    "that does: session.for_child_bff.",
}
_PLACES: Final[Mapping[Place, str]] = {
    "bff": "The back end of the phone application",
    "kindergarten": "The service of kindergartens",
    "website": "A file of the register's website",
}
_PATHS: Final[Mapping[str, str]] = {
    "ChangeRegister": "The list of changes (ChangeRegister)",
    "PushChanges": "The list of changes (PushChanges)",
    "NotificationCenter": "The notification centre (NotificationCenter)",
}

_NEEDS: Final[Mapping[ApiBackend, str]] = {
    API_V3: "exists only with a login issued by the school: LibrusSession.from_gateway_credentials, or "
    "LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD with LIBRUS_API_BACKEND=gateway_api_20.",
    GATEWAY_API_20: "needs the family account of the Librus portal (LIBRUS_PORTAL_EMAIL and "
    "LIBRUS_PORTAL_PASSWORD); a login issued by the school does not have it.",
}
