"""Draw the refresh protocol's state diagram and table into the documentation.

``python tools/state_diagram.py`` writes them between the markers of every file that has them;
``--check`` writes nothing and fails when a file is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from librus_sdk.core.transitions import markdown, mermaid

ROOT: Final = Path(__file__).parents[1]
FILES: Final = ("docs/refresh-states.md", "README.md")
MUST_HAVE: Final = frozenset({"docs/refresh-states.md"})
PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "refresh-diagram": lambda: f"```mermaid\n{mermaid()}\n```",
    "refresh-table": markdown,
}


def current(text: str) -> str:
    """Return the text with its marked parts drawn anew. Raises ValueError for half a pair of markers."""
    for name, draw in PARTS.items():
        begin, end = f"<!-- {name}: generated, do not edit -->", f"<!-- /{name} -->"
        if text.count(begin) != text.count(end) or text.count(begin) > 1:
            raise ValueError(f"the markers of {name} do not come as one pair")
        if begin not in text:
            continue
        head, rest = text.split(begin)
        if end not in rest:
            raise ValueError(f"the markers of {name} stand in the wrong order")
        tail = rest.split(end)[1]
        text = f"{head}{begin}\n{draw()}\n{end}{tail}"
    return text


def main(arguments: list[str]) -> int:
    """Write or check every file; return the exit status."""
    status = 0
    for name in FILES:
        path = ROOT / name
        if not path.exists():
            if name in MUST_HAVE:
                print(f"{name} is missing")
                status = 1
            continue
        text = path.read_text(encoding="utf-8")
        drawn = current(text)
        if name in MUST_HAVE and any(f"<!-- {part}:" not in text for part in PARTS):
            print(f"{name} has lost its markers")
            status = 1
        if drawn == text:
            continue
        if "--check" in arguments:
            print(f"{name} is not current: run tools/state_diagram.py")
            status = 1
        else:
            path.write_text(drawn, encoding="utf-8")
            print(f"{name} written")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
