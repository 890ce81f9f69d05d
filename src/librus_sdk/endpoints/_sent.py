"""What an answer looks like on the wire: what the decoders know of it, for documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeAlias, runtime_checkable

from msgspec import Meta

__all__ = ["Describes", "Digits", "Empty", "Sent"]

Digits: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]+$")]
"""A whole number as text."""

Empty: TypeAlias = Annotated[tuple[Any, ...], Meta(max_length=0)]
"""An empty list, which is how Librus writes an empty mapping, too."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What an endpoint sends.

    Attributes:
        wrapper: the name the data stands under; None where it is the answer itself.
        kind: its type, as msgspec reads it; ``bytes`` is a file.
        or_under: the name it may stand under instead, where it is the answer itself.
    """

    wrapper: str | None
    kind: Any
    or_under: str | None = None


@runtime_checkable
class Describes(Protocol):
    """A decoder that says what it decodes; every decoder of the catalogue does."""

    def sent(self) -> Sent:
        """Return what the endpoint sends."""
        ...
