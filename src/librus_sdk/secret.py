"""A box for text that must never be shown.

Passwords, bearer tokens, cookies and CSRF values travel through the SDK inside a :class:`Secret`.  The box
answers ``repr``, ``str`` and ``format`` with a mask and refuses to be pickled or copied into JSON, so a
log line, an exception, a debugger's list of locals or a crash reporter has nothing to show.  The text comes
out in one place only: where the request is put on the wire.
"""

from __future__ import annotations

import hmac
from typing import Any, Final, NoReturn

__all__ = ["Secret", "boxed", "is_text"]

MASK = "********"


class Secret:
    """Text that is shown as a mask everywhere and compared in constant time.

    >>> token = Secret("a-token")
    >>> token, f"{token}"
    (Secret('********'), '********')
    >>> token == Secret("a-token")
    True
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            # Deliberately without the value: this message may be logged.
            raise TypeError("a Secret holds text; got something that is not a str")
        self._text = text

    def reveal(self) -> str:
        """Return the text. Call it where the text is used and keep no variable of it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # What the environment could not decode stands in the text as surrogates.
        return hmac.compare_digest(
            self._text.encode("utf-8", "surrogatepass"), other._text.encode("utf-8", "surrogatepass")
        )

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: tokens and passwords do not belong in files")

    def __getstate__(self) -> NoReturn:
        # What some other libraries write down instead.
        raise TypeError("a Secret has no state to write down: tokens and passwords do not belong in files")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self


_NO_TEXT: Final = Secret("")


def boxed(value: object) -> Secret:
    """Box a text; never raises.

    For the first line of a function that is given a secret as plain text: a traceback shows the arguments of
    each frame, so the plain text must be out of sight before anything can go wrong.
    """
    if isinstance(value, Secret):
        return value
    return Secret(value) if isinstance(value, str) else _NO_TEXT


def is_text(box: Secret) -> bool:
    """Whether :func:`boxed` was given a text, and one that can be sent (it holds no surrogates)."""
    return box is not _NO_TEXT and not any("\ud800" <= character <= "\udfff" for character in box.reveal())
