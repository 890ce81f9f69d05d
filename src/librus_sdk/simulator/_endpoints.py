"""The names by which a test speaks of endpoints, and a helping hand for a misspelt one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from ..errors import LibrusConfigurationError
from ._api import API_ROUTES
from ._gateway import GATEWAY, GATEWAY_ROUTES
from ._sites import SITES

__all__ = ["ENDPOINTS", "api_endpoint", "known_endpoint"]

# The gateway's data goes by the names that it has, or would have, in the child API.
_GATEWAY: Final = tuple(route.name.removeprefix(GATEWAY) for route in GATEWAY_ROUTES)
_API: Final = tuple(sorted({*(route.name for route in API_ROUTES), *_GATEWAY}))
# What somebody calls a module: neither one row by its id, nor a path that has no list.
_LISTS: Final = tuple(name for name in _API if not name.endswith("{id}"))
ENDPOINTS: Final = tuple(dict.fromkeys(route.name for site in SITES for route in site.routes))


def known_endpoint(name: str) -> str:
    """Return the name if requests can come under it.

    A path of the API that the simulator does not serve is one, too (``Surveys``): it answers 404, unless a
    fault says otherwise. So only what looks like a slip of the pen is refused.

    Raises:
        LibrusConfigurationError: no request ever has this name.
    """
    if name in ENDPOINTS or name == "*":
        return name
    if name.startswith(GATEWAY):  # it would make unlike names look alike
        path = name.removeprefix(GATEWAY)
        near = [GATEWAY + known for known in get_close_matches(path, _GATEWAY, n=3, cutoff=0.75)]
    else:
        path = name
        near = get_close_matches(name, ENDPOINTS, n=3, cutoff=0.75)
    if near or not path[:1].isupper():
        meant = ", ".join(near) or ", ".join(ENDPOINTS)
        raise LibrusConfigurationError(
            f"The simulator has no endpoint {name!r}. Did you mean one of: {meant}?"
        )
    return name


def api_endpoint(name: str) -> str:
    """Return the name if the simulated API serves requests under it.

    A part that others lie under is one, too (``Auth``).

    Raises:
        LibrusConfigurationError: it is misspelt, of the portal, not served, or ``*``. The message names what
            may have been meant: ``Grades/Averages`` for ``Averages``.
    """
    if any(known == name or known.startswith(f"{name}/") for known in _API):
        return name
    told = f"The simulated API has no endpoint {name!r}."
    near = _ending_with(name) or get_close_matches(name, _LISTS, n=3, cutoff=0.6)
    if near:
        raise LibrusConfigurationError(f"{told} Did you mean one of: {', '.join(near)}?")
    first = ", ".join(known for known in _LISTS if "/" not in known)
    raise LibrusConfigurationError(f"{told} These it has, and others below them: {first}.")


def _ending_with(name: str) -> list[str]:
    """The endpoints whose last part is that word, in capitals or not."""
    return [known for known in _LISTS if known.rpartition("/")[2].casefold() == name.casefold()]
