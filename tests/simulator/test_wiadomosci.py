"""The messages' host: the way in, a session with a life of its own, mailboxes, sending."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._post_wire import body, page_text, unpadded
from tests.simulator.mail_steps import MailClient, inside, letter
from tests.simulator.steps import Browser

WARSAW = ZoneInfo("Europe/Warsaw")
BOXES = (
    "inbox", "outbox", "notes", "alerts", "substitutions", "absences", "justifications", "trash",
    "archive/inbox", "archive/outbox",
)  # fmt: skip


@pytest.fixture
def mail(sim: Simulator) -> Iterator[MailClient]:
    with MailClient(sim) as client:
        yield client.enter()


def moment(number: Any) -> str:
    """A date of the API as the messages' host writes it."""
    seconds = int(number) // (1000 if len(str(number)) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC).astimezone(WARSAW).strftime("%Y-%m-%d %H:%M:%S")


def api_rows(sim: Simulator, child: int = 0) -> list[dict[str, Any]]:
    with Browser(sim) as browser:
        return cast("list[dict[str, Any]]", browser.data("Messages", child)["Messages"])


def plain(text: str) -> str:
    """A subject of the API, some of which are escaped a second time."""
    return str(json.loads(f'"{text}"')) if "\\" in text else text


# The way in.


def test_a_childs_token_leads_to_its_messages(sim: Simulator) -> None:
    with MailClient(sim, 1) as client:
        crossed = client.cross(client.ask_token().json()["Token"])
        assert crossed.status_code == 200
        assert str(crossed.url).endswith("/uczen/widok/centrum_powiadomien")
        assert "oauth_token" not in client.http.cookies
        opened = client.open_messages()
        assert (opened.status_code, opened.url.path) == (200, "/nowy")
        logon = next(step for step in opened.history if "MultiDomainLogon" in step.url.path)
        assert logon.url.path.endswith("/target/L25vd3k/from/c3luZXJnaWE")
        assert client.read("me")["data"]["accountId"]
    steps = ["AutoLoginToken", "web.token", "web.notifications", "web.messages", "wiadomosci.logon"]
    steps += ["wiadomosci.page", "wiadomosci/me"]
    assert [record.endpoint for record in sim.requests] == steps
    assert {record.child_id for record in sim.requests} == {sim.children[1].id}


def test_what_opens_a_session_is_a_secret_and_works_once(sim: Simulator) -> None:
    with MailClient(sim) as client, MailClient(sim) as other:
        token = client.ask_token().json()["Token"]
        client.cross(token)
        opened = client.open_messages(follow=False)
        logon = opened.headers["location"]
        login = logon.partition("/login/")[2].partition("/")[0]
        client.http.get(logon)
        cookies = {cookie.value for cookie in client.http.cookies.jar if cookie.name == "DZIENNIKSID"}
        assert len(cookies) == 2
        assert cookies | {token, login, logon.partition("/token/")[2].partition("/")[0]} <= sim.secrets()
        assert base64.b64decode(login + "==").decode() == client.child.login
        again = other.cross(token)
        assert str(again.url) == f"{sim.hosts.synergia}/loguj"
        assert other.http.get(logon).url.path == "/loguj"
        assert other.ask("me").status_code == 401
        assert client.ask("me").status_code == 200


def test_a_dead_bearer_gets_no_token(sim: Simulator) -> None:
    with MailClient(sim) as client:
        sim.expire_child_tokens()
        assert (client.ask_token().status_code, client.ask_token().json()["Code"]) == (401, "TokenIsExpired")
        url = sim.hosts.api.removesuffix("/3.0") + "/2.0/AutoLoginToken"
        assert httpx2.post(url, trust_env=False).status_code == 401
        assert client.cross("nothing").url.path == "/loguj"
        assert client.open_messages().url.path == "/loguj"


