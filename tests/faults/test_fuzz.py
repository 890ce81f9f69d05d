"""The fuzzing of ``make fuzz``, a little of it; and that it finds what is broken."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from tools.fuzz import TARGETS, Target, fuzz, main


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks(name: str) -> None:
    assert fuzz(TARGETS[name], 60) >= 60


def test_what_breaks_is_found() -> None:
    def picky(body: bytes) -> None:
        assert b"<" not in body

    with pytest.raises(AssertionError):
        fuzz(Target(st.sampled_from([b"a", b"<"]), picky), 20)


def test_a_target_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pages"]) == 2
    assert "no such target: pages" in capsys.readouterr().out


def test_the_end_tells_whether_something_broke(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_body: bytes) -> None:
        raise LookupError("found it")

    monkeypatch.setenv("SECONDS", "0.01")
    monkeypatch.setitem(TARGETS, "page", Target(st.binary(), broken))
    assert main(["page", "kept"]) == 1
    printed = capsys.readouterr()
    assert "page: BROKEN" in printed.out
    assert "kept: 500 inputs, nothing broke" in printed.out
    assert "found it" in printed.err
