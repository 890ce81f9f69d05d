"""Sending on the command line: what is shown before, what is asked, and what is told of every outcome."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import pytest

from librus_sdk.cli._invocation import Invocation, Reading
from librus_sdk.cli.commands._messages_asking import Act, Told, carry_out
from librus_sdk.errors import LibrusNetworkError, LibrusSdkError
from librus_sdk.models import Delivery
from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, Result, first, spawn

SEND: Final = "wiadomosci/messages"
REPLY: Final = "wiadomosci/messages/reply"
OPENED: Final = "wiadomosci/inbox/messages/{id}"
WITHDRAW: Final = "wiadomosci/messages/{id}/withdrawal"
TEXT: Final = "Dzień dobry,\n<b>Nina</b> pojedzie."
OUTBOX: Final = "librus messages wiadomosci-list --mailbox outbox"
OUTCOME: Final = {"outcome", "messageId", "reason", "status"}

Mail = Callable[..., Result]


class Keyboard(io.StringIO):
    """A terminal somebody types at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def mail(cli: Cli, sim: Simulator) -> Mail:
    """Runs a command about the eldest child's messages; ``typed`` is what is typed at its terminal."""

    def call(*argv: str, typed: str | None = None, piped: str = "", **env: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(piped) if typed is None else Keyboard(typed))
            whose = () if env else ("--child", first(sim))
            return cli("messages", *argv, *whose, sim=None if env else sim, env=env)

    return call


def words(text: str) -> str:
    return " ".join(text.split())


def people(mail: Mail, kind: str = "teachers") -> list[tuple[str, str]]:
    """Account and name of the people of a kind."""
    found = mail("receivers", "--type", kind, "--format=json").json["data"]["receivers"]
    return [(str(person["accountId"]), person["label"]) for person in found]


def a_letter(mail: Mail) -> list[str]:
    account, _ = people(mail)[1]
    return ["send", "--to", account, "--subject", "Wycieczka", "--body", TEXT]


def inbox(mail: Mail, *, unread: bool) -> str:
    rows = mail("wiadomosci-list", "--format=json").json["data"]["data"]
    found = (row for row in rows if (row["readDate"] is None) == unread and row["senderId"])
    return str(next(found)["messageId"])


def written(sim: Simulator) -> int:
    """How many requests came that reach people."""
    return sum(sim.counts[name] for name in (SEND, REPLY, WITHDRAW))


def body_of(sim: Simulator) -> str:
    return sim.sent_messages[-1].body


# --- sending ----------------------------------------------------------------------------------------------


def test_a_message_is_shown_asked_about_and_sent_once(mail: Mail, sim: Simulator) -> None:
    (one, name), (other, second) = people(mail)[:2]
    argv = ["send", "--to", one, "--to", other, "--subject", "Wycieczka", "--body", TEXT]
    result = mail(*argv, typed="y\n")
    assert result.status == 0
    shown, _, question = result.err.rpartition("\n\n")
    assert question == "Send it? [y/N]: "
    assert shown.startswith("To be sent\n\n  from     ")
    assert f"\n  to       {name} (Wychowawca)\n           {second} (Nauczyciele)\n" in shown
    assert shown.endswith("\n  subject  Wycieczka\n\n  Dzień dobry,\n  <b>Nina</b> pojedzie.")
    assert sim.counts["wiadomosci/receivers/types"] == 1
    (sent,) = sim.sent_messages
    assert sent.recipients == (one, other)
    assert (sent.subject, sent.body) == (
        "Wycieczka",
        "Dzień dobry,<br>&lt;b&gt;Nina&lt;/b&gt; pojedzie.",
    )
    assert result.out.startswith("Sent\n\n  from     ")
    assert f"\n  id       {sent.message_id}\n\n  Librus has taken it.\n" in result.out
    assert written(sim) == 1


