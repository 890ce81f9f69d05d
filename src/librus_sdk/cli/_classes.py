"""Classes as they are said: ``5a``. Librus names the student's own class, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._names import or_none
from ._words import NOTHING

if TYPE_CHECKING:
    from ..clients.api import AsyncSynergiaApiClient
    from ..models import Embedded, Ref, SchoolClass

__all__ = ["ClassNames", "class_names"]


class ClassNames:
    """Names of classes. ``own``: the student's, if it could be read.

    Attributes:
        own_id: the id of the student's class.
        own: its name, ``""`` when Librus did not tell.
    """

    def __init__(self, own: SchoolClass | None) -> None:
        self.own_id = own.id if own else None
        self.own = own.name if own else ""

    def __call__(self, pointer: Ref | Embedded | None) -> str:
        """Return the name of the class that is pointed at."""
        label = getattr(pointer, "label", None)
        if label:
            return f"{getattr(pointer, 'number', None) or ''}{label}"
        return self.by_id(pointer.id if pointer else None)

    def by_id(self, key: str | None) -> str:
        """Return the name of the class with this id."""
        if key is None:
            return NOTHING
        if self.own_id is None or (key == self.own_id and not self.own):
            return f"#{key}"
        return self.own if key == self.own_id else "another class"


async def class_names(client: AsyncSynergiaApiClient) -> ClassNames:
    """Read the name of the student's class."""
    return ClassNames(await or_none(client.school.school_class()))
