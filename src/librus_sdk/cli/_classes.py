"""Classes as they are said: ``5a``. Librus names the student's own class, and no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ._names import or_none
from ._words import NOTHING

if TYPE_CHECKING:
    from ..models import Embedded, Ref, SchoolClass
    from ._invocation import Reading

__all__ = ["ClassNames", "class_names"]


class ClassNames:
    """Names of classes.

    Args:
        own: the student's, None when it could not be read.
        other: what to call any other class; ``""``: by its id.
        lost: called when an id is shown because the class could not be read.
        missed: is told the id of any other class: it may be the student's by now.

    Attributes:
        own_id: the id of the student's class.
        own: its name, ``""`` when Librus did not tell.
    """

    def __init__(
        self,
        own: SchoolClass | None,
        other: str,
        lost: Callable[[], None],
        missed: Callable[[str], None],
    ) -> None:
        self.own_id = own.id if own else None
        self.own = own.name if own else ""
        self._other = other
        self._lost = lost if own is None else None
        self._missed = missed

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
        if self._lost is not None:
            self._lost()
        if self.own_id is None or (key == self.own_id and not self.own):
            return f"#{key}"
        if key == self.own_id:
            return self.own
        self._missed(key)
        return self._other or f"#{key}"

    def is_own(self, pointer: Ref | Embedded | None) -> bool:
        """Whether the student's class is pointed at, or may be: by nothing, or where Librus told no class."""
        if pointer is None or self.own_id is None or pointer.id == self.own_id:
            return True
        if pointer.id is not None:
            self._missed(pointer.id)
        return False


async def class_names(reading: Reading, other: str = "another class") -> ClassNames:
    """Read the name of the student's class.

    Args:
        reading: reads it.
        other: what to call any other class; ``""``: by its id.
    """
    own = await or_none(reading.tables.school.school_class())
    missed = partial(reading.tables.lists.missed, "Classes")
    return ClassNames(own, other, reading.nameless("Classes"), missed)