@pytest.mark.parametrize("typed", ["n\n", "\n", "no\n"])
def test_who_says_no_sends_nothing(mail: Mail, sim: Simulator, typed: str) -> None:
    letter = a_letter(mail)
    result = mail(*letter, typed=typed)
    assert (result.status, result.out) == (1, "Not sent\n\n  Nobody got it.\n")
    data = mail(*letter, "--format=json", typed=typed).json["data"]
    assert data == {"outcome": "declined", "messageId": None, "reason": None, "status": None}
    assert written(sim) == 0


def test_an_end_of_what_is_typed_is_no_yes(mail: Mail, sim: Simulator) -> None:
    result = mail(*a_letter(mail), typed="")
    assert (result.status, result.out) == (130, "")
    assert written(sim) == 0


@pytest.mark.parametrize("argv", [["send", "--to", "1", "--subject", "a"], ["reply", "--id", "1"]])
def test_without_a_terminal_nothing_is_done_unasked(mail: Mail, sim: Simulator, argv: list[str]) -> None:
    error = mail(*argv, "--body", "b", "--format=json", piped="y\n").error
    assert error["code"] == "CLI_USAGE_ERROR"
    assert "--yes does it without asking. Nothing was done." in error["message"]
    assert sim.requests == []


@pytest.mark.parametrize("name", ["withdraw", "mark-read"])
def test_the_others_are_not_done_unasked_either(mail: Mail, sim: Simulator, name: str) -> None:
    assert "Nothing was done." in mail(name, "--id", "1", "--format=json").error["message"]
    assert sim.requests == []


def test_with_yes_nobody_is_asked(mail: Mail, sim: Simulator) -> None:
    result = mail(*a_letter(mail), "--yes", "--format=json")
    assert (result.status, result.err) == (0, "")
    (sent,) = sim.sent_messages
    data = result.json["data"]
    assert data == {
        "outcome": "accepted", "messageId": str(sent.message_id), "reason": None, "status": 201,
    }  # fmt: skip
    assert result.json["child"]["studentName"] == sim.children[0].name


def test_a_login_issued_by_the_school_sends_too(mail: Mail, sim: Simulator) -> None:
    letter = a_letter(mail)
    env = sim.gateway_environ()
    result = mail(*letter, typed="y\n", **env)
    assert (result.status, len(sim.sent_messages)) == (0, 1)
    assert set(mail(*letter, "--yes", "--format=json", **env).json) == {"data"}
    refused = mail(*letter, "--yes", "--child", first(sim), "--format=json", **env)
    assert refused.error["code"] == "UNSUPPORTED_BACKEND"
    assert len(sim.sent_messages) == 2


def test_the_text_can_come_from_a_file_or_a_pipe(mail: Mail, sim: Simulator) -> None:
    letter = a_letter(mail)[:-2]
    Path("text.txt").write_bytes(b"\xef\xbb\xbf" + "Dzień dobry,\r\nZażółć.\r\n\r\n".encode())
    assert mail(*letter, "--body-file", "text.txt", "--yes").status == 0
    assert body_of(sim) == "Dzień dobry,<br>Zażółć."
    assert mail(*letter, "--body-file", "-", "--yes", piped="Zażółć\n").status == 0
    assert body_of(sim) == "Zażółć"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "either --body or --body-file"),
        (["--body", "x", "--body-file", "-"], "either --body or --body-file"),
        (["--body-file", "nothing.txt"], "The file that --body-file names cannot be read."),
        (["--body-file", "latin.txt"], "What --body-file names is no text in UTF-8."),
    ],
)
def test_a_text_that_cannot_be_had(mail: Mail, sim: Simulator, argv: list[str], said: str) -> None:
    Path("latin.txt").write_bytes(b"Za\xbf\xf3\xb3\xe6")
    error = mail("send", "--to", "1", "--subject", "a", *argv, "--yes", "--format=json").error
    assert error["code"] == "CLI_USAGE_ERROR"
    assert said in error["message"]
    assert "txt" not in error["message"]
    assert sim.requests == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--to", "1", "--subject", "a", "--body", "b"], "messages receivers --type shows the account ids."),
        (["--to", "1", "--to", "1", "--subject", "a", "--body", "b"], "2 is the same as recipient 1."),
        (["--to", "", "--subject", "a", "--body", "b"], "each recipient must be an id"),
        (["--to", "1", "--subject", "a" * 201, "--body", "b"], "--subject must have 1 to 200 characters"),
        (["--to", "1", "--subject", "a\nb", "--body", "b"], "--subject must be one line"),
        (["--to", "1", "--subject", "a", "--body", "b" * 10_001], "The text must have 1 to 10000 characters"),
        (["--to", "1", "--subject", "a", "--body", " "], "The text must have 1 to 10000 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_told_with_options(
    mail: Mail, sim: Simulator, argv: list[str], said: str
) -> None:
    error = mail("send", *argv, "--yes", "--format=json").error
    assert error["code"] == "CONFIGURATION_ERROR"
    assert said in error["message"]
    assert written(sim) == 0


