"""What the API answers with: a collection of wire rows, and how an answer is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ._rows import API, Row

__all__ = ["Table", "encode"]


@dataclass(frozen=True, slots=True)
class Table:
    """A collection: its list answer is ``{many: rows}``, one row is ``{one: row}``."""

    many: str
    one: str
    rows: tuple[Row, ...]


def encode(payload: dict[str, Any], path: str) -> bytes:
    """Return the answer as JSON with the two keys of every answer, ``Resources`` and ``Url``."""
    parent = path.rpartition("/")[0] or "Root"
    full = {**payload, "Resources": {"..": {"Url": f"{API}/{parent}"}}, "Url": f"{API}/{path}"}
    return json.dumps(full, ensure_ascii=False, separators=(",", ":")).encode()
