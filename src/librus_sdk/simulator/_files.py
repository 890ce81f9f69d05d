"""Small real files, made in code: a photo, a text, a PDF, and the header that names them."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

__all__ = ["File", "disposition", "make_file", "portrait"]

_SIDE: Final = 48
_APART: Final = str.maketrans("łŁ–", "lL-")  # the normal form takes the marks off all others
_MEDIA: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as the register keeps it."""

    name: str
    media: str
    content: bytes


def make_file(name: str, lines: Sequence[str]) -> File:
    """Make a file that says these lines; the end of its name decides its kind."""
    kind = name.rpartition(".")[2]
    if kind == "pdf":
        content = _pdf(lines)
    elif kind == "png":
        content = portrait(zlib.crc32(name.encode()))
    else:
        content = "".join(f"{line}\r\n" for line in lines).encode()
    return File(name, _MEDIA[kind], content)


def disposition(name: str, *, ascii_too: bool = True) -> str:
    """The header that names a file: as RFC 5987 has it, and first without Polish letters."""
    plain = f'filename="{_folded(name)}"; ' if ascii_too else ""
    return f"attachment; {plain}filename*=UTF-8''{quote(name, safe='')}"


def portrait(number: int) -> bytes:
    """A PNG of 48 by 48 pixels: a face without features on a plain ground, coloured by the number."""
    ground = bytes((120 + number % 90, 150 + number // 90 % 80, 190 + number // 7200 % 60))
    skin, coat = bytes((236, 200, 176)), bytes((60, 60 + number % 60, 110))
    rows: list[bytes] = []
    for y in range(_SIDE):
        row = bytearray(b"\0")  # each line starts with its filter: none
        for x in range(_SIDE):
            if (x - 24) ** 2 + (y - 19) ** 2 <= 110:
                row += skin
            elif (x - 24) ** 2 + (y - 50) ** 2 <= 330:
                row += coat
            else:
                row += ground
        rows.append(bytes(row))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)  # 8 bits a channel, colour without alpha
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdf(lines: Sequence[str]) -> bytes:
    """One page in a font every reader has. That font has no Polish letters, so they lose their marks."""
    shown = (_folded(line).replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines)
    drawn = "".join(f"({line}) Tj T*\n" for line in shown)
    text = f"BT /F1 14 Tf 20 TL 60 780 Td\n{drawn}ET\n".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    body = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


def _folded(text: str) -> str:
    """The text in ASCII: the marks of Polish letters go, other signs go altogether."""
    plain = unicodedata.normalize("NFKD", text.translate(_APART))
    return plain.encode("ascii", "ignore").decode()