def test_fifty_one_people_are_too_many(mail: Mail, sim: Simulator) -> None:
    many = [word for number in range(51) for word in ("--to", str(number + 1))]
    error = mail("send", *many, "--subject", "a", "--body", "b", "--yes", "--format=json").error
    assert error["message"] == "--to must be given 1 to 50; send several messages."
    assert sim.sent_messages == []


def test_somebody_who_is_away_is_not_written_to(mail: Mail, sim: Simulator) -> None:
    (head, _), *_ = people(mail, "headteachers")
    error = mail("send", "--to", head, "--subject", "a", "--body", "b", "--yes", "--format=json").error
    assert "not available at the moment" in error["message"]
    assert "librus messages receivers --type shows when" in error["message"]
    assert written(sim) == 0


@pytest.mark.parametrize(
    "argv",
    [
        ["send", "--to", "1", "--subject", "a", "--body", "b"],
        ["reply", "--id", "1", "--body", "b"],
        ["withdraw", "--id", "1"],
        ["mark-read", "--id", "1"],
        ["receivers"],
    ],
)
def test_the_phone_application_s_back_end_cannot_send(mail: Mail, sim: Simulator, argv: list[str]) -> None:
    error = mail(*argv, "--backend", "api3", "--format=json").error
    assert error["code"] == "CLI_USAGE_ERROR"
    assert "exists with --backend wiadomosci only" in error["message"]
    assert sim.requests == []


# --- outcomes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "why"),
    [("DUPLICATED_RECEIVERS", "somebody is among the receivers twice"), ("Nonsense words", None)],
)
def test_a_refusal_says_so_and_why(mail: Mail, sim: Simulator, code: str, why: str | None) -> None:
    letter = a_letter(mail)
    sim.fail(SEND, status=422, body={"error": {"code": code}}, times=None)
    result = mail(*letter, "--yes")
    assert result.status == 1
    assert result.out.startswith("Not sent\n\n")
    assert "status   422\n" in result.out
    assert result.out.endswith("\n  Librus refused it, and nobody got it.\n")
    assert (f"why      {why}\n" in result.out) == (why is not None)
    assert code not in result.out
    told = mail(*letter, "--yes", "--format=json")
    assert (told.status, told.err) == (1, "")
    assert (told.json["data"]["outcome"], told.json["data"]["status"]) == ("rejected", 422)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda sim: sim.process_then_fail(401), "Unauthorized"),
        (lambda sim: sim.process_then_fail(500), None),
        (lambda sim: sim.fail(SEND, drop="headers"), "the connection broke before an answer came"),
    ],
)  # fmt: skip
def test_a_message_that_may_have_been_sent_is_said_to_be_so_and_sent_once(
    mail: Mail, sim: Simulator, spoil: Callable[[Simulator], Any], why: str | None
) -> None:
    letter = a_letter(mail)
    spoil(sim)
    result = mail(*letter, "--yes")
    assert (result.status, result.err) == (1, "")
    assert result.out.startswith("Not known whether it was sent\n\n")
    assert f"Look into the outbox before you send it again: {OUTBOX}" in words(result.out)
    assert why is None or f"why      {why}\n" in result.out
    # It was.
    assert len(sim.sent_messages) == written(sim) == 1
    spoil(sim)
    told = mail(*letter, "--yes", "--format=json")
    assert (told.status, told.json["data"]["outcome"]) == (1, "unknown")
    assert set(told.json["data"]) == OUTCOME


