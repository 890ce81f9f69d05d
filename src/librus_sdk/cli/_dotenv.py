"""The file ``.env``: ``NAME=value`` lines that stand in for environment variables.

A small language on purpose. Values may be quoted; nothing is expanded, because passwords hold ``$`` and
backslashes; a value never spans lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import LibrusConfigurationError

__all__ = ["merged_environment", "parse_dotenv"]

_LINE: Final = re.compile(
    r"""(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*
    (?: '(?P<single>[^']*)'
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | (?P<plain>[^'"\s#](?:[^\s]|[ \t]+(?![#\s]))*)?
    )[ \t]*(?:(?<=\s)\#.*|(?<==)\#.*)?""",
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def parse_dotenv(text: str) -> dict[str, str]:
    r"""Read the lines of a ``.env`` file; of a name given twice the last counts.

    Text in single quotes stands as it is; in double quotes ``\n``, ``\r``, ``\t``, ``\"``, ``\\`` and ``\$``
    are read. Without quotes a value ends before `` #``.

    Raises:
        LibrusConfigurationError: a line is neither empty, a comment nor ``NAME=value``. It is named by its
            number; what stands in it may be a password and is not shown.
    """
    values: dict[str, str] = {}
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise LibrusConfigurationError(
                f"Line {number} of .env cannot be read. Write NAME=value; put a value that holds quotes or "
                "begins with # in quotes, and close them on the same line."
            )
        if found["double"] is not None:
            value = _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[0]), found["double"])
        else:
            value = found["single"] or found["plain"] or ""
        values[found["name"]] = value
    return values


def merged_environment(process: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the process's variables with those of the folder's ``.env`` added; the process's own win.

    Raises:
        LibrusConfigurationError: the file is there but may not be read, is no UTF-8 text, or has an odd line.
    """
    path = folder / ".env"
    if not path.is_file():  # missing; or a folder of that name, which is a virtual environment to some
        return dict(process)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = None
    except OSError:
        raise LibrusConfigurationError("The file .env in this folder may not be read by you.") from None
    if text is None:
        raise LibrusConfigurationError("The file .env in this folder is not UTF-8 text.")
    return {**parse_dotenv(text), **process}
