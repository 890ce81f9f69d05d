"""Which child a command is about: the one ``--child`` names, else ``LIBRUS_CHILD``, else the only one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ..errors import AMBIGUOUS_CHILD, CHILD_NOT_FOUND, CHILD_REQUIRED, LibrusChildError

if TYPE_CHECKING:
    from ..models import ChildAccount
    from ..session import AsyncLibrusSession

__all__ = ["chosen_child"]

_OPTION: Final = "--child"
_VARIABLE: Final = "LIBRUS_CHILD"
_SAID: Final[Mapping[str, str]] = {
    _OPTION: _OPTION,
    # Nobody has typed it just now, and it may be forgotten.
    _VARIABLE: f"The variable {_VARIABLE} (environment or .env)",
}


async def chosen_child(
    session: AsyncLibrusSession, given: str | None, environ: Mapping[str, str]
) -> ChildAccount:
    """Return the child that is meant. The list of children that an earlier run has kept will do.

    Args:
        session: a family account's.
        given: what ``--child`` says; None where it was not given.
        environ: the variables.

    Raises:
        LibrusChildError: nothing says which of several, or what says so names none of them, or more than one.
        LibrusSdkError: the list cannot be read.
    """
    selector = environ.get(_VARIABLE) if given is None else given
    if selector:
        return await _named(session, selector, _VARIABLE if given is None else _OPTION)
    # A list that cannot be read is the more urgent news: no choice of a child would help.
    children = await session.list_children()
    if len(children) == 1 and not children.rejected:
        return children[0]
    raise LibrusChildError(
        f"Which child? Give {_OPTION} with an id or login, or set {_VARIABLE}. {await _ids(session)}",
        code=CHILD_REQUIRED,
    )


async def _named(session: AsyncLibrusSession, selector: str, where: str) -> ChildAccount:
    try:
        return await session.resolve_child(selector)
    except LibrusChildError as error:
        problem = error.replicate()
    if problem.code == CHILD_NOT_FOUND:
        wanted = "it takes an id or a login, not a name"
        problem.message = f"{_SAID[where]} names no linked child: {wanted}. {await _ids(session)}"
    elif problem.code == AMBIGUOUS_CHILD:
        problem.message = f"{_SAID[where]} gives a login that several linked children have; use the id."
    raise problem


async def _ids(session: AsyncLibrusSession) -> str:
    # Known by now, so nothing is asked; no names, which do not belong into an error.
    known = ", ".join(child.id for child in await session.list_children()) or "none"
    return f"Ids of the linked children: {known}."