def test_the_logon_is_for_the_login_it_names(sim: Simulator) -> None:
    with MailClient(sim) as client:
        client.cross(client.ask_token().json()["Token"])
        address = client.open_messages("wiadomosci2", follow=False).headers["location"]
        mine, other = (quote(unpadded(sim.children[n].login), safe="") for n in range(2))
        assert client.http.get(address.replace(mine, other)).url.path == "/loguj"
        assert client.http.get(address).url.path == "/loguj"
        assert client.open_messages().url.path == "/nowy"


def test_a_technical_break_is_told_on_the_way(sim: Simulator) -> None:
    with MailClient(sim) as client:
        sim.web_maintenance = "redirect"
        assert client.cross(client.ask_token().json()["Token"]).url.path == "/przerwa_techniczna"


def test_odd_logins_go_through_the_address(sim: Simulator) -> None:
    with Simulator(odd_logins=True) as odd, MailClient(odd) as client:
        assert client.enter().ask("me").status_code == 200


def test_a_school_without_messages_says_so(sim: Simulator, mail: MailClient) -> None:
    sim.no_messages_module(mail.child.id)
    page = mail.open_messages()
    assert (page.status_code, page.url.path) == (200, "/wiadomosci3")
    assert '<h2 class="inside">Brak dostępu' in page.text
    assert mail.ask("inbox/messages").status_code == 403
    with MailClient(sim, 1) as other:
        assert other.enter().ask("inbox/messages").status_code == 200
        sim.no_messages_module()
        assert other.ask("inbox/messages").status_code == 403


# Sessions.


def test_a_session_dies_by_the_clock_while_the_pages_live() -> None:
    now = [1000.0]
    with Simulator(clock=lambda: now[0]) as sim, MailClient(sim) as client:
        client.enter()
        now[0] += 40 * 60
        sim.expire_messages_session()
        client.open_messages()  # within the life of the pages
        now[0] += 45 * 60 - 1
        assert client.ask("me").status_code == 200
        now[0] += 1
        assert client.ask("me").status_code == 401
        sim.messages_session_lifetime = 60
        client.enter()
        now[0] += 60
        assert client.ask("me").status_code == 401
        assert sim.messages_session_lifetime == 60


@pytest.mark.parametrize(("form", "status"), [("401", 401), ("403", 403), ("redirect", 302), ("html", 200)])
def test_a_dead_session_is_told_in_each_form(mail: MailClient, form: Any, status: int) -> None:
    sim = mail.sim
    sim.messages_dead_form = form
    assert sim.messages_dead_form == form
    assert mail.ask("me").status_code == 200
    sim.expire_messages_session(sim.children[1].id)
    assert mail.ask("me").status_code == 200
    sim.expire_messages_session(mail.child.id)
    answer = mail.ask("inbox/messages")
    assert answer.status_code == status
    assert sim.requests[-1].child_id == mail.child.id
    if form == "redirect":
        assert answer.headers["location"] == f"{sim.hosts.synergia}/loguj"
    elif form == "html":
        assert "Zaloguj" in answer.text
    else:
        assert answer.json()["status"] == "error"
    assert mail.http.get(f"{sim.hosts.wiadomosci}/nowy").url.path == "/loguj"
    with pytest.raises(ValueError, match="messages_dead_form"):
        sim.messages_dead_form = cast("Any", "404")


def test_paths_and_methods_that_there_are_not(mail: MailClient) -> None:
    assert mail.ask("Surveys").status_code == 404
    assert mail.sim.requests[-1].endpoint == "wiadomosci/Surveys"
    refused = mail.ask("messages")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert mail.http.get(f"{mail.sim.hosts.wiadomosci}/stary").status_code == 404
    assert mail.http.post(f"{mail.sim.hosts.wiadomosci}/nowy").status_code == 405


def test_faults_have_the_bodies_of_this_host(mail: MailClient) -> None:
    mail.sim.fail("wiadomosci/me", status=503)
    assert mail.ask("me").json()["status"] == "error"
    mail.sim.fail("wiadomosci.page", status=500)
    assert "<html" in mail.open_messages().text