class Handed:
    """An act that is done, and after which something of ours goes wrong."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def do(self) -> Delivery:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ValueError("Nina"), "INTERNAL_ERROR", f"Not known whether it was sent. Look: {OUTBOX}"),
        (LibrusSdkError("Odd."), "INTERNAL_ERROR", f"Odd. Not known whether it was sent. Look: {OUTBOX}"),
        (LibrusNetworkError("Out of reach."), "NETWORK_ERROR", "Out of reach. Nothing was sent."),
    ],
)  # fmt: skip
def test_a_mistake_of_ours_does_not_say_that_nothing_was_sent(error: Exception, code: str, said: str) -> None:
    words_of = Told(
        "Send it?", ("", ""), ("", ""), ("Not known whether it was sent", f"Look: {OUTBOX}"), ("", ""),
        "Nothing was sent.",
    )  # fmt: skip
    reading = Reading(Invocation(), cast("Any", None), cast("Any", None), None)
    with pytest.raises(LibrusSdkError) as raised:
        asyncio.run(carry_out(reading, Act(words_of, [], [], Handed(error).do), yes=True))
    assert raised.value.code == code
    assert raised.value.message.endswith(said)
    assert "Nina" not in raised.value.message


@pytest.mark.parametrize("argv", [["send", "--to", "1", "--subject", "a"], ["reply", "--id", "1"]])
def test_a_missing_text_is_told_before_a_missing_terminal(
    mail: Mail, sim: Simulator, argv: list[str]
) -> None:
    error = mail(*argv, "--format=json").error
    assert "Give what the message says: either --body or --body-file." in error["message"]
    assert "terminal" not in error["message"]
    assert sim.requests == []


@pytest.mark.parametrize("name", ["send", "reply"])
def test_the_help_says_where_the_outcomes_are_told_apart(mail: Mail, name: str) -> None:
    said = words(mail(name, "--help").out)
    assert "the outcome in --format json" in said


def test_a_failure_before_it_is_sent_says_that_nothing_was_sent(mail: Mail, sim: Simulator) -> None:
    letter = a_letter(mail)
    # It is read when the message is prepared, and once more before it goes out.
    sim.fail("wiadomosci/me", status=404, skip=1, times=None)
    result = mail(*letter, "--yes", "--format=json")
    assert (result.status, result.out) == (1, "")
    assert result.error["message"].endswith("Nothing was sent.")
    assert written(sim) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C there")
def test_ctrl_c_while_it_is_sent_says_that_it_may_have_been(
    mail: Mail, sim: Simulator, tmp_path: Path
) -> None:
    letter = a_letter(mail)
    gate = sim.hold(SEND, at="response")
    run = spawn("messages", *letter, "--yes", "--child", first(sim), sim=sim, cwd=tmp_path)
    gate.wait_arrived()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert (run.returncode, out) == (130, "")
    assert words(err) == (
        "Note: Not known whether it was sent. "
        f"Look into the outbox before you send it again: {OUTBOX} Interrupted."
    )
    assert len(sim.sent_messages) == 1


def interrupt(run: subprocess.Popen[str], keyboard: int) -> None:
    """Press Ctrl-C, and then Enter: if it came in the moment before the terminal was listened to."""
    run.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(keyboard, b"\n")


@pytest.mark.skipif(sys.platform == "win32", reason="terminals are made differently there")
@pytest.mark.parametrize(
    ("typed", "status", "sent", "said"),
    [
        (b"y\n", 0, 1, '{"outcome": "accepted"'),
        (b"\n", 1, 0, '{"outcome": "declined"'),
        (b"\x04", 130, 0, ""),
        (None, 130, 0, ""),
    ],
    ids=["yes", "enter", "ctrl-d", "ctrl-c"],
)
def test_a_real_terminal_asks_on_stderr_and_ctrl_c_ends_the_question(
    mail: Mail, sim: Simulator, tmp_path: Path, typed: bytes | None, status: int, sent: int, said: str
) -> None:
    import pty

    letter = [*a_letter(mail), "--format", "json", "--child", first(sim)]
    keyboard, theirs = pty.openpty()
    run = spawn("messages", *letter, sim=sim, cwd=tmp_path, stdin=theirs)
    os.close(theirs)
    assert run.stderr is not None
    shown = ""
    while not shown.endswith("Send it? [y/N]: "):
        read = run.stderr.read(1)
        assert read, shown
        shown += read
    if typed is None:
        interrupt(run, keyboard)
    else:
        os.write(keyboard, typed)
    out, err = run.communicate(timeout=20)
    os.close(keyboard)
    assert (run.returncode, len(sim.sent_messages), written(sim)) == (status, sent, sent)
    assert err.strip() == ("Interrupted." if status == 130 else "")
    assert out.startswith("{" if said else "")
    assert json.dumps(json.loads(out)["data"]).startswith(said) if said else out == ""


# --- answering --------------------------------------------------------------------------------------------


def test_an_answer_is_shown_asked_about_and_sent_and_marks_the_message_as_read(
    mail: Mail, sim: Simulator
) -> None:
    number = inbox(mail, unread=True)
    result = mail("reply", "--id", number, "--body", "Dziękuję.", typed="y\n")
    assert result.status == 0
    assert "\n  subject  Re: " in result.err
    assert result.err.endswith("\n  Dziękuję.\n\nSend it? [y/N]: ")
    assert "(Pracownik szkoły)" in result.err
    (sent,) = sim.sent_messages
    assert (str(sent.reply_to), sent.body) == (number, "Dziękuję.")
    assert result.out.startswith("Sent\n")
    assert "\n  id " not in result.out
    rows = mail("wiadomosci-list", "--format=json").json["data"]["data"]
    assert next(row for row in rows if str(row["messageId"]) == number)["readDate"]


def test_an_answer_nobody_wants_sent(mail: Mail, sim: Simulator) -> None:
    number = inbox(mail, unread=True)
    result = mail("reply", "--id", number, "--body", "Dziękuję.", typed="n\n")
    assert (result.status, written(sim)) == (1, 0)
    assert "The message it answers was opened, and counts as read." in words(result.out)


def test_an_answer_that_may_have_been_sent(mail: Mail, sim: Simulator) -> None:
    number = inbox(mail, unread=False)
    sim.process_then_fail(500)
    result = mail("reply", "--id", number, "--body", "Dziękuję.", "--yes")
    assert result.status == 1
    assert result.out.startswith("Not known whether it was sent\n")
    assert len(sim.sent_messages) == 1


def test_what_cannot_be_answered(mail: Mail, sim: Simulator) -> None:
    rows = mail("wiadomosci-list", "--format=json").json["data"]["data"]
    system = next(str(row["messageId"]) for row in rows if "Usprawiedliwienia" in json.dumps(row))
    error = mail("reply", "--id", system, "--body", "b", "--yes", "--format=json").error
    assert "cannot be answered" in error["message"]
    error = mail("reply", "--id", "x", "--body", "b", "--yes", "--format=json").error
    assert error["message"].startswith("--id must be a number")
    error = mail("reply", "--id", "7", "--body", "b", "--yes", "--format=json").error
    assert error["message"].endswith("librus messages wiadomosci-list shows the ids there are.")
    assert written(sim) == 0


# --- taking back ------------------------------------------------------------------------------------------


def test_a_sent_message_is_shown_asked_about_and_taken_back(mail: Mail, sim: Simulator) -> None:
    mail(*a_letter(mail), "--yes")
    number = str(sim.sent_messages[0].message_id)
    declined = mail("withdraw", "--id", number, typed="n\n")
    assert (declined.status, declined.out) == (1, "Not taken back\n\n  The message stands.\n")
    assert [one.withdrawn for one in sim.sent_messages] == [False]
    result = mail("withdraw", "--id", number, typed="y\n")
    assert result.status == 0
    assert result.err.startswith("To be taken back\n")
    assert "\n  subject  Wycieczka\n" in result.err
    assert result.err.endswith("\nTake it back? [y/N]: ")
    assert result.out.startswith("Taken back\n")
    assert [one.withdrawn for one in sim.sent_messages] == [True]
    again = mail("withdraw", "--id", number, "--yes", "--format=json").error
    assert again["message"] == "This message was withdrawn already. Nothing was withdrawn."
    assert sim.counts[WITHDRAW] == 1


def test_a_message_that_can_no_longer_be_taken_back(mail: Mail, sim: Simulator) -> None:
    sim.fail("wiadomosci/outbox/messages/{id}", body={"data": {"messageId": 7, "enableMessageWithdrawn": 0}})
    error = mail("withdraw", "--id", "7", "--yes", "--format=json").error
    assert error["message"] == "This message can no longer be withdrawn. Nothing was withdrawn."
    unknown = mail("withdraw", "--id", "7", "--yes", "--format=json").error
    assert unknown["message"].endswith(f"{OUTBOX} shows the ids there are.")
    assert sim.counts[WITHDRAW] == 0


def test_taking_back_that_is_refused_or_may_have_been_done(mail: Mail, sim: Simulator) -> None:
    mail(*a_letter(mail), "--yes")
    number = str(sim.sent_messages[0].message_id)
    sim.fail(WITHDRAW, status=422, body={"error": {"code": "TOO_LATE"}})
    refused = mail("withdraw", "--id", number, "--yes", "--format=json")
    assert (refused.status, refused.json["data"]["outcome"]) == (1, "rejected")
    sim.fail(WITHDRAW, drop="headers")
    unknown = mail("withdraw", "--id", number, "--yes")
    assert unknown.status == 1
    assert unknown.out.startswith("Not known whether it was taken back\n")
    assert "librus messages wiadomosci-get --mailbox outbox --id ID" in words(unknown.out)
    assert sim.sent_messages[0].withdrawn


# --- marking as read --------------------------------------------------------------------------------------


def test_a_message_is_marked_as_read_after_a_question(mail: Mail, sim: Simulator) -> None:
    number = inbox(mail, unread=True)
    declined = mail("mark-read", "--id", number, typed="n\n")
    assert (declined.status, declined.out) == (1, "Not marked as read\n\n  It is unread as before.\n")
    assert sim.counts[OPENED] == 0
    result = mail("mark-read", "--id", number, typed="y\n")
    assert result.status == 0
    assert "\n  read     not yet\n" in result.err
    assert result.err.endswith("\nMark it as read? [y/N]: ")
    assert result.out.startswith("Marked as read\n")
    assert "not yet" not in result.out
    assert result.out.endswith("\n  Its sender can see that.\n")
    assert sim.counts[OPENED] == 1
    again = mail("mark-read", "--id", number, typed="")
    assert (again.status, again.err) == (0, "")
    assert again.out.startswith("Read already\n")
    data = mail("mark-read", "--id", number, "--yes", "--format=json").json["data"]
    assert data == {"outcome": "accepted", "messageId": number, "reason": None, "status": None}


def test_an_unknown_message_is_not_marked(mail: Mail, sim: Simulator) -> None:
    result = mail("mark-read", "--id", "7", "--yes", "--format=json")
    assert (result.status, result.out) == (1, "")
    shown, _, opened = result.error["message"].partition(" If it is older, ")
    assert shown.endswith(" The ids there are: librus messages wiadomosci-list.")
    assert opened.startswith("librus messages wiadomosci-get --mark-read opens it")
    assert "--mailbox" not in result.error["message"]
    assert sim.counts[OPENED] == 0


# --- privacy ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", [None, 401, 500])
def test_what_is_sent_is_in_no_diagnostics_and_no_secret_is_anywhere(
    mail: Mail, sim: Simulator, spoil: int | None
) -> None:
    letter = a_letter(mail)
    if spoil:
        sim.process_then_fail(spoil)
    result = mail(*letter, "--yes", "--verbose", "--format=json")
    assert result.err
    assert not [secret for secret in sim.secrets() if secret in result.err]
    assert not [name for name in sim.personal() if name in result.err]
    assert "Wycieczka" not in result.err
    assert "Nina" not in result.err
