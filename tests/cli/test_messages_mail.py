"""The messages' website on the command line: what a parent reads there, and what marks a message as read."""

from __future__ import annotations

import base64
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from librus_sdk.cli.commands._messages_parts import BOXES
from librus_sdk.endpoints._boxes import MAILBOXES
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, Terminal, first

WEBSITE: Final = ("--backend", "wiadomosci")
LISTS: Final = "wiadomosci/inbox/messages"
OPENED: Final = "wiadomosci/inbox/messages/{id}"
TEACHERS: Final = "wiadomosci/receivers/groups/school-employees"
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def row(number: int = 7, **fields: Any) -> dict[str, Any]:
    """A message as a list shows it; read, unless the fields say something else."""
    return {
        "messageId": number, "topic": "Zebranie", "content": packed("Dzień dobry,<br>zapraszam"),
        "sendDate": "2026-11-19 14:13:00", "readDate": "2026-11-19 15:00:00", "senderId": 5,
        "senderFirstName": "Jolanta", "senderLastName": "Pawlak", "isAnyFileAttached": False, "new": [1],
        **fields,
    }  # fmt: skip


def opened(number: int = 7, **fields: Any) -> dict[str, Any]:
    """A message that was opened."""
    text = "<Message><Content><![CDATA[Dzień dobry,<br>zapraszam o 17:00.]]></Content></Message>"
    return {"data": row(number, Message=packed(text), attachments=[], **fields)}


def listed(*rows: Any, **fields: Any) -> dict[str, Any]:
    return {"data": list(rows), "total": len(rows), **fields}


@pytest.fixture
def mail(cli: Cli, sim: Simulator) -> Callable[..., Result]:
    """Runs a command about the eldest child's messages."""

    def call(*argv: str, **env: str) -> Result:
        return cli("messages", *argv, "--child", first(sim), sim=sim, env=env)

    return call


Mail = Callable[..., Result]


def rows_of(mail: Mail, mailbox: str = "inbox") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mail("wiadomosci-list", "--mailbox", mailbox, "--format=json").json["data"][
        "data"
    ]
    return found


def words(out: str) -> str:
    return " ".join(out.split())


# --- what holds for all of them ---------------------------------------------------------------------------

READS: Final = (
    (("list", *WEBSITE), LISTS, listed(row(), row(8, readDate=None))),
    (("list", *WEBSITE, "--mailbox", "outbox"), "wiadomosci/outbox/messages", listed(row())),
    (("wiadomosci-list", "--after-id", "3"), LISTS, listed(row(), status="x")),
    (("unread", *WEBSITE), "wiadomosci/inbox/unreadMessagesCount", {"data": {"inbox": 2, "news": 1}}),
    (("wiadomosci-unread",), "wiadomosci/inbox/unreadMessagesCount", {"data": "3"}),
    (("get", *WEBSITE, "--id", "7", "--mark-read"), OPENED, opened()),
    (("wiadomosci-get", "--id", "7", "--mark-read"), OPENED, opened()),
    (("attachments", *WEBSITE, "--id", "7", "--mark-read"), OPENED, opened()),
    (
        ("get", *WEBSITE, "--id", "7", "--mailbox", "outbox"),
        "wiadomosci/outbox/messages/{id}",
        opened(senderFirstName=None, senderLastName=None, receivers=[{"name": "Kot Ala"}]),
    ),
    (
        ("receivers",),
        "wiadomosci/receivers/types",
        {"data": {"list": [{"id": "x", "name": "Psycholog"}], "more": 1}},
    ),
    (("receivers", "--type", "teachers"), TEACHERS, {"receivers": [{"accountId": 5, "label": "Kot Ala"}]}),
    (("bff-list",), "bff/Messages", {"inboxMessages": [{"id": 7, "subject": "Zebranie", "new": {}}]}),
)  # fmt: skip


@pytest.mark.parametrize(("argv", "path", "sent"), READS, ids=lambda value: str(value)[:40])
def test_json_is_the_child_and_the_answer_as_librus_sent_it(
    mail: Mail, sim: Simulator, argv: tuple[str, ...], path: str, sent: dict[str, Any]
) -> None:
    sim.fail(path, body=sent, times=None)
    result = mail(*argv, "--format", "json")
    assert (result.status, result.err) == (0, "")
    assert result.json["child"]["studentName"] == sim.children[0].name
    assert result.json["data"] == sent
    assert sim.counts[path] == 1