# What is in the boxes.


@pytest.mark.parametrize("child", range(3))
def test_the_messages_are_those_of_the_api(sim: Simulator, child: int) -> None:
    rows = api_rows(sim, child)
    with Browser(sim) as browser:
        users = {row["Id"]: row for row in browser.data("Users", child)["Users"]}
    with MailClient(sim, child) as client:
        client.enter()
        got, sent = client.items("inbox"), client.items("outbox")
    assert {str(row["Id"]) for row in rows}.isdisjoint(str(item["messageId"]) for item in got + sent)
    mine = [row for row in rows if row["Sender"] and users[row["Sender"]["Id"]]["IsEmployee"] is False]
    theirs = [row for row in rows if row not in mine]
    for api, host in ((theirs, got), (mine, sent)):
        told = [(moment(row["SendDate"]), plain(row["Subject"])) for row in api]
        assert [(item["sendDate"], item["topic"]) for item in host] == told
    for row, item in zip(theirs, got, strict=True):
        assert item["readDate"] == (moment(row["ReadDate"]) if row["ReadDate"] else None)
        if row["Sender"] is None:
            assert (item["senderName"], item["senderId"]) == ("e-Usprawiedliwienia", None)
            continue
        user = users[row["Sender"]["Id"]]
        names = (user["FirstName"], user["LastName"])
        whole = f"{names[1]} {names[0] or ''}".strip()
        assert item.get("senderName", whole) == whole
        assert (item.get("senderFirstName", names[0]), item.get("senderLastName", names[1])) == names


def test_a_list_comes_in_every_recorded_form(mail: MailClient) -> None:
    items = mail.items("inbox")
    assert {type(item["messageId"]) for item in items} == {int, str}
    assert {type(item["isAnyFileAttached"]) for item in items} == {int, str, bool}
    assert {"receiver" in item for item in items} == {True, False}
    cut, plain_texts = 0, 0
    for item in items:
        try:
            shown = base64.b64decode(item["content"], validate=True)
        except ValueError:
            plain_texts += 1
            continue
        whole = shown.decode(errors="ignore").encode()
        assert shown.startswith(whole)  # what is lost is the end of a letter, not its middle
        cut += whole != shown
    assert cut >= 1
    assert plain_texts >= 1
    assert all("readDate" not in item for item in mail.items("outbox"))


def test_lists_come_in_pages(mail: MailClient) -> None:
    everything = mail.items("inbox")
    first, second = (mail.read("inbox/messages", page=page, limit=7) for page in (1, 2))
    assert (first["total"], second["total"]) == (len(everything), len(everything))
    assert first["data"] + second["data"] == everything[:14]
    assert mail.read("inbox/messages", page=99, limit=50)["data"] == []
    for wrong in ({"page": 0}, {"limit": 301}, {"limit": 0}, {"page": "x"}, {"afterId": "x"}):
        assert mail.ask("inbox/messages", **wrong).status_code == 400, wrong
    assert mail.ask("inbox/messages/senders", page=0).status_code == 400


def test_lists_can_be_narrowed(mail: MailClient) -> None:
    everything = mail.items("inbox")
    ids = [int(item["messageId"]) for item in everything]
    assert ids == sorted(ids, reverse=True)
    newer = mail.read("inbox/messages", afterId=ids[3], limit=50)
    assert ([int(item["messageId"]) for item in newer["data"]], newer["total"]) == (ids[:3], 3)
    unread = mail.items("inbox", unreadOnly=1)
    assert unread == [item for item in everything if item["readDate"] is None] != []
    sender = next(item["senderId"] for item in everything if item["senderId"])
    from_one = mail.items("inbox", senderId=sender)
    assert from_one == [item for item in everything if str(item["senderId"]) == str(sender)]
    assert 0 < len(from_one) < len(everything)
    system = mail.items("inbox", category=6)
    assert {item["topic"] for item in system} == {"e-Usprawiedliwienia"}
    assert mail.items("inbox", category="1,6") == everything
    sent = mail.items("outbox")
    receiver = sent[0]["receiverId"]
    narrowed = mail.items("outbox", receiverId=receiver)
    assert sent[0] in narrowed
    assert mail.items("outbox", receiverId="12") == []


