"""Messages: what a parent reads of them, and what an account without the subscription is told."""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Terminal, as_sent, first

DAY = date(2026, 11, 23)
WARSAW = ZoneInfo("Europe/Warsaw")
READS = (["list"], ["unread"], ["receiver-groups"], ["get", "--id", "1"], ["for-user", "--id", "1"])


@pytest.fixture(scope="module")
def autumn() -> Iterator[Simulator]:
    """A simulator in the middle of a semester, for tests that change nothing."""
    with Simulator(today=DAY) as running:
        yield running


@pytest.fixture
def november() -> Iterator[Simulator]:
    """The same, of the test's own."""
    with Simulator(today=DAY) as running:
        yield running


def messages(sim: Simulator) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = as_sent(sim, "Messages", {})["Messages"]
    return rows


def people(sim: Simulator) -> dict[str, str]:
    rows = as_sent(sim, "Users", {})["Users"]
    return {
        str(row["Id"]): " ".join(filter(None, (row.get("FirstName"), row.get("LastName")))) for row in rows
    }


def written(sent: int | str) -> str:
    """The day and the hour of a moment that Librus counts in seconds or in milliseconds."""
    number = int(sent)
    at = datetime.fromtimestamp(number / 1000 if number > 10**11 else number, WARSAW)
    return f"{at:%d.%m} {at:%H:%M}"


def lines_of(out: str) -> list[str]:
    return [line.strip() for line in out.splitlines() if re.match(r" +\d{5,} ", line)]


def message(**fields: Any) -> dict[str, Any]:
    return {"Message": {"Id": 7, **fields}}


# --- lists ------------------------------------------------------------------------------------------------


def test_messages_are_listed_the_latest_first_with_id_state_moment_sender_and_subject(
    cli: Cli, autumn: Simulator
) -> None:
    result = cli("messages", "list", "--child", first(autumn), sim=autumn, env={"COLUMNS": "140"})
    assert (result.status, result.err) == (0, "")
    sent, names, lines = messages(autumn), people(autumn), lines_of(result.out)
    assert [line.split()[0] for line in lines] == [str(row["Id"]) for row in sent]
    assert {row["ReadDate"] is None for row in sent} == {True, False}
    for row, line in zip(sent, lines, strict=True):
        assert line.split()[1] == ("unread" if row["ReadDate"] is None else "read")
        assert written(row["SendDate"])[:5] in line
        assert written(row["SendDate"])[6:] in line
        assert (names[str(row["Sender"]["Id"])] if row["Sender"] else "—") in line
        assert "\\u" not in line


def test_subjects_that_were_escaped_twice_are_read(cli: Cli, autumn: Simulator) -> None:
    escaped = [row for row in messages(autumn) if "\\u" in row["Subject"]]
    assert escaped
    out = cli("messages", "list", "--child", first(autumn), sim=autumn, env={"COLUMNS": "200"}).out
    for row in escaped:
        said = row["Subject"].encode("ascii").decode("unicode_escape").replace("\\/", "/")
        assert said in next(line for line in lines_of(out) if line.startswith(str(row["Id"])))


def test_the_order_is_by_the_moment_whatever_librus_sends_first(cli: Cli, november: Simulator) -> None:
    rows = [{"Id": 11111, "SendDate": None}, *reversed(messages(november))]
    november.fail("Messages", body={"Messages": rows}, times=None)
    out = cli("messages", "list", "--child", first(november), sim=november).out
    latest_first = [str(row["Id"]) for row in reversed(rows)]
    assert [line.split()[0] for line in lines_of(out)] == latest_first
    assert re.split(r"  +", lines_of(out)[-1])[2:] == ["—", "—", "—"]


