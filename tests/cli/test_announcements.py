"""Announcements: whole texts, the latest first, unread ones said to be."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from librus_sdk.cli._days import today
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Terminal, as_sent, first, nameless


@pytest.fixture
def november() -> Iterator[Simulator]:
    with Simulator(today=date(2026, 11, 23)) as running:
        yield running


def notices(sim: Simulator) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = as_sent(sim, "SchoolNotices", {})["SchoolNotices"]
    return rows


def joined(text: str) -> str:
    return " ".join(text.split())


def test_announcements_are_shown_whole_the_latest_first(cli: Cli, november: Simulator) -> None:
    result = cli("announcements", "list", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, "")
    sent = sorted(notices(november), key=lambda row: str(row["StartDate"]), reverse=True)
    users = {str(row["Id"]): row for row in as_sent(november, "Users", {})["Users"]}
    unread = sum(not row["WasRead"] for row in sent)
    assert 0 < unread < len(sent)
    assert f"\n  {len(sent)} announcements, {unread} of them unread.\n" in result.out
    shown = re.split(r"\n\n(?=\S)", result.out)[1:]
    for row, section in zip(sent, shown, strict=True):
        assert section.startswith(row["Subject"] + "\n")
        for part in (row["StartDate"], row["EndDate"]):
            assert f"{date.fromisoformat(part):%d.%m}" in section
        author = users[str(row["AddedBy"]["Id"])]
        assert re.search(rf"by +{author['FirstName']} {author['LastName']}\n", section)
        assert re.search(rf"state +{'read' if row['WasRead'] else 'unread'}\n", section)
        assert re.search(rf"id +{row['Id']}\n", section)
        assert joined(section).endswith(joined(html.unescape(row["Content"])))
    assert not re.search(r"\d{4}-\d\d-\d\d|&\w+;", result.out)


def test_one_announcement(cli: Cli, november: Simulator) -> None:
    row = next(row for row in notices(november) if "&" in row["Content"])
    out = cli("announcements", "get", "--id", str(row["Id"]), "--child", first(november), sim=november).out
    assert out.startswith(row["Subject"] + "\n")
    assert joined(out).endswith(joined(html.unescape(row["Content"])))


def test_an_announcement_without_anything_has_dashes(cli: Cli, november: Simulator) -> None:
    november.fail("SchoolNotices/{id}", body={"SchoolNotice": {"Id": 7}}, times=None)
    out = cli("announcements", "get", "--id", "7", "--child", first(november), sim=november).out
    assert out == "Without a subject\n\n  shown  —\n  by     —\n  state  —\n  id     7\n\n  No text.\n"


@pytest.mark.parametrize(
    ("known", "unknown", "said"), [("StartDate", "EndDate", "from"), ("EndDate", "StartDate", "until")]
)
def test_how_long_it_is_shown(cli: Cli, november: Simulator, known: str, unknown: str, said: str) -> None:
    day = today()
    notice = {"Id": 7, known: str(day), unknown: None}
    november.fail("SchoolNotices/{id}", body={"SchoolNotice": notice}, times=None)
    out = cli("announcements", "get", "--id", "7", "--child", first(november), sim=november).out
    assert f"\n  shown  {said} today {day:%d.%m}\n" in out


def test_announcements_without_a_day_come_last(cli: Cli, november: Simulator) -> None:
    days = [None, str(today() - timedelta(days=400)), str(today())]
    rows = [{"Id": number, "StartDate": day, "WasRead": True} for number, day in enumerate(days)]
    november.fail("SchoolNotices", body={"SchoolNotices": rows}, times=None)
    out = cli("announcements", "list", "--child", first(november), sim=november).out
    assert re.findall(r"id +(\d)\n", out) == ["2", "1", "0"]
    assert "\n  3 announcements, none of them unread.\n" in out


def test_no_announcements_and_odd_ones(cli: Cli, november: Simulator) -> None:
    november.fail("SchoolNotices", body={"SchoolNotices": []})
    out = cli("announcements", "list", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == "  There are no announcements."
    november.fail("SchoolNotices", body={"SchoolNotices": [{"Id": 7}, {"Id": None}]})
    result = cli("announcements", "list", "--child", first(november), sim=november)
    assert result.err.startswith("Note: 1 row has an unknown form")
    assert "\n  1 announcement, none of them unread.\n" in result.out


def test_an_unknown_announcement(cli: Cli, november: Simulator) -> None:
    result = cli("announcements", "get", "--id", "1", "--child", first(november), sim=november)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in joined(result.err)


def test_an_announcement_is_shown_without_names(cli: Cli, november: Simulator) -> None:
    november.fail("Users", status=403, times=None)
    result = cli("announcements", "list", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, nameless("People"))
    assert re.search(rf"by +#{notices(november)[0]['AddedBy']['Id']}\n", result.out)


def test_unread_announcements_stand_out(november: Simulator, terminal: Terminal) -> None:
    argv = ["announcements", "list", "--child", first(november)]
    drawn = terminal(*argv, sim=november)
    unread = sum(not row["WasRead"] for row in notices(november))
    assert drawn.count("\x1b[1munread\x1b[0m") == unread