@pytest.mark.parametrize("child", range(2))
def test_each_account_lacks_a_box_and_one_list_is_bare(sim: Simulator, child: int) -> None:
    with MailClient(sim, child) as client:
        client.enter()
        lacking = [box for box in BOXES if client.ask(f"{box}/messages").status_code == 404]
        assert lacking == [("alerts", "substitutions")[child]]
        bare = [
            box for box in BOXES if box not in lacking and isinstance(client.read(f"{box}/messages"), list)
        ]
        assert bare == ["justifications"]
        for box in BOXES:
            if box not in lacking:
                rows = client.read("justifications/messages") if box in bare else client.items(box)
                assert rows, box
                one = client.read(f"{box}/messages/{rows[0]['messageId']}")["data"]
                assert inside(one["Message"]), box
                assert (one["topic"], one["sendDate"]) == (rows[0]["topic"], rows[0]["sendDate"])
        archives = [
            client.read(f"archive/{box}/messages")["archivingInProgress"] for box in ("inbox", "outbox")
        ]
        assert archives == [child == 0] * 2
        start = sim.today.replace(month=9, day=1, year=sim.today.year - 1).isoformat()
        assert all(item["sendDate"] < start for item in client.items("archive/inbox"))
        assert client.ask("inbox/messages/12").status_code == 404


def test_whole_messages_have_every_recorded_body(mail: MailClient) -> None:
    starts, links = set(), 0
    for item in mail.items("inbox"):
        one = mail.read(f"inbox/messages/{item['messageId']}")["data"]
        assert str(one["messageId"]) == str(item["messageId"])
        starts.add(base64.b64decode(one["Message"]).partition(b"Message")[0])
        text = inside(one["Message"])
        links += "https://liblink.pl/" in text
        shown = item["content"]
        with suppress(ValueError):
            shown = base64.b64decode(shown, validate=True).decode(errors="ignore")
        assert text.startswith(shown)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n<'
    assert starts == {text.encode() for text in ("<", declaration, "\ufeff<", "\ufeff" + declaration)}
    assert links


def test_html_inside_is_html_and_a_sections_end_survives() -> None:
    pages = [page_text('a < b & "c"\nd', number) for number in range(6)]
    assert pages[0] == "a &lt; b &amp; &quot;c&quot;<br>d"
    assert pages[1] == '<p>a &lt; b &amp; "c"</p><p>d</p>'
    assert pages[2] == "a &lt; b &amp; &quot;c&quot;\nd"
    assert inside(body("x ]]> y ]]>", 1)) == "x ]]> y ]]>"


# Who has read what.


def test_opening_marks_read_and_looking_does_not(mail: MailClient) -> None:
    def unread() -> int:
        return int(mail.read("inbox/unreadMessagesCount")["data"]["inbox"])

    before = unread()
    new = mail.items("inbox", unreadOnly=1)
    assert len(new) == before > 1
    opened = mail.read(f"inbox/messages/{new[0]['messageId']}")["data"]
    assert opened["readDate"].startswith(mail.sim.today.isoformat())
    assert unread() == before - 1
    assert mail.read(f"inbox/messages/{new[0]['messageId']}")["data"]["readDate"] == opened["readDate"]
    listed = {str(item["messageId"]): item["readDate"] for item in mail.items("inbox")}
    assert listed[str(opened["messageId"])] == opened["readDate"]
    note = mail.items("notes")[0]
    assert mail.read(f"notes/messages/{note['messageId']}")["data"]["readDate"] is None
    with MailClient(mail.sim) as other:
        assert other.enter().items("inbox", unreadOnly=1) == new[1:]