def without_rules(text: str) -> list[str]:
    return [word for word in text.split() if not re.fullmatch(r"[─-]+", word)]


def longer(value: Any) -> Any:
    if isinstance(value, list):
        return [longer(item) for item in value]
    if isinstance(value, dict):
        return {key: _LONG.get(key, longer(held)) for key, held in value.items()}
    return value


_LONG: Final = {
    "topic": "Konstytucja Rzeczypospolitej Polskiej i konstytucjonalizm w dziewiętnastowiecznej Europie",
    "subject": "Konstytucja Rzeczypospolitej Polskiej i konstytucjonalizm w dziewiętnastowiecznej Europie",
    "senderFirstName": "Konstancja Wszebora",
    "senderLastName": "Brzęczyszczykiewicz-Gżegżółkowska",
    "name": "Brzęczyszczykiewicz-Gżegżółkowska Konstancja Wszebora",
    "label": "Brzęczyszczykiewicz-Gżegżółkowska Konstancja Wszebora",
    "content": packed("Proszę uzupełnić zeszyt i poprawić sprawdzian z Konstytucji. " * 5),
    "Message": packed("<p>Proszę uzupełnić zeszyt i poprawić sprawdzian z Konstytucji.</p>" * 5),
    "attachments": [{"id": 512000, "filename": "Zgoda na wycieczkę do Konstancina-Jeziorny – wzór.pdf"}],
}


@pytest.mark.parametrize(("argv", "path", "sent"), READS, ids=lambda value: str(value)[:40])
def test_the_longest_names_fit_and_nothing_is_a_number_or_none(
    mail: Mail, sim: Simulator, terminal: Terminal, argv: tuple[str, ...], path: str, sent: dict[str, Any]
) -> None:
    sim.fail(path, body=longer(sent), times=None)
    for columns in (80, 140):
        plain = mail(*argv, COLUMNS=str(columns))
        assert (plain.status, plain.err) == (0, "")
        drawn = terminal("messages", *argv, "--child", first(sim), sim=sim, columns=columns)
        drawn = ANSI.sub("", drawn)
        for text in (plain.out, drawn):
            assert max(map(len, text.splitlines())) <= columns
            assert "…" not in text
        assert without_rules(drawn) == without_rules(plain.out)
        assert "None" not in plain.out
        assert "#" not in plain.out


@pytest.mark.parametrize(("argv", "path", "sent"), READS, ids=lambda value: str(value)[:40])
def test_a_login_issued_by_the_school_reads_the_same_and_chooses_no_child(
    cli: Cli, sim: Simulator, argv: tuple[str, ...], path: str, sent: dict[str, Any]
) -> None:
    sim.fail(path, body=sent, times=None)
    env = sim.gateway_environ()
    if argv == ("bff-list",):
        error = cli("messages", *argv, "--format=json", env=env).error
        assert error["code"] == "UNSUPPORTED_BACKEND"
        assert sim.requests == []
        return
    assert cli("messages", *argv, "--format=json", env=env).json == {"data": sent}
    assert cli("messages", *argv, env=env).status == 0
    before = len(sim.requests)
    refused = cli("messages", *argv, "--child", first(sim), "--format=json", env=env)
    assert (refused.status, refused.error["code"]) == (1, "UNSUPPORTED_BACKEND")
    assert len(sim.requests) == before


@pytest.mark.parametrize("value", [{"Nothing": 1}, {"data": 5}, "<html>", [[]]])
@pytest.mark.parametrize(("argv", "path", "_sent"), READS, ids=lambda value: str(value)[:40])
def test_an_answer_of_an_unknown_form_is_an_error_or_nothing(
    mail: Mail, sim: Simulator, argv: tuple[str, ...], path: str, _sent: Any, value: Any
) -> None:
    sim.fail(path, body=value, times=None)
    for form in ("text", "json"):
        result = mail(*argv, "--format", form)
        assert "INTERNAL_ERROR" not in result.err
        assert "Traceback" not in result.err


