"""The decoder of files: the bytes as they are."""

from __future__ import annotations

from typing import Final

from ..models.download import Download
from ._sent import Sent
from ._shapes import Decode

__all__ = ["download"]


class _FileShape:
    """Bytes. What they are is in the headers, which the client adds: see ``Bound.read``."""

    @staticmethod
    def sent() -> Sent:
        return Sent(None, bytes)

    def __call__(self, body: bytes, endpoint: str, strict: bool) -> Download:  # noqa: ARG002
        return Download(content=body)


_SHAPE: Final = _FileShape()


def download() -> Decode[Download]:
    """Return the decoder of a file."""
    return _SHAPE
