"""How the messages' host writes things down: base64, wall-clock dates, flags of three kinds."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from html import escape
from typing import Final

__all__ = ["body", "flag", "moment", "page_text", "preview", "unpacked", "unpadded"]

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MARK: Final = "\ufeff"
_SHOWN_BYTES: Final = 43
_SHOWN_LETTERS: Final = 40
_PLAIN: Final = 5
"""One preview in so many is not base64."""


def preview(text: str, number: int) -> str:
    """The beginning of a message as a list shows it: base64 of so many bytes, whatever letter they end in."""
    if number % _PLAIN == _PLAIN - 1:
        return text[:_SHOWN_LETTERS]
    return base64.b64encode(text.encode()[:_SHOWN_BYTES]).decode()


def body(text: str, number: int) -> str:
    """The whole message: base64 of a small XML document, with or without declaration and byte-order mark."""
    # The end of a CDATA section inside one is written as two sections.
    inside = text.replace("]]>", "]]]]><![CDATA[>")
    document = f"<Message><Content><![CDATA[{inside}]]></Content></Message>"
    starts = ("", _DECLARATION, _MARK + _DECLARATION, _MARK)
    return base64.b64encode((starts[number % 4] + document).encode()).decode()


def page_text(text: str, number: int) -> str:
    """Plain lines as the HTML inside a message: breaks, paragraphs, or just lines; some end with a link."""
    lines = [escape(line, quote=number % 2 == 0) for line in text.split("\n")]
    match number % 3:
        case 0:
            page = "<br>".join(lines)
        case 1:
            page = "".join(f"<p>{line}</p>" for line in lines)
        case _:
            page = "\n".join(lines)
    if number % 6 == 4:
        address = "https://www.example.org/szkola"
        page += f'<br /><a href="https://liblink.pl/Qx{number:04d}" target="_blank">{address}</a>'
    return page


def moment(when: datetime) -> str:
    """A date as the clocks in Poland showed it, without a zone."""
    return when.strftime("%Y-%m-%d %H:%M:%S")


def flag(value: bool, number: int) -> int | str | bool:
    """Yes or no as a number, a digit or a truth value."""
    forms: tuple[int | str | bool, ...] = (int(value), str(int(value)), value)
    return forms[number % 3]


def unpadded(text: str) -> str:
    """Base64 without the signs at its end, as addresses have it."""
    return base64.b64encode(text.encode()).decode().rstrip("=")


def unpacked(packed: object) -> str | None:
    """The text inside strict base64; None when it is no such thing."""
    try:
        return base64.b64decode(packed, validate=True).decode() if isinstance(packed, str) else None
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