# --- lists ------------------------------------------------------------------------------------------------


def test_a_mailbox_is_listed_the_latest_first(mail: Mail, sim: Simulator) -> None:
    rows = [
        row(7, sendDate="2026-11-02 08:00:00"),
        row(8, readDate=None, isAnyFileAttached="1", senderName="Kot Ala"),
        row(9, sendDate=None, senderFirstName=None, senderLastName=None, topic=None),
    ]
    sim.fail(LISTS, body=listed(*rows), times=None)
    result = mail("list", *WEBSITE, COLUMNS="140")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"Messages of {sim.children[0].name}\n")
    assert [re.split(r"  +", line.strip()) for line in result.out.splitlines()[2:]] == [
        ["Id", "State", "Sent", "From", "Subject"],
        ["--", "------", "----------------", "--------------", "---------------------"],
        ["8", "unread", "czw. 19.11 14:13", "Kot Ala", "Zebranie (with files)"],
        ["7", "read", "pon. 02.11 08:00", "Jolanta Pawlak", "Zebranie"],
        ["9", "read", "—", "—", "—"],
    ]


def test_listing_marks_nothing_as_read(mail: Mail) -> None:
    before = [line["readDate"] for line in rows_of(mail)]
    assert None in before
    mail("list", *WEBSITE)
    mail("unread", *WEBSITE)
    assert [line["readDate"] for line in rows_of(mail)] == before


def test_unread_messages_are_bold(sim: Simulator, terminal: Terminal) -> None:
    sim.fail(LISTS, body=listed(row(), row(8, topic="Obiady", readDate=None)), times=None)
    drawn = terminal("messages", "list", *WEBSITE, "--child", first(sim), sim=sim)
    assert "\x1b[1munread\x1b[0m" in drawn
    assert "\x1b[1mObiady\x1b[0m" in drawn
    assert "\x1b[1mZebranie" not in drawn


def test_only_what_is_unread_and_only_what_came_after(mail: Mail) -> None:
    rows = rows_of(mail)
    unread = [str(line["messageId"]) for line in rows if line["readDate"] is None]
    out = mail("list", *WEBSITE, "--unread").out
    assert re.findall(r"^ +(\d+)  ", out, re.MULTILINE) == unread
    out = mail("wiadomosci-list", "--after-id", str(rows[2]["messageId"])).out
    assert re.findall(r"^ +(\d+)  ", out, re.MULTILINE) == [str(line["messageId"]) for line in rows[:2]]
    newest = str(rows[0]["messageId"])
    assert "No message came after that one." in mail("list", *WEBSITE, "--after-id", newest).out


def test_what_was_sent_says_to_whom(mail: Mail, sim: Simulator) -> None:
    rows = [
        row(7, readDate=None, receiverName="Kot Ala"),
        row(8, isMessageWithdrawn=1, receivers=[{"name": "Kot Ala"}, {"name": "Pies Jan"}]),
    ]
    sim.fail("wiadomosci/outbox/messages", body=listed(*rows), times=None)
    out = mail("list", *WEBSITE, "--mailbox", "outbox", COLUMNS="140").out
    assert out.startswith(f"Messages of {sim.children[0].name}: sent\n")
    assert re.search(r"7 +czw\. 19\.11 14:13 +Kot Ala +Zebranie\n", out)
    assert re.search(r"8 +withdrawn +czw\. 19\.11 14:13 +Kot Ala and 1 other +Zebranie\n", out)
    assert "unread" not in out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "There are no messages."),
        (["--unread"], "Nothing is unread."),
        (["--page", "9"], "There are no messages on this page."),
    ],
)
def test_a_mailbox_with_nothing_in_it(mail: Mail, sim: Simulator, argv: list[str], said: str) -> None:
    sim.fail(LISTS, body=listed(), times=None)
    assert mail("list", *WEBSITE, *argv).out.splitlines()[2] == f"  {said}"