def test_the_number_of_unread_ones_in_each_form(mail: MailClient) -> None:
    sim = mail.sim
    counts = mail.read("inbox/unreadMessagesCount")["data"]
    names = {"inbox", "notes", "alerts", "substitutions", "absences", "justifications", "trash"}
    assert counts.keys() >= names | {"archiveInbox"}
    assert counts["inbox"] == sum(row["ReadDate"] is None for row in api_rows(sim))
    assert counts["notes"] == len(mail.items("notes"))
    sim.unread_form = "number"
    assert mail.read("inbox/unreadMessagesCount") == {"data": counts["inbox"]}
    sim.unread_form = "digits"
    assert mail.read("inbox/unreadMessagesCount") == {"data": str(counts["inbox"])}
    assert sim.unread_form == "digits"
    with pytest.raises(ValueError, match="unread_form"):
        sim.unread_form = cast("Any", "words")


# People.


def test_who_the_account_belongs_to_and_its_labels(mail: MailClient) -> None:
    me = mail.read("me")["data"]
    assert f"{me['firstName']} {me['lastName']}" in mail.sim.personal()
    with Browser(mail.sim) as browser:
        assert int(me["accountId"]) == browser.data("Me")["Me"]["Account"]["Id"]
    assert [tag["name"] for tag in mail.read("tags")["data"]] == ["Ważne", "Wycieczki"]
    assert mail.read("signatures") == {"data": []}


def test_correspondents_are_those_of_the_boxes(mail: MailClient) -> None:
    senders = mail.read("inbox/messages/senders", page=1, limit=50)
    assert senders["total"] == len(senders["data"])
    known = {str(item["senderId"]) for item in mail.items("inbox") if item["senderId"]}
    assert {str(row["senderId"]) for row in senders["data"]} == known
    receivers = mail.read("outbox/messages/receivers")["data"]
    assert {item["receiverId"] for item in mail.items("outbox")} <= {row["receiverId"] for row in receivers}


def test_the_address_book(sim: Simulator, mail: MailClient) -> None:
    types = mail.read("receivers/types", includeClass="true")["data"]
    names = [row["id"] for row in types["list"]]
    assert types["defaultGroup"] in names
    assert len(mail.read("receivers/types")["data"]["list"]) < len(names)
    everyone: set[str] = set()
    for name in names:
        path = "receivers/groups/school-employees"
        answer = mail.ask(path, receiverType=name)
        if answer.status_code == 200:
            everyone |= {row["accountId"] for row in answer.json()["receivers"]}
            continue
        path = "class-parents" if name == "classParents" else "students-and-attendants"
        found = mail.read(f"receivers/groups/{path}", receiverType=name)
        assert list(found) == ["data" if name == "parentsCouncil" else "classes"]
        (group,) = next(iter(found.values()))
        assert group["label"] == sim.children[0].class_name
        assert {len(family) for family in group["receivers"]} == {1, 2}
    available = mail.read("receivers/groups/school-employees", receiverType="headteachers")["receivers"][0]
    assert available["availabilityStatus"]["isAvailable"] is False
    assert mail.read("receivers/groups/school-employees", receiverType="pedagogue") == {"receivers": []}
    assert mail.ask("receivers/groups/class-parents", receiverType="all").status_code == 400
    taught = mail.read("receivers/student-subjects")
    assert {row["teacherIdentifier"] for row in taught} <= everyone
    senders = {str(item["senderId"]) for item in mail.items("inbox") if item["senderId"]}
    assert senders <= everyone
    with MailClient(sim, 1) as other:
        assert other.enter().read("receivers/student-subjects")["data"][0]["subject"]


# Sending.