def test_what_the_family_sent_names_who_it_went_to(cli: Cli, november: Simulator) -> None:
    account = as_sent(november, "Me", {})["Me"]["Account"]
    names = people(november)
    teachers = [{"Id": int(key)} for key in list(names)[:3]]
    own = {"Subject": "Pytanie", "ReadDate": None}
    rows = [
        {"Id": 33333, "Sender": {"Id": account["Id"]}, "Receiver": teachers[0], **own},
        {"Id": 22222, "Sender": {"Id": account["UserId"]}, "Receivers": teachers, **own},
        {"Id": 11111, "Sender": teachers[0], "Receiver": {"Id": account["UserId"]}, **own},
    ]
    november.fail("Messages", body={"Messages": rows}, times=None)
    argv = ["messages", "list", "--child", first(november)]
    asked = len([request for request in november.requests if request.origin == "api"])
    out = cli(*argv, sim=november, env={"COLUMNS": "120"}).out
    assert len([request for request in november.requests if request.origin == "api"]) == asked + 3
    teacher = next(iter(names.values()))
    assert "From / to" in out
    assert [re.split(r"  +", line)[1::2] for line in lines_of(out)] == [
        ["sent", f"to {teacher}"], ["sent", f"to {teacher} and 2 others"], ["unread", teacher],
    ]  # fmt: skip
    november.fail("Me", status=403, times=None)
    result = cli(*argv, sim=november)
    assert (result.status, result.err) == (0, "")


def test_only_what_came_after_a_message(cli: Cli, november: Simulator) -> None:
    sent = messages(november)
    argv = ["messages", "list", "--after-id", str(sent[3]["Id"]), "--child", first(november)]
    out = cli(*argv, sim=november).out
    assert [line.split()[0] for line in lines_of(out)] == [str(row["Id"]) for row in sent[:3]]
    assert cli(*argv, "--format=json", sim=november).json["data"]["Messages"] == sent[:3]
    argv[3] = str(sent[0]["Id"])
    assert "No message came after that one." in cli(*argv, sim=november).out


def test_messages_with_a_person(cli: Cli, november: Simulator) -> None:
    sender = next(row["Sender"]["Id"] for row in messages(november) if row["Sender"])
    argv = ["messages", "for-user", "--id", str(sender), "--child", first(november)]
    sent = as_sent(november, f"Messages/User/{sender}", {})["Messages"]
    out = cli(*argv, sim=november).out
    assert f"\n  Exchanged with {people(november)[str(sender)]}.\n" in out
    assert [line.split()[0] for line in lines_of(out)] == [str(row["Id"]) for row in sent]
    november.fail("Messages/User/{id}", body={"Messages": []}, times=None)
    assert cli(*argv, sim=november).out.endswith("\n  There are none.\n")
    november.fail("Users", status=403, times=None)
    assert "\n  Exchanged with one person.\n" in cli(*argv, "--no-store", sim=november).out


def test_unread_messages_are_bold(november: Simulator, terminal: Terminal) -> None:
    shared = {"SendDate": "1795183140"}
    rows = [
        {"Id": 11, **shared, "Subject": "Zebranie", "ReadDate": None},
        {"Id": 12, **shared, "Subject": "Obiady", "ReadDate": 1795183150},
    ]
    november.fail("Messages", body={"Messages": rows}, times=None)
    argv = ["messages", "list", "--child", first(november)]
    drawn = terminal(*argv, sim=november)
    assert "\x1b[1munread\x1b[0m" in drawn
    assert "\x1b[1mZebranie\x1b[0m" in drawn
    assert "\x1b[1mObiady" not in drawn
    assert "Obiady" in drawn


# --- one message ------------------------------------------------------------------------------------------


def test_a_message_with_its_head_text_and_attachments(cli: Cli, autumn: Simulator) -> None:
    row = next(row for row in messages(autumn) if row.get("Attachments") and row["ReadDate"])
    before = autumn.counts["Messages/{id}"]
    out = cli("messages", "get", "--id", str(row["Id"]), "--child", first(autumn), sim=autumn).out
    assert autumn.counts["Messages/{id}"] == before + 1
    sender = str(row["Sender"]["Id"])
    assert f"from  {people(autumn)[sender]} (id {sender})\n" in out
    assert f"to    {autumn.children[0].name}\n" in out
    assert re.search(rf"sent  \S+ {written(row['SendDate'])[:5]}.2026 {written(row['SendDate'])[6:]}\n", out)
    assert re.search(rf"read  \S+ {written(row['ReadDate'])[:5]}.2026 {written(row['ReadDate'])[6:]}\n", out)
    for item in row["Attachments"]:
        assert re.search(rf"{item['Id']} +{re.escape(item['Name'])}\n", out)