def test_pages(mail: Mail, sim: Simulator) -> None:
    page = [row(number) for number in range(1, 51)]
    sim.fail(LISTS, body={"data": page, "total": 120}, times=None)
    assert mail("list", *WEBSITE).out.endswith(
        "\n  Page 1 of 3; 120 messages in all. Older ones: --page 2.\n"
    )
    sim.clear_faults()
    sim.fail(LISTS, body={"data": page[:20], "total": 120}, times=None)
    out = mail("list", *WEBSITE, "--page", "3").out
    assert out.endswith("\n  Page 3 of 3; 120 messages in all.\n")
    sim.clear_faults()
    # The simulator has less than a page of messages, and none on the next.
    assert mail("list", *WEBSITE, "--page", "2").out.splitlines()[2:] == [
        "  There are no messages on this page."
    ]
    sim.fail(LISTS, body={"data": page}, times=None)
    assert mail("list", *WEBSITE).out.endswith("\n  Older ones: --page 2.\n")


def test_rows_of_an_unknown_form_are_told_of(mail: Mail, sim: Simulator) -> None:
    sim.fail(LISTS, body=listed(row(), "x"), times=None)
    result = mail("list", *WEBSITE)
    assert result.err.startswith("Note: 1 row has an unknown form")
    sim.fail("bff/Messages", body={"inboxMessages": [{"id": 5}, {"id": {}}]}, times=None)
    assert mail("bff-list").err.startswith("Note: 1 row has an unknown form")
    sim.fail(TEACHERS, body={"receivers": [{"accountId": 5}, {"accountId": {}}]}, times=None)
    assert mail("receivers", "--type", "teachers").err.startswith("Note: 1 row has an unknown form")


def test_a_mailbox_the_account_lacks(mail: Mail) -> None:
    result = mail("list", *WEBSITE, "--mailbox", "alerts")
    assert (result.status, result.out) == (1, "")
    assert "This account may have no such mailbox; without --mailbox" in words(result.err)


def test_the_mailboxes_are_those_of_the_sdk() -> None:
    assert tuple(BOXES) == MAILBOXES


# --- one message ------------------------------------------------------------------------------------------


def test_an_unread_message_is_shown_as_its_list_shows_it_and_stays_unread(mail: Mail, sim: Simulator) -> None:
    unread = next(line for line in rows_of(mail) if line["readDate"] is None)
    argv = ("get", *WEBSITE, "--id", str(unread["messageId"]))
    result = mail(*argv)
    assert (result.status, result.err) == (0, "")
    assert "Its beginning, because the message is unread:" in result.out
    assert "To open it add --mark-read" in result.out
    assert "read  not yet" in result.out
    assert mail(*argv, "--format=json").json["data"] == {"data": unread}
    assert sim.counts[OPENED] == 0
    out = mail(*argv, "--mark-read").out
    assert sim.counts[OPENED] == 1
    assert "Its beginning" not in out
    assert "read  not yet" not in out
    # Read now, so that nothing has to be asked for any more.
    assert "Its beginning" not in mail(*argv).out
    data = mail(*argv, "--format=json").json["data"]["data"]
    assert data["messageId"] in (unread["messageId"], int(unread["messageId"]))
    assert "Message" in data


def test_a_preview_is_found_in_whatever_form_the_list_has(mail: Mail, sim: Simulator) -> None:
    line = {**row(readDate=None), "messageId": None, "Id": "7"}
    for body in ([row(8), line], {"data": [line, "?"], "total": 2}):
        sim.fail(LISTS, body=body)
        result = mail("get", *WEBSITE, "--id", "7", "--format=json")
        assert (result.status, result.err) == (0, "")
        assert result.json["data"] == {"data": line}


@pytest.mark.parametrize(
    ("argv", "path", "address"),
    [
        (("wiadomosci-get", "--id", "7"), LISTS, "/api/inbox/messages"),
        (("wiadomosci-get", "--id", "7", "--mark-read"), OPENED, "/api/inbox/messages/7"),
    ],
)
def test_a_message_of_an_unknown_form_is_told_with_its_address(
    mail: Mail, sim: Simulator, argv: tuple[str, ...], path: str, address: str
) -> None:
    sim.fail(path, body={"data": 5}, times=None)
    whole = f"{sim.hosts.wiadomosci}{address}"
    assert whole in mail(*argv).err
    result = mail(*argv, "--format=json")
    assert (result.status, result.error["details"]["endpoint"]) == (1, whole)