def test_a_message_is_sent_and_stands_in_the_outbox(mail: MailClient) -> None:
    sim, to = mail.sim, mail.teachers()[:2]
    total = mail.read("outbox/messages")["total"]
    answer = mail.send(to, "Pytanie ż", "1 &lt; 2\nPozdrawiam")
    assert answer.status_code == 201
    told = answer.json()["data"]
    assert told["status"] == "sent"
    (sent,) = sim.sent_messages
    assert (sent.child_id, sent.message_id, sent.recipients) == (mail.child.id, told["messageId"], tuple(to))
    assert (sent.subject, sent.body, sent.reply_to, sent.withdrawn) == (
        "Pytanie ż", "1 &lt; 2\nPozdrawiam", None, False,
    )  # fmt: skip
    assert "Pytanie" not in repr(sent)
    box = mail.read("outbox/messages")
    assert box["total"] == total + 1
    assert (int(box["data"][0]["messageId"]), box["data"][0]["topic"]) == (told["messageId"], "Pytanie ż")
    assert box["data"][0]["sendDate"].startswith(sim.today.isoformat())
    one = mail.read(f"outbox/messages/{told['messageId']}")["data"]
    assert inside(one["Message"]) == "1 &lt; 2\nPozdrawiam"
    assert [row["receiverId"] for row in one["receivers"]] == to
    assert (one["receiversCount"], one["readedCount"]) == (2, 0)


def test_an_answer_belongs_to_its_message(mail: MailClient) -> None:
    item = next(item for item in mail.items("inbox") if item["senderId"])
    document = letter([str(item["senderId"])]) | {"originalMessageId": int(item["messageId"])}
    answer = mail.post("messages/reply", document)
    assert answer.status_code == 201
    assert answer.json() == {"data": {"status": "sent"}}
    (sent,) = mail.sim.sent_messages
    assert sent.reply_to == int(item["messageId"])
    system = mail.items("inbox", category=6)[0]
    for original, status in (
        (None, 400),
        ("x", 400),
        (True, 400),
        (12, 404),
        (int(system["messageId"]), 422),
    ):
        assert mail.post("messages/reply", document | {"originalMessageId": original}).status_code == status
    assert mail.post("messages/reply", document | {"topic": "!"}).status_code == 400
    assert len(mail.sim.sent_messages) == 1


def test_what_is_not_right_is_refused_and_not_sent(mail: MailClient) -> None:
    one = mail.teachers()[0]
    good = letter([one])
    wrong: list[tuple[Any, int]] = [
        ([], 400),
        (good | {"topic": "nie base64"}, 400),
        (good | {"content": base64.b64encode(b"\xff").decode()}, 400),
        (good | {"content": 7}, 400),
        (good | {"receivers": []}, 400),
        (good | {"receivers": {"schoolReceivers": [{"id": one}]}}, 400),
        (good | {"category": "note"}, 400),
        (letter([]), 400),
        (letter(["12"]), 422),
        (letter([str(number) for number in range(51)]), 422),
        (letter([one], topic="t" * 201), 422),
        (letter([one], topic=" "), 422),
        (letter([one], content="c" * 15_001), 422),
        (letter([one], content=""), 422),
    ]
    for document, status in wrong:
        assert mail.post("messages", document).status_code == status, document
    doubled = mail.post("messages", letter([one, one]))
    assert (doubled.status_code, doubled.json()["code"]) == (422, "DUPLICATED_RECEIVERS")
    broken = mail.http.post(f"{mail.sim.hosts.wiadomosci}/api/messages", content=b"{")
    assert broken.status_code == 400
    assert mail.sim.sent_messages == []
    assert mail.send([one], "t" * 200, "c" * 15_000).status_code == 201


