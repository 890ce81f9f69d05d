"""Walking redirects by hand: each step is a request of ours, to an origin that was named beforehand.

A request of a sign-in is sent once, unless its sender says how it is asked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from ..core.answers import failure_error
from ..core.http import Failure, Request, Response, origin_of, origin_text
from ..errors import LibrusPortalPageError
from ..secret import Secret
from .again import Again
from .steps import Exchange, Flow, Jar

__all__ = ["MAX_REDIRECTS", "Walked", "exchange", "redirect_of", "walk"]

MAX_REDIRECTS: Final = 10

# What a request for an authorisation consists of (OAuth 2). Asking gives something out and uses nothing up.
_ASKING: Final = frozenset({"client_id", "redirect_uri", "response_type", "scope", "state"})


@dataclass(frozen=True, slots=True)
class Walked:
    """Where a walk ended.

    Attributes:
        response: the last answer.
        beyond: where that answer leads, when it is not to one of the origins. It may hold a one-time code.
    """

    response: Response
    beyond: Secret | None = None


def exchange(request: Request, jar: Jar | None = None, again: Again | None = None) -> Flow[Response]:
    """Send one request of a sign-in. Raises the error of the SDK when no answer comes.

    ``again`` is for what is harmless. No POST is sent twice, whatever it says.
    """
    answer, attempt = (yield Exchange(request, jar)), 1
    while again is not None and (yield from again.paused(request, answer, attempt)):
        answer, attempt = (yield Exchange(request, jar)), attempt + 1
    if isinstance(answer, Failure):
        raise failure_error(request, answer)
    assert isinstance(answer, Response)
    return answer


def walk(request: Request, jar: Jar, origins: Collection[str], again: Again | None = None) -> Flow[Walked]:
    """Send the request and follow redirects as GETs, on these origins only: a form is never sent on.

    What is sent on the way bears the name of the request with ``.redirect``, and no more of its address than
    the origin is shown. With ``again`` that, too, is asked again, where its address asks for something and
    hands in nothing: a one-time code would be part of it.

    Raises:
        LibrusPortalPageError: there is no end to the redirects.
        LibrusSdkError: no answer came.
    """
    allowed = {origin_of(url) for url in origins}
    name = f"{request.name}.redirect"
    agent = tuple(item for item in request.headers if item[0] == "user-agent")
    harmless = True  # the sender says so, by giving ``again``
    for _ in range(MAX_REDIRECTS + 1):
        response = yield from exchange(request, jar, again if harmless else None)
        target = redirect_of(request, response)
        if target is None or _origin(target) not in allowed:
            return Walked(response, target)
        harmless = _only_asks(target)
        request = Request(
            "GET", target.reveal(), endpoint=origin_text(target.reveal()), name=name, headers=agent
        )
    raise LibrusPortalPageError("Librus redirects in a circle. Try again later.")


def redirect_of(request: Request, response: Response) -> Secret | None:
    """Return where the answer redirects to; boxed, as a traceback shows the variables of each frame."""
    location = response.headers.get("location")
    if not 300 <= response.status < 400 or not location:
        return None
    try:
        return Secret(urljoin(response.url or request.url, location))
    except ValueError:
        return Secret(location)


def _only_asks(target: Secret) -> bool:
    """Whether nothing in the query can be something that works once. Never raises, for what has an origin."""
    query = urlsplit(target.reveal()).query
    return all(name in _ASKING for name, _ in parse_qsl(query, keep_blank_values=True))


def _origin(target: Secret) -> tuple[str, str, int | None] | None:
    """Its origin; None when it is no address at all."""
    try:
        return origin_of(target.reveal())
    except ValueError:
        return None