@pytest.mark.parametrize("name", ["get", "wiadomosci-get", "attachments"])
def test_the_help_says_that_other_mailboxes_open_a_message(
    cli: Cli, mail: Mail, sim: Simulator, name: str
) -> None:
    said = words(cli("messages", name, "--help").out)
    assert "of the inbox is" in said
    assert "any other mailbox" in said
    number = str(rows_of(mail, "notes")[0]["messageId"])
    where = WEBSITE if "-" not in name else ()
    assert mail(name, *where, "--id", number, "--mailbox", "notes").status == 0
    assert sim.counts["wiadomosci/notes/messages/{id}"] == 1


def test_a_message_with_its_head_its_text_and_what_it_answers(mail: Mail, sim: Simulator) -> None:
    body = opened(
        senderGroup="Pracownik szkoły", receiverName="Wiśniewska Agnieszka",
        originalTopic="Pytanie", originalMessage=packed("<p>Kiedy jest zebranie?</p>"),
    )  # fmt: skip
    sim.fail(OPENED, body=body, times=None)
    assert mail("get", *WEBSITE, "--id", "7", "--mark-read").out == (
        "Zebranie\n\n"
        "  from  Jolanta Pawlak, Pracownik szkoły\n"
        "  to    Wiśniewska Agnieszka\n"
        "  sent  czw. 19.11.2026 14:13\n"
        "  read  czw. 19.11.2026 15:00\n\n"
        "  Dzień dobry,\n  zapraszam o 17:00.\n\n"
        "  It answers: Pytanie\n\n"
        "  Kiedy jest zebranie?\n"
    )


def test_a_message_without_anything_has_dashes(mail: Mail, sim: Simulator) -> None:
    sim.fail(OPENED, body={"data": {"messageId": 7}}, times=None)
    assert mail("get", *WEBSITE, "--id", "7", "--mark-read").out == (
        "—\n\n  from  —\n  to    —\n  sent  —\n  read  not yet\n\n  No text.\n"
    )


def test_what_was_sent_says_who_has_read_it(mail: Mail, sim: Simulator) -> None:
    body = opened(
        senderFirstName=None,
        senderLastName=None,
        readDate=None,
        isMessageWithdrawn=True,
        receivers=[{"firstName": "Ala", "lastName": "Kot"}, {"name": "Pies Jan"}],
        receiversCount=2,
        readedCount=1,
    )
    sim.fail("wiadomosci/outbox/messages/{id}", body=body, times=None)
    out = mail("get", *WEBSITE, "--id", "7", "--mailbox", "outbox").out
    assert out.startswith(
        "Zebranie\n\n  to         Ala Kot, Pies Jan\n  sent       czw. 19.11.2026 14:13\n"
        "  read by    1 of 2\n  withdrawn  yes\n\n"
    )


@pytest.mark.parametrize("name", ["get", "attachments"])
def test_an_unknown_message_is_told_with_options_and_the_command_that_shows_ids(
    mail: Mail, name: str
) -> None:
    error = mail(name, *WEBSITE, "--id", "7", "--format=json").error
    assert error["details"]["status"] == 404
    assert error["message"] == (
        "This message is not among the newest 300 of the inbox. If it lies elsewhere, name its mailbox with "
        "--mailbox; librus messages wiadomosci-list shows the ids there are. If it is older, --mark-read "
        "opens it, which marks it as read: its sender can see that, and there is no way back."
    )
    elsewhere = mail(name, *WEBSITE, "--id", "7", "--mailbox", "outbox", "--format=json").error
    assert elsewhere["message"].endswith(
        "librus messages wiadomosci-list --mailbox outbox shows the ids there are."
    )
    api3 = mail(name, "--id", "7", "--format=json").error
    assert api3["message"].endswith("librus messages list shows the ids there are.")


# --- files ------------------------------------------------------------------------------------------------


def with_files(mail: Mail, *, unread: bool) -> str:
    rows = (
        line for line in rows_of(mail)
        if line["isAnyFileAttached"] in (True, 1, "1", "true") and (line["readDate"] is None) == unread
    )  # fmt: skip
    return str(next(rows)["messageId"])


