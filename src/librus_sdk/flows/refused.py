"""A refused password is not sent again by itself: not even when another process has signed in since.

A slot remembers a refusal until it holds a credential again.  That may be one another process got; when it
ends, the password is still the refused one.
"""

from __future__ import annotations

from typing import Final, TypeVar

from ..core.refresh import Mode
from ..errors import (
    LibrusAccountActionRequiredError,
    LibrusCaptchaRequiredError,
    LibrusSdkError,
    LibrusTerminalAuthenticationError,
)
from .steps import Flow

__all__ = ["Refused"]

T = TypeVar("T")
_MENDED: Final = (LibrusCaptchaRequiredError, LibrusAccountActionRequiredError)


class Refused:
    """What Librus said last to the password of one account, if it was a refusal."""

    def __init__(self) -> None:
        self._error: LibrusSdkError | None = None

    def remember(self, error: LibrusSdkError) -> None:
        """Remember a refusal; one that was shared counts like one's own.

        A captcha, or a step that a person had to take, says nothing of the password: whoever signed in since
        has mended that.
        """
        if not isinstance(error, _MENDED):
            self._error = error.replicate()

    def stands(self, mode: Mode) -> bool:
        """Whether the password must not be sent, as nobody asked for that."""
        return self._error is not None and mode == "need"

    def is_known(self, error: LibrusSdkError) -> bool:
        """Whether this says what is remembered."""
        known = self._error
        return known is not None and (type(known), known.code) == (type(error), error.code)

    def guarded(self, mode: Mode, sign_in: Flow[T]) -> Flow[T]:
        """Run the sign-in, or raise what is remembered of the last one."""
        if self._error is not None and self.stands(mode):
            sign_in.close()
            raise self._error.replicate()
        try:
            got = yield from sign_in
        except LibrusTerminalAuthenticationError as error:
            self.remember(error)
            raise
        self._error = None
        return got
