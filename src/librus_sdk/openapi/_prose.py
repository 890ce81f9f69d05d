"""Docstrings as text for documents: the prose, and what is said about each attribute."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

__all__ = ["attributes", "prose", "summary"]

_SECTION: Final = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$|^>>> ", re.MULTILINE)
_ROLE: Final = re.compile(r":\w+:`~?([^`]+)`")
_ATTRIBUTE: Final = re.compile(r"^(?:    )(\w+): ", re.MULTILINE)


def _plain(text: str) -> str:
    """Return the text with its markup as Markdown has it, lines joined."""
    text = _ROLE.sub(r"`\1`", text).replace("``", "`")
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def prose(doc: str) -> str:
    """Return what stands before the sections on arguments, attributes and errors."""
    return _plain(_SECTION.split(doc, maxsplit=1)[0])


def summary(doc: str) -> str:
    """Return the first line, without its full stop."""
    return _plain(doc.partition("\n")[0]).removesuffix(".")


def attributes(kind: type[Any]) -> dict[str, str]:
    """Return what the docstring of a class says about its attributes, by name; what it inherits included."""
    said: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        section = inspect.cleandoc(each.__doc__ or "").partition("\nAttributes:\n")[2]
        section = re.split(r"^\S", section, maxsplit=1, flags=re.MULTILINE)[0]
        parts = _ATTRIBUTE.split(section)[1:]
        said |= {name: _plain(text) for name, text in zip(parts[::2], parts[1::2], strict=True)}
    return said