def test_files_of_an_unread_message_are_known_when_it_was_opened(mail: Mail, sim: Simulator) -> None:
    number = with_files(mail, unread=True)
    out = words(mail("attachments", *WEBSITE, "--id", number).out)
    assert "Files came with it. The message is unread" in out
    assert "To open it add --mark-read" in out
    assert sim.counts[OPENED] == 0
    out = mail("attachments", *WEBSITE, "--id", number, "--mark-read").out
    assert re.search(r"\n +\d+  \S.*\.\w+\n", out)
    assert f"--backend wiadomosci --message {number} --id ID --output FILE" in words(out)


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        (False, "No files came with it."),
        (True, "Files came with it. The message is unread"),
        (None, "Whether files came with it is not said. The message is unread"),
    ],
)
def test_what_a_list_says_of_files(mail: Mail, sim: Simulator, attached: bool | None, said: str) -> None:
    sim.fail(LISTS, body=listed(row(readDate=None, isAnyFileAttached=attached)), times=None)
    out = words(mail("attachments", *WEBSITE, "--id", "7").out)
    assert out.startswith(f"Zebranie {said}")
    assert ("--mark-read" in out) == (attached is not False)


def test_files_of_a_message_of_the_phone_application(mail: Mail, sim: Simulator) -> None:
    body = {"Message": {"Id": 7, "Subject": "Obiady", "Attachments": [{"Id": 5, "Name": "Zgoda.pdf"}]}}
    sim.fail("Messages/{id}", body=body, times=None)
    assert mail("attachments", "--id", "7").out == (
        "Obiady\n\n  Id  Attachment\n  --  ----------\n   5  Zgoda.pdf\n\n"
        "  To save one: librus messages attachment --id ID --output FILE\n"
    )
    sim.clear_faults()
    sim.fail("Messages/{id}", body={"Message": {"Id": 7}}, times=None)
    assert mail("attachments", "--id", "7").out == "—\n\n  No files came with it.\n"


def test_a_file_is_written_and_never_over_another_and_opens_no_message(mail: Mail, sim: Simulator) -> None:
    sim.sandbox_polls = 0
    number = with_files(mail, unread=False)
    data = mail("get", *WEBSITE, "--id", number, "--format=json").json["data"]["data"]
    before = sim.counts[OPENED]
    argv: tuple[str, ...] = (
        "attachment",
        *WEBSITE,
        "--id",
        str(data["attachments"][0]["id"]),
        "--message",
        number,
    )
    argv += ("--output", "plik")
    result = mail(*argv)
    assert (result.status, result.err) == (0, "")
    content = Path("plik").read_bytes()
    assert re.search(r"file +plik\n +size +\d", result.out)
    if sys.platform != "win32":
        assert stat.S_IMODE(Path("plik").stat().st_mode) == 0o600
    assert sim.counts[OPENED] == before
    refused = mail(*argv, "--format=json")
    assert (refused.status, refused.error["code"]) == (1, "FILE_EXISTS")
    saved = mail(*argv, "--force", "--format=json").json["data"]
    assert (saved["path"], saved["bytes"]) == ("plik", len(content))


def test_a_file_of_the_archive_is_asked_for_there(mail: Mail, sim: Simulator) -> None:
    sim.sandbox_polls = 0
    for line in rows_of(mail, "archive/inbox"):
        argv = (*WEBSITE, "--id", str(line["messageId"]), "--mailbox", "archive/inbox")
        found = mail("attachments", *argv).out
        if "To save one" in found:
            break
    else:
        raise AssertionError("no file in the archive")
    command = re.search(r"librus messages (attachment .*) --id ID --output FILE", words(found))
    file = re.search(r"^ +(\d+)  ", found, re.MULTILINE)
    assert command
    assert file
    result = mail(*command[1].split(), "--id", file[1], "--output", "plik")
    assert (result.status, result.err) == (0, "")
    assert sim.counts["wiadomosci/archive/attachments/{id}/messages/{id}"] == 1


def test_an_unknown_file_leaves_nothing(mail: Mail) -> None:
    argv = ("attachment", *WEBSITE, "--id", "1", "--message", "2", "--output", "plik")
    error = mail(*argv, "--format=json").error
    assert error["details"]["status"] == 404
    files = "librus messages attachments --backend wiadomosci"
    assert error["message"].endswith(f"{files} shows the ids there are.")
    archived = mail(*argv, "--mailbox", "archive/inbox", "--format=json").error
    assert f"{files} --mailbox archive/inbox shows the ids" in archived["message"]
    assert list(Path().iterdir()) == []


