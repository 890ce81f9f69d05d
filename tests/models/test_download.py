"""Downloads: names that are safe to create, and notes that are no file."""

from __future__ import annotations

import pickle
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from librus_sdk.models.download import Download
from tests.models.samples import MARKER


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="praca domowa.pdf"', "praca domowa.pdf"),
        ("attachment; filename*=UTF-8''zdj%C4%99cie%20z%20wycieczki.jpg", "zdjęcie z wycieczki.jpg"),
        ("attachment; filename=\"zdjecie.jpg\"; filename*=UTF-8''zdj%C4%99cie.jpg", "zdjęcie.jpg"),
        ("attachment; filename*=UTF-8''zdj%C4%99cie.jpg; FILENAME=zdjecie.jpg", "zdjęcie.jpg"),
        ("attachment; filename*=no-such-charset''a%FFb.txt; filename=a.txt", "aÿb.txt"),
        ("attachment; filename=lista.txt", "lista.txt"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\folder\\\\plik.doc"', "plik.doc"),
        ('attachment; filename="/etc/cron.d/job"', "job"),
        ('attachment; filename=".bashrc"', "bashrc"),
        ('attachment; filename="con.txt"', "_con.txt"),
        ('attachment; filename="a<b>:c|d?.txt"', "abcd.txt"),
        ('attachment; filename="fdp\u202eexe.txt"', "fdpexe.txt"),
        ('attachment; filename="..."', None),
        ("attachment", None),
        ("", None),
        (None, None),
    ],
)
def test_a_file_name_is_safe_to_create(disposition: str | None, name: str | None) -> None:
    assert Download(content=b"", content_disposition=disposition).file_name == name


def test_a_name_beside_the_file_is_used_when_the_header_has_none() -> None:
    assert Download(content=b"", name="../karta.pdf").file_name == "karta.pdf"
    both = Download(content=b"", name="b.pdf", content_disposition="attachment; filename=a.pdf")
    assert both.file_name == "a.pdf"


@given(st.text(max_size=300))
def test_no_name_leads_out_of_a_folder(sent: str) -> None:
    name = Download(content=b"", name=sent).file_name
    if name is not None:
        assert PurePosixPath(name).name == PureWindowsPath(name).name == name
        assert name.isprintable() or not name.isascii()
        assert 0 < len(name) <= 151
        assert name not in {".", ".."}


def test_a_long_name_keeps_its_suffix() -> None:
    name = Download(content=b"", name="x" * 400 + ".pdf").file_name
    assert name is not None
    assert len(name) == 150
    assert name.endswith("x.pdf")


@pytest.mark.parametrize(
    ("content", "content_type", "url"),
    [
        (b'{"Id": 1, "Name": "a.pdf", "DownloadUrl": "https://x.librus.pl/1"}', "application/json", "1"),
        (b'{"DownloadUrl": "https://x.librus.pl/2"}', "Application/JSON; charset=utf-8", "2"),
        (b'{"DownloadUrl": "https://x.librus.pl/1"}', "text/plain", None),
        (b'{"DownloadUrl": 5}', "application/json", None),
        (b'{"other": 5}', "application/json", None),
        (b"\xff\x00", "application/json", None),
        (b"%PDF", None, None),
    ],
)
def test_a_note_where_the_file_is(content: bytes, content_type: str | None, url: str | None) -> None:
    note = Download(content=content, content_type=content_type).descriptor()
    assert (note and note.download_url[-1]) == url


def test_nothing_of_a_file_is_shown() -> None:
    found = Download(content=MARKER.encode(), content_disposition=f"attachment; filename={MARKER}")
    assert repr(found) == f"<Download: {len(MARKER)} bytes>"
    assert found.size == len(MARKER)
    assert MARKER not in str(found.__rich_repr__())
    assert pickle.loads(pickle.dumps(found)) == found
    sent = Download(
        content=b'{"DownloadUrl": "https://%s"}' % MARKER.encode(), content_type="application/json"
    )
    assert MARKER not in repr(sent.descriptor())
