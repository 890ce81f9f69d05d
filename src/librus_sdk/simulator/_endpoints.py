"""The names by which a test speaks of endpoints, and a helping hand for a misspelt one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from ..errors import LibrusConfigurationError
from ._api import API_ROUTES
from ._portal import PORTAL_ROUTES

__all__ = ["ENDPOINTS", "known_endpoint"]

ENDPOINTS: Final = (
    *(route.name for route in PORTAL_ROUTES.values()),
    *sorted(route.name for route in API_ROUTES.values()),
)


def known_endpoint(name: str) -> str:
    """Return the name if requests can come under it.

    A path of the API that the simulator does not serve is one, too (``Surveys``): it answers 404, unless a
    fault says otherwise. So only what looks like a slip of the pen is refused.

    Raises:
        LibrusConfigurationError: no request ever has this name.
    """
    if name in ENDPOINTS or name == "*":
        return name
    near = get_close_matches(name, ENDPOINTS, n=3, cutoff=0.75)
    if near or not name[:1].isupper():
        meant = ", ".join(near) or ", ".join(ENDPOINTS)
        raise LibrusConfigurationError(
            f"The simulator has no endpoint {name!r}. Did you mean one of: {meant}?"
        )
    return name