def test_a_body_has_its_lines_and_is_wrapped(cli: Cli, november: Simulator) -> None:
    body = "Dzień dobry,<br>" + "proszę o przybycie na zebranie " * 6 + "\\nDziękuję \\u2014 J.\\/K."
    november.fail("Messages/{id}", body=message(Subject="Zebranie", Body=body), times=None)
    out = cli("messages", "get", "--id", "7", "--child", first(november), sim=november).out
    assert "\n  Dzień dobry,\n  proszę o przybycie" in out
    assert "\n  Dziękuję — J./K.\n" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_message_without_anything_has_dashes(cli: Cli, november: Simulator) -> None:
    november.fail("Messages/{id}", body=message(), times=None)
    result = cli("messages", "get", "--id", "7", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, "")
    assert result.out == "—\n\n  from  —\n  to    —\n  sent  —\n  read  not yet\n\n  No text.\n"


def test_people_whose_names_are_not_known_have_their_ids(cli: Cli, november: Simulator) -> None:
    november.fail("Users", status=403, times=None)
    body = message(Sender={"Id": 5}, Receiver={"Id": 6}, Receivers=[{"Id": "6"}, {"Id": 8}])
    november.fail("Messages/{id}", body=body, times=None)
    out = cli("messages", "get", "--id", "7", "--child", first(november), sim=november).out
    assert "from  id 5\n" in out
    assert "to    id 6, id 8\n" in out


@pytest.mark.parametrize(
    ("attachments", "shown"),
    [
        ([{"Id": 5, "Name": "Zgoda.pdf"}], "5  Zgoda.pdf"),
        ([7, {"Name": "x"}, {"Id": "5-6", "Name": None}], "5-6  —"),
        ([{"Name": "x"}, 1.5, None, True], "—  —"),
        ({"Id": 5, "Name": {}}, "5  —"),
        ("5-6", "5-6  —"),
        ([], None),
        (None, None),
        ("", None),
    ],
)
def test_attachments_in_forms_nobody_has_seen(
    cli: Cli, november: Simulator, attachments: object, shown: str | None
) -> None:
    november.fail("Messages/{id}", body=message(Body="Tekst", Attachments=attachments), times=None)
    result = cli("messages", "get", "--id", "7", "--child", first(november), sim=november)
    assert (result.status, result.err) == (0, "")
    last = result.out.splitlines()[-1].strip()
    assert (last if shown else "Attachment" in result.out) == (shown or False)


@pytest.mark.parametrize("body", [{"Message": {"Id": {}}}, {"Message": None}, {"Other": 1}, [1]])
def test_a_message_of_an_unknown_form_is_an_error(cli: Cli, november: Simulator, body: Any) -> None:
    november.fail("Messages/{id}", body=body, times=None)
    result = cli("messages", "get", "--id", "7", "--child", first(november), "--format=text", sim=november)
    assert (result.status, result.out) == (1, "")
    assert "RESPONSE_VALIDATION_FAILED" in result.err
    assert "INTERNAL_ERROR" not in result.err


def test_an_unknown_message(cli: Cli, autumn: Simulator) -> None:
    result = cli("messages", "get", "--id", "1", "--child", first(autumn), sim=autumn)
    assert (result.status, result.out) == (1, "")
    assert "the record does not exist" in " ".join(result.err.split())


# --- numbers and groups -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "said"), [(0, "Nothing is unread."), ("1", "1 unread message."), (12, "12 unread messages.")]
)
def test_how_many_are_unread(cli: Cli, november: Simulator, sent: int | str, said: str) -> None:
    november.fail("Messages/Unread", body={"UnreadMessages": sent}, times=None)
    out = cli("messages", "unread", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == f"  {said}"


def test_groups_of_receivers(cli: Cli, november: Simulator) -> None:
    groups = as_sent(november, "Messages/ReceiversGroup", {})["ReceiversGroup"]
    out = cli("messages", "receiver-groups", "--child", first(november), sim=november).out
    assert [line.split() for line in out.splitlines()[4:]] == [
        [str(row["Id"]), row["Name"]] for row in groups
    ]
    november.fail("Messages/ReceiversGroup", body={"ReceiversGroup": []}, times=None)
    out = cli("messages", "receiver-groups", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == "  There are no groups."


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (None, ["Nobody is in this group."]),
        ([], ["Nobody is in this group."]),
        ({"Id": 5, "Name": "Kot Ala"}, ["Id  Name", "--  -------", "5  Kot Ala"]),
        ([{"Id": 5}, {"Name": "Kot Ala"}], ["Id  Name", "--  -------", "5  —", "—  Kot Ala"]),
    ],
)
def test_who_is_in_a_group(cli: Cli, november: Simulator, sent: object, shown: list[str]) -> None:
    november.fail("Messages/ReceiversGroup/{id}", body={"ReceiversGroup": sent}, times=None)
    out = cli("messages", "receiver-group", "--id", "2", "--child", first(november), sim=november).out
    assert [line.strip() for line in out.splitlines()[2:]] == shown


