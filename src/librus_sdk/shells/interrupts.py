"""What an interrupt must not carry: the frames it came through hold secrets as plain text."""

from __future__ import annotations

__all__ = ["forget_origin"]


def forget_origin(error: BaseException) -> BaseException:
    """Take the frames off an interrupt that it came through: a traceback would show what they hold."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