# --- numbers and people -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (0, "Nothing is unread."),
        ("1", "1 unread message."),
        (12, "12 unread messages."),
        ({}, "Nothing is unread."),
        ({"inbox": 0, "trash": 5, "archiveInbox": 2}, "Nothing is unread."),
    ],
)
def test_how_many_are_unread(mail: Mail, sim: Simulator, sent: object, said: str) -> None:
    sim.fail("wiadomosci/inbox/unreadMessagesCount", body={"data": sent}, times=None)
    assert mail("unread", *WEBSITE).out.splitlines()[2:] == [f"  {said}"]


def test_how_many_are_unread_in_each_mailbox(mail: Mail, sim: Simulator) -> None:
    counts = {"inbox": 2, "notes": "1", "alerts": 0, "trash": 5, "archiveInbox": 2, "news": 4}
    sim.fail("wiadomosci/inbox/unreadMessagesCount", body={"data": counts}, times=None)
    lines = mail("unread", *WEBSITE).out.splitlines()
    assert lines[2] == "  7 unread messages."
    assert [line.split() for line in lines[6:9]] == [
        ["inbox", "received", "2"],
        ["notes", "uwagi", "1"],
        ["news", "4"],
    ]
    assert lines[-1].strip().endswith("librus messages wiadomosci-list --unread --mailbox MAILBOX")


def test_whom_one_can_write_to(mail: Mail, sim: Simulator) -> None:
    out = mail("receivers").out
    assert re.search(r"\n  teachers +Nauczyciele\n", out)
    assert out.endswith("librus messages receivers --type TYPE\n")
    people = mail("receivers", "--type", "teachers", "--format=json").json["data"]["receivers"]
    out = mail("receivers", "--type", "teachers").out
    assert out.startswith("Nauczyciele\n")
    for person in people:
        assert re.search(rf"\n +{person['accountId']}  {person['label']}\n", out)
    assert re.search(r"until czw\. 07\.01\.2027\n", mail("receivers", "--type", "headteachers").out)
    # Families stand under their class.
    assert re.search(r"\n +\d+  \S+ \S+ +\d[a-z]\n", mail("receivers", "--type", "guardians").out)
    assert sim.sent_messages == []


@pytest.mark.parametrize(
    ("until", "said"),
    [(None, "at the moment"), ("2026-12-01 08:00", "until wt. 01.12.2026"), ("maj", "until maj")],
)
def test_somebody_who_is_away(mail: Mail, sim: Simulator, until: str | None, said: str) -> None:
    person = {"accountId": 5, "availabilityStatus": {"isAvailable": False, "returnAt": until}}
    sim.fail(TEACHERS, body={"receivers": [person]}, times=None)
    sim.fail("wiadomosci/receivers/types", status=500, times=None)
    out = mail("receivers", "--type", "teachers").out
    assert out.startswith("People to write to\n")
    assert re.search(rf"\n +5  — +{re.escape(said)}\n", out)


def test_nobody_to_write_to(mail: Mail, sim: Simulator) -> None:
    assert "Nobody of this kind can be written to." in mail("receivers", "--type", "pedagogue").out
    sim.fail("wiadomosci/receivers/types", body={"data": {"list": []}}, times=None)
    assert "Librus lists nobody." in mail("receivers").out
    error = mail("receivers", "--type", "nobody", "--format=json").error
    assert error["message"].endswith("librus messages receivers shows the ids there are.")