def test_an_empty_mailbox(cli: Cli, november: Simulator) -> None:
    november.fail("Messages", body={"Messages": []}, times=None)
    out = cli("messages", "list", "--child", first(november), sim=november).out
    assert out.splitlines()[-1] == "  There are no messages."


def test_rows_of_an_unknown_form_are_told_of(cli: Cli, november: Simulator) -> None:
    november.fail("Messages", body={"Messages": [{"Id": 12345}, {"Id": []}]}, times=None)
    result = cli("messages", "list", "--child", first(november), sim=november)
    assert result.err.startswith("Note: 1 row has an unknown form")
    assert len(lines_of(result.out)) == 1


# --- attachments ------------------------------------------------------------------------------------------


def test_an_attachment_is_written_and_never_over_another_file(cli: Cli, autumn: Simulator) -> None:
    attached = next(row for row in messages(autumn) if row.get("Attachments"))["Attachments"][0]
    path = Path("zgoda.pdf")
    argv = ["messages", "attachment", "--id", str(attached["Id"]), "--output", str(path)]
    argv += ["--child", first(autumn)]
    result = cli(*argv, sim=autumn)
    assert (result.status, result.err) == (0, "")
    content = path.read_bytes()
    assert re.search(r"file +zgoda.pdf\n +size +\d", result.out)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"mine")
    refused = cli(*argv, "--format=json", sim=autumn)
    assert (refused.status, refused.out) == (1, "")
    assert refused.error["code"] == "FILE_EXISTS"
    assert refused.error["message"] == "The file that --output names exists; --force replaces it."
    assert path.read_bytes() == b"mine"
    saved = cli(*argv, "--force", "--format=json", sim=autumn).json["data"]
    assert path.read_bytes() == content
    assert (saved["path"], saved["bytes"]) == ("zgoda.pdf", len(content))


def test_an_unknown_attachment_leaves_no_file(cli: Cli, autumn: Simulator) -> None:
    result = cli(
        "messages", "attachment", "--id", "1", "--output", "a.pdf", "--child", first(autumn), sim=autumn
    )
    assert (result.status, result.out) == (1, "")
    assert list(Path().iterdir()) == []


# --- without the subscription -----------------------------------------------------------------------------


@pytest.mark.parametrize("argv", READS, ids=lambda argv: argv[0])
def test_an_account_without_the_subscription_is_told_where_messages_can_be_read(
    cli: Cli, november: Simulator, argv: list[str]
) -> None:
    november.messages_unpaid()
    result = cli("messages", *argv, "--child", first(november), sim=november)
    assert (result.status, result.out) == (1, "")
    message = " ".join(result.err.partition("details")[0].split())
    assert "the account has no paid subscription" in message
    assert message.count("paid subscription") == message.count("--backend wiadomosci") == 1
    shown = argv[0] if argv[0] in ("list", "unread") else "list"
    assert f"they are free: librus messages {shown} --backend wiadomosci." in message
    assert "for_child" not in result.err
    # The hint is in the message already, and the scopes of a token are one list.
    assert "hint: " not in result.err
    assert "feature: messages" in result.err
    assert "LuckyNumbers, Messages" in " ".join(result.err.partition("token_scopes: ")[2].split())
    error = cli("messages", *argv, "--child", first(november), "--format=json", sim=november).error
    assert error["details"]["hint"] in error["message"]
    assert error["details"]["scope_present"] is True
    assert error["details"]["status"] == 403