def test_a_message_is_taken_back_once(mail: MailClient) -> None:
    old = mail.items("outbox")[0]["messageId"]
    sent = mail.send(mail.teachers()[:1]).json()["data"]["messageId"]
    detail = mail.read(f"outbox/messages/{sent}")["data"]
    assert detail["enableMessageWithdrawn"] in (1, "1", True)
    assert [mail.withdraw(which).status_code for which in (sent, sent, old, 12)] == [200, 422, 422, 404]
    assert mail.read(f"outbox/messages/{sent}")["data"]["isMessageWithdrawn"] in (1, "1", True)
    assert [one.withdrawn for one in mail.sim.sent_messages] == [True]


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ({"drop": "before"}, 0),
        ({"status": 503}, 0),
        ({"status": 401}, 0),
        ({"drop": "headers"}, 1),
        ({"drop": "body"}, 1),
        ({"truncate": True}, 1),
    ],
)
def test_a_fault_tells_whether_it_was_sent(mail: MailClient, fault: dict[str, Any], sent: int) -> None:
    to = mail.teachers()[:1]
    mail.sim.fail("wiadomosci/messages", **fault)
    try:
        answer = mail.send(to)
        assert answer.status_code != 201 or "truncate" in fault
    except httpx2.TransportError:
        assert "drop" in fault
    assert len(mail.sim.sent_messages) == sent
    assert mail.sim.counts["wiadomosci/messages"] == 1


def test_an_answer_that_never_ends_was_sent(mail: MailClient) -> None:
    to = mail.teachers()[:1]
    mail.sim.fail("wiadomosci/messages", stall=True)
    mail.http.timeout = httpx2.Timeout(10, read=0.2)
    with pytest.raises(httpx2.ReadTimeout):
        mail.send(to)
    assert len(mail.sim.sent_messages) == 1


def test_a_dead_session_sends_nothing_and_a_nasty_server_does(mail: MailClient) -> None:
    sim, to = mail.sim, mail.teachers()[:1]
    sim.expire_messages_session()
    assert mail.send(to).status_code == 401
    assert sim.sent_messages == []
    mail.open_messages()
    sim.process_then_fail()
    assert mail.ask("me").status_code == 200
    assert mail.send(to).status_code == 401
    assert len(sim.sent_messages) == 1
    assert mail.send(to).status_code == 201
    assert len(sim.sent_messages) == 2


def test_many_at_once_are_all_sent_and_none_twice(mail: MailClient) -> None:
    to = mail.teachers()[:1]
    gate = mail.sim.hold("wiadomosci/messages")
    ids: list[int] = []

    def send() -> None:
        ids.append(mail.send(to).json()["data"]["messageId"])

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    mail.sim.wait_for("wiadomosci/messages", 6)
    assert mail.sim.sent_messages == []
    gate.release()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 6
    assert sorted(ids) == [sent.message_id for sent in mail.sim.sent_messages]


# The whole year.


@pytest.mark.parametrize("day", [date(2025, 9, 1), date(2025, 9, 3), date(2026, 7, 14), date(2027, 1, 1)])
def test_there_are_boxes_on_any_day(day: date) -> None:
    with Simulator(today=day, children=1) as sim, MailClient(sim) as client:
        client.enter()
        for box in BOXES:
            assert client.ask(f"{box}/messages").status_code == (404 if box == "alerts" else 200)
        assert client.read("inbox/unreadMessagesCount")["data"]["inbox"] == len(
            client.items("inbox", unreadOnly=1)
        )
        assert client.send(client.teachers()[:1]).status_code == 201


def test_each_simulator_has_messages_of_its_own() -> None:
    day = date(2026, 3, 11)
    with (
        Simulator(today=day) as one,
        Simulator(today=day) as other,
        MailClient(one) as client,
        MailClient(other) as second,
    ):
        client.enter()
        second.enter()
        new = client.items("inbox", unreadOnly=1)
        assert second.items("inbox", unreadOnly=1) == new
        client.read(f"inbox/messages/{new[0]['messageId']}")
        client.send(client.teachers()[:1])
        assert second.items("inbox", unreadOnly=1) == new
        assert other.sent_messages == []