def test_the_back_end_of_the_phone_application(mail: Mail, sim: Simulator) -> None:
    rows = [
        {"id": 1, "subject": "Obiady"},
        {"id": 2, "subject": "Zebranie", "sendDate": "2026-11-19 14:13:00"},
    ]
    sim.fail("bff/Messages", body={"inboxMessages": rows}, times=None)
    lines = mail("bff-list").out.splitlines()
    assert [re.split(r"  +", line.strip()) for line in lines[4:6]] == [
        ["czw. 19.11 14:13", "—", "Zebranie"],
        ["—", "—", "Obiady"],
    ]
    assert lines[-1] == "  What they say is in --format json."
    sim.clear_faults()
    sim.fail("bff/Messages", body={"inboxMessages": []}, times=None)
    assert mail("bff-list").out.endswith("\n  There are no messages.\n")
    sim.clear_faults()
    sim.fail("bff/Messages", body={"inbox": [{"id": 1}, 5]}, times=None)
    result = mail("bff-list", "--format=json")
    assert (result.status, result.err, result.json["data"]) == (0, "", {"inbox": [{"id": 1}, 5]})
    assert mail("bff-list").status == 1


# --- options and back ends --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "option"),
    [
        (["list", "--mailbox", "outbox"], "--mailbox"),
        (["list", "--unread"], "--unread"),
        (["list", "--page", "1"], "--page"),
        (["get", "--id", "1", "--mailbox", "trash"], "--mailbox"),
        (["get", "--id", "1", "--mark-read"], "--mark-read"),
        (["attachments", "--id", "1", "--mark-read"], "--mark-read"),
        (["attachment", "--id", "1", "--output", "x", "--message", "2"], "--message"),
    ],
)
def test_an_option_the_back_end_does_not_know(
    mail: Mail, sim: Simulator, argv: list[str], option: str
) -> None:
    error = mail(*argv, "--format=json").error
    assert error["code"] == "CLI_USAGE_ERROR"
    assert error["message"] == (
        f"{option} needs --backend wiadomosci; api3 does not know it. See librus messages {argv[0]} --help."
    )
    assert sim.requests == []


def test_a_file_of_the_website_needs_its_message(mail: Mail, sim: Simulator) -> None:
    error = mail("attachment", *WEBSITE, "--id", "1", "--output", "x", "--format=json").error
    assert error["code"] == "CLI_USAGE_ERROR"
    assert "--message ID" in error["message"]
    assert sim.requests == []


def test_mailboxes_and_pages_that_cannot_be(mail: Mail) -> None:
    for argv in (("--mailbox", "spam"), ("--page", "0")):
        assert mail("list", *WEBSITE, *argv, "--format=json").error["code"] == "CLI_USAGE_ERROR"


@pytest.mark.parametrize("argv", [["list"], ["get", "--id", "1"], ["unread"], ["attachments", "--id", "1"]])
def test_who_does_not_pay_is_told_of_the_free_website_and_can_read_it(
    mail: Mail, sim: Simulator, argv: list[str]
) -> None:
    sim.messages_unpaid()
    error = mail(*argv, "--format=json").error
    shown = argv[0] if len(argv) == 1 else "list"  # the two back ends know a message by different ids
    hint = f"On the messages' website they are free: librus messages {shown} --backend wiadomosci."
    assert error["message"].endswith(f"the account has no paid subscription. {hint}")
    assert error["details"]["hint"] == hint
    assert mail("list", *WEBSITE).status == mail("unread", *WEBSITE).status == 0


def test_a_school_without_messages(mail: Mail, sim: Simulator) -> None:
    sim.no_messages_module()
    error = mail("list", *WEBSITE, "--format=json").error
    assert error["code"] == "FEATURE_UNAVAILABLE"
    assert "librus messages list" in error["message"]


@pytest.mark.parametrize(
    ("name", "option", "shown_by"),
    [
        ("list", "--after-id", "messages list"),
        ("wiadomosci-list", "--after-id", "messages wiadomosci-list"),
        ("attachment", "--message", "messages wiadomosci-list"),
    ],
)
def test_help_names_the_list_whose_ids_are_meant(cli: Cli, name: str, option: str, shown_by: str) -> None:
    _, _, said = words(cli("messages", name, "--help").out).rpartition(f"{option} ID")
    assert said.partition(" shows it.")[0].endswith(f"; librus {shown_by}")


def test_help_says_in_words_what_the_two_back_ends_are(cli: Cli) -> None:
    for name in ("list", "get", "unread", "attachments", "attachment"):
        said = words(cli("messages", name, "--help").out)
        assert "wiadomosci is the messages' website, free for everybody" in said
        assert "[default: api3]" in said
