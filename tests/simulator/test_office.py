"""Homework, messages, excuses, meetings, photos: they hold together, and come in every odd form."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from librus_sdk.simulator._mailbox import unread
from librus_sdk.simulator._office import office_tables
from librus_sdk.simulator._world import build_world
from tests.simulator.steps import Browser
from tests.simulator.test_data import refs

MESSAGE_PATHS = (
    "Messages", "Messages/1", "Messages/Unread", "Messages/User/1", "Messages/ReceiversGroup",
    "Messages/ReceiversGroup/1", "Messages/Attachment/1",
)  # fmt: skip


def get(browser: Browser, path: str, child: int = 0) -> httpx2.Response:
    return browser.read(path, browser.sim.token(browser.sim.children[child].id))


def file_name(answer: httpx2.Response) -> str:
    """The name in the newer form of the header, which holds Polish letters."""
    named = answer.headers["content-disposition"]
    assert named.isascii()
    assert named.startswith("attachment; ")
    return unquote(named.partition("filename*=UTF-8''")[2], errors="strict")


def seconds(sent: Any) -> int:
    number = int(sent)
    assert len(str(number)) in (10, 13)
    return number if len(str(number)) == 10 else number // 1000


def is_png(content: bytes) -> bool:
    """Take the picture apart as a reader does: signature, chunks with their sums, lines of pixels."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, pixels, kinds = 8, b"", []
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        assert struct.unpack_from(">I", content, place + 8 + length)[0] == zlib.crc32(kind + data)
        kinds.append(kind)
        pixels += data if kind == b"IDAT" else b""
        place += 12 + length
    return kinds == [b"IHDR", b"IDAT", b"IEND"] and len(zlib.decompress(pixels)) == 48 * (1 + 48 * 3)


def is_pdf(content: bytes) -> bool:
    """Follow the table at the end to every object, and the length of the stream to its end."""
    start = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    lines = content[start:].split(b"\n")
    assert lines[0] == b"xref"
    count = int(lines[1].split()[1])
    assert all(len(line) == 19 for line in lines[2 : 2 + count])  # and the end of the line is the 20th
    places = [int(line[:10]) for line in lines[3 : 2 + count]]
    length = int(content.split(b"/Length ")[1].split()[0])
    stream = content.split(b"stream\n", 1)[1]
    named = [content[place:].startswith(b"%d 0 obj" % n) for n, place in enumerate(places, 1)]
    return all(named) and stream[length:].startswith(b"endstream") and content.startswith(b"%PDF-")


def test_homework_is_set_and_due_in_lessons_the_child_attends() -> None:
    for seed in range(3):
        world = build_world(seed, 2, date(2026, 6, 20))
        for child in world.school.children:
            found = office_tables(world, child)["HomeWorkAssignments"].rows
            assert len(found) > 10
            lessons = {row["Id"]: row for row in world.tables(child)["Lessons"].rows}
            users = {row["Id"] for row in world.tables(child)["Users"].rows}
            for row in found:
                for key in ("Date", "DueDate"):
                    day = date.fromisoformat(row[key])
                    attended = [held.lesson.id for held in world.planner.attended(child, day)]
                    assert row["Lesson"]["Id"] in attended
                assert row["Date"] < row["DueDate"]
                assert row["Date"] < world.today.isoformat()
                assert row["Teacher"] == lessons[row["Lesson"]["Id"]]["Teacher"]
                assert row["Teacher"]["Id"] in users
                assert "Subject" not in row
            ids = [row["Id"] for row in found]
            assert len(ids) == len(set(ids))


def test_a_homework_and_its_category_can_be_read_alone(browser: Browser) -> None:
    found = browser.data("HomeWorkAssignments")["HomeWorkAssignments"]
    assert browser.data(f"HomeWorkAssignments/{found[0]['Id']}")["HomeWorkAssignment"] == found[0]
    named = next(row["Category"] for row in found if "Category" in row)
    answer = get(browser, urlsplit(named["Url"]).path.removeprefix("/3.0/"))
    assert answer.json()["Category"]["CategoryName"].startswith("Praca")
    assert any("Category" not in row for row in found)


def test_every_file_of_a_homework_is_what_its_name_says(browser: Browser) -> None:
    seen: set[str] = set()
    for row in browser.data("HomeWorkAssignments")["HomeWorkAssignments"]:
        for item in row["HomeworkAssigmentFiles"]:
            path = f"HomeWorkAssignments/Attachment/{row['Id']}-{item['Id']}"
            assert item["Url"] == f"{browser.sim.hosts.api}/{path}"
            answer = get(browser, path)
            kind = item["Name"].rpartition(".")[2]
            seen.add(kind)
            if kind == "pdf":
                told = answer.json()
                assert answer.headers["content-type"].startswith("application/json")
                assert (told["Id"], told["Name"]) == (item["Id"], item["Name"])
                answer = browser.http.get(told["DownloadUrl"])
                assert is_pdf(answer.content)
                assert answer.headers["content-type"] == "application/pdf"
            elif kind == "png":
                assert is_png(answer.content)
                assert answer.headers["content-type"] == "image/png"
            else:
                assert row["DueDate"] in answer.content.decode()
                assert row["Topic"] in answer.content.decode()
            assert answer.status_code == 200
            assert file_name(answer) == item["Name"]
    assert seen == {"pdf", "png", "txt"}


def test_a_download_address_works_once_without_a_token_and_is_secret(browser: Browser) -> None:
    sim = browser.sim
    rows = browser.data("HomeWorkAssignments")["HomeWorkAssignments"]
    row, item = next(
        (row, item) for row in rows for item in row["HomeworkAssigmentFiles"] if item["Name"].endswith(".pdf")
    )
    path = f"HomeWorkAssignments/Attachment/{row['Id']}-{item['Id']}"
    first, second = (get(browser, path).json()["DownloadUrl"] for _ in range(2))
    assert first != second
    assert first.startswith(f"{sim.hosts.portal}/")
    assert first.rpartition("/")[2] in sim.secrets()
    assert [browser.http.get(first).status_code for _ in range(2)] == [200, 404]
    assert browser.http.get(second).status_code == 200
    assert sim.counts["download"] == 3
    assert all("authorization" not in one.headers for one in sim.requests if one.endpoint == "download")
    sim.fail("download", status=500)
    assert browser.http.get(first).status_code == 500


def test_a_homework_file_needs_both_ids(browser: Browser) -> None:
    rows = browser.data("HomeWorkAssignments")["HomeWorkAssignments"]
    row = next(row for row in rows if row["HomeworkAssigmentFiles"])
    file_id = row["HomeworkAssigmentFiles"][0]["Id"]
    refused = get(browser, f"HomeWorkAssignments/Attachment/{file_id}")
    assert (refused.status_code, refused.json()["Code"]) == (400, "InvalidRequest")
    for wrong in (f"{row['Id']}-1", f"1-{file_id}", f"{row['Id'] + 1}-{file_id}"):
        assert get(browser, f"HomeWorkAssignments/Attachment/{wrong}").status_code == 404
    assert get(browser, f"HomeWorkAssignments/Attachment/{row['Id']}-").status_code == 400
    other = get(browser, f"HomeWorkAssignments/Attachment/{row['Id']}-{file_id}", child=1)
    assert other.status_code == 404


def test_messages_come_in_every_recorded_form() -> None:
    world = build_world(7, 3, date(2026, 3, 11))
    every = [row for child in world.school.children for row in office_tables(world, child)["Messages"].rows]
    assert {type(row["Id"]) for row in every} == {int, str}
    for key in ("SendDate", "ReadDate"):
        told = [row[key] for row in every if row[key] is not None]
        forms = {(type(value), len(str(value))) for value in told}
        assert forms == {(int, 10), (int, 13), (str, 10), (str, 13)}
    assert any(row["ReadDate"] is None for row in every)
    assert {type(row.get("Receiver", "absent")) for row in every} == {dict, list, type(None), str}
    assert {type(row.get("Receivers", "absent")) for row in every} == {list, type(None), str}
    assert {type(row["Sender"]) for row in every} == {dict, type(None)}
    bodies = [row["Body"] for row in every]
    escaped = [body for body in bodies if "\\u" in body]
    assert any("\n" in body for body in bodies)
    assert any("<br>" in body for body in bodies)
    for sign in ("<br>", "\\n", "\\/", '\\"'):
        assert any(sign in body for body in escaped), sign
    for body in escaped:
        assert body.isascii()
        again = json.loads(f'"{body}"')
        assert not again.isascii()
        assert "\\" not in again


def test_messages_are_in_order_and_of_the_past() -> None:
    for seed in range(4):
        for today in (date(2026, 3, 11), date(2025, 9, 1), date(2025, 10, 1), date(2026, 8, 1)):
            world = build_world(seed, 2, today)
            users = {row["Id"] for row in world.tables(world.school.children[0])["Users"].rows}
            for child in world.school.children:
                rows = office_tables(world, child)["Messages"].rows
                ids = [int(row["Id"]) for row in rows]
                sent = [seconds(row["SendDate"]) for row in rows]
                assert ids == sorted(set(ids), reverse=True)
                assert sent == sorted(sent, reverse=True)
                assert all(datetime.fromtimestamp(at, UTC).date() < today for at in sent)
                assert bool(rows) == (today != date(2025, 9, 1))
                known = users | {child.user_id}
                for row in rows:
                    assert row["Sender"] is None or row["Sender"]["Id"] in known
                    if row["ReadDate"] is not None:
                        assert 0 < seconds(row["ReadDate"]) - seconds(row["SendDate"]) <= 180 * 60


def test_the_number_of_unread_messages_is_that_of_the_list(browser: Browser) -> None:
    kinds = []
    for child in range(3):
        told = browser.data("Messages/Unread", child)["UnreadMessages"]
        rows = browser.data("Messages", child)["Messages"]
        assert int(told) == sum(row["ReadDate"] is None for row in rows) == unread(rows)
        kinds.append(type(told))
    assert set(kinds) == {int, str}
    assert any(unread(browser.data("Messages", child)["Messages"]) for child in range(3))


def test_messages_come_by_page_and_after_an_id(browser: Browser) -> None:
    rows = browser.data("Messages?alternativeBody=true&changeNewLine=1&getAllTypes=1&page=1&limit=300")[
        "Messages"
    ]
    assert len(rows) > 20
    assert browser.data("Messages")["Messages"] == rows
    assert browser.data("Messages?page=2&limit=7")["Messages"] == rows[7:14]
    assert browser.data("Messages?page=99&limit=7")["Messages"] == []
    assert browser.data(f"Messages?afterId={rows[5]['Id']}")["Messages"] == rows[:5]
    assert browser.data(f"Messages?page=2&limit=3&afterId={rows[5]['Id']}")["Messages"] == rows[3:5]
    assert browser.data(f"Messages?afterId={rows[0]['Id']}")["Messages"] == []
    for wrong in ("page=0", "limit=0", "limit=x", "afterId=x", "page="):
        assert get(browser, f"Messages?{wrong}").status_code == 400, wrong


def test_one_message_and_those_of_one_person(browser: Browser) -> None:
    rows = browser.data("Messages")["Messages"]
    for row in rows[:6]:
        assert browser.data(f"Messages/{row['Id']}")["Message"] == row
    assert get(browser, "Messages/12").status_code == 404
    for user in browser.data("Users")["Users"]:
        found = browser.data(f"Messages/User/{user['Id']}")["Messages"]
        assert found == [row for row in rows if f"/Users/{user['Id']}" in json.dumps(row).replace('"', "/")]
    assert get(browser, "Messages/User/12").status_code == 404


def test_receiver_groups_are_an_object_a_list_or_null(browser: Browser) -> None:
    groups = browser.data("Messages/ReceiversGroup")["ReceiversGroup"]
    users = {row["Id"] for row in browser.data("Users")["Users"]}
    kinds = set()
    for group in groups:
        members = browser.data(f"Messages/ReceiversGroup/{group['Id']}")["ReceiversGroup"]
        kinds.add(type(members))
        people = members if isinstance(members, list) else [members] if members else []
        assert all(person["Id"] in users and person["Name"] for person in people)
    assert kinds == {dict, list, type(None)}
    assert get(browser, "Messages/ReceiversGroup/99").status_code == 404


def test_attachments_of_messages_carry_their_name_in_more_than_one_way(browser: Browser) -> None:
    forms = set()
    for child in range(3):
        for row in browser.data("Messages", child)["Messages"]:
            for item in row.get("Attachments", ()):
                answer = get(browser, f"Messages/Attachment/{item['Id']}", child)
                assert answer.status_code == 200
                match item["Name"].rpartition(".")[2]:
                    case "pdf":
                        assert is_pdf(answer.content)
                    case "png":
                        assert is_png(answer.content)
                    case _:
                        assert item["Name"] in answer.content.decode()
                named = answer.headers.get("content-disposition")
                if named is None:
                    assert answer.headers["content-type"] == "application/octet-stream"
                    forms.add("none")
                    continue
                assert file_name(answer) == item["Name"]
                forms.add("both" if 'filename="' in named else "encoded")
    assert forms == {"both", "encoded", "none"}
    assert get(browser, "Messages/Attachment/12").status_code == 404
    assert get(browser, "Messages/Attachment/x").status_code == 404


def test_an_account_that_has_not_paid_gets_no_message(browser: Browser) -> None:
    sim = browser.sim
    sim.messages_unpaid(sim.children[1].id)
    for path in MESSAGE_PATHS:
        refused = get(browser, path, child=1)
        assert refused.status_code == 403, path
        assert refused.json()["Message"].startswith("Account not have access to Mes")
        assert get(browser, path).status_code in (200, 404), path
    assert "Messages" in browser.data("Auth/TokenInfo", 1)["Scopes"]
    assert browser.data("HomeWorkAssignments", 1)["HomeWorkAssignments"]
    sim.allow_all()
    assert browser.data("Messages", 1)["Messages"]
    sim.messages_unpaid()
    assert [get(browser, "Messages/Unread", child).status_code for child in range(3)] == [403] * 3
    with pytest.raises(KeyError):
        sim.messages_unpaid("12")


def test_an_account_is_a_premium_one_while_messages_are_paid_for(sim: Simulator, browser: Browser) -> None:
    def premium() -> list[tuple[bool, bool]]:
        accounts = browser.portal("SynergiaAccounts").json()["accounts"]
        me = [browser.data("Me", child)["Me"]["Account"]["IsPremium"] for child in range(3)]
        return list(zip((row["isPremium"] for row in accounts), me, strict=True))

    browser.sign_in()
    paid, unpaid = (True, True), (False, False)
    assert premium() == [paid] * 3
    sim.messages_unpaid(sim.children[1].id)
    assert premium() == [paid, unpaid, paid]
    assert browser.fresh(sim.children[1].login).json()["isPremium"] is False
    sim.messages_unpaid()
    assert premium() == [unpaid] * 3
    sim.allow_all()
    assert premium() == [paid] * 3


def test_an_expired_token_is_told_before_an_unpaid_account(sim: Simulator, browser: Browser) -> None:
    sim.messages_unpaid()
    sim.expire_child_tokens()
    assert get(browser, "Messages").status_code == 401


def test_excuses_cover_the_excused_absences_and_nothing_else() -> None:
    several, by, ids = 0, set(), set()
    for seed in range(6):
        world = build_world(seed, 3, date(2026, 5, 20))
        for child in world.school.children:
            tables = world.tables(child)
            absences = tables["Attendances"].rows
            excused = {(row["Date"], row["LessonNo"]) for row in absences if row["Type"]["Id"] == 3}
            found = office_tables(world, child)["Justifications"].rows
            covered = [(one["date"], one["number"]) for row in found for one in row["lessons"]]
            assert len(covered) == len(set(covered))
            assert set(covered) == excused
            named = {ref["Id"] for row in found for ref in row["justifiedAbsences"]}
            assert named == {row["Id"] for row in absences if row["Type"]["Id"] == 3}
            subjects = [row["Subject"] for row in office_tables(world, child)["Messages"].rows]
            assert subjects.count("e-Usprawiedliwienia") == len(found)
            for row in found:
                days = [one["date"] for one in row["lessons"]]
                assert (min(days), max(days)) == (row["dateFrom"], row["dateTo"])
                assert row["dateTo"] < row["postDate"][:10] <= world.today.isoformat()
                several += row["dateFrom"] < row["dateTo"]
                by.add(type(row["AddedBy"]))
                ids.add(type(row["Id"]))
    assert several
    assert by == {dict, type(None)}
    assert ids == {int, str}


def test_excuses_come_from_a_day_on_and_alone(browser: Browser) -> None:
    rows = browser.data("Justifications")["Justifications"]
    assert len(rows) >= 2
    later = rows[1]["dateFrom"]
    assert browser.data(f"Justifications?dateFrom={later}")["Justifications"] == rows[1:]
    assert browser.data("Justifications?dateFrom=2027-01-01")["Justifications"] == []
    assert get(browser, "Justifications?dateFrom=jutro").status_code == 400
    assert browser.data(f"Justifications/{rows[0]['Id']}")["Justification"] == rows[0]
    assert get(browser, "Justifications/12").status_code == 404
    browser.sim.switch_off("Justifications")
    assert get(browser, "Justifications").json()["Code"] == "AccessDeny"


def test_every_meeting_stands_in_the_agenda_too(browser: Browser) -> None:
    for child in range(3):
        meetings = browser.data("ParentTeacherConferences", child)["ParentTeacherConferences"]
        categories = browser.data("HomeWorks/Categories", child)["Categories"]
        kind = next(row["Id"] for row in categories if row["Name"] == "Zebranie z rodzicami")
        agenda = [
            (row["Date"], row["TimeFrom"], row["CreatedBy"]["Id"])
            for row in browser.data("HomeWorks", child)["HomeWorks"]
            if row["Category"]["Id"] == kind
        ]
        assert agenda
        assert [(row["Date"], row["Time"], row["Teacher"]["Id"]) for row in meetings] == agenda
        one = browser.data(f"ParentTeacherConferences/{meetings[0]['Id']}", child)
        assert one["ParentTeacherConference"] == meetings[0]
        room = browser.data(urlsplit(meetings[0]["Room"]["Url"]).path.removeprefix("/3.0/"), child)
        assert room["Classroom"]["Symbol"] == "14"


def test_photos_are_pictures_in_each_recorded_form(browser: Browser) -> None:
    told = [browser.data("Auth/Photos", child)["data"] for child in range(3)]
    assert [type(data["status"]) for data in told] == [bool, str, type(None)]
    assert is_png(base64.b64decode(told[0]["photo"]["content"], validate=True))
    kind, _, content = told[1]["photo"]["content"].partition(",")
    assert kind == "data:image/png;base64"
    assert is_png(base64.b64decode(content, validate=True))
    assert told[2]["photo"] is None
    ids = [told[0]["photo"]["id"], told[1]["photo"]["Id"], told[2]["awaitingPhoto"]["id"]]
    for child, photo_id in enumerate(ids):
        one = browser.data(f"Auth/Photos/{photo_id}", child)["data"]
        assert one["photo"]["fileName"] == f"{browser.sim.children[child].name.split()[0]}.png"
        assert child == 2 or one == told[child]
        assert get(browser, f"Auth/Photos/{photo_id}", (child + 1) % 3).status_code == 404


def test_user_info_is_for_the_tokens_own_user(browser: Browser) -> None:
    token = browser.data("Auth/TokenInfo")
    info = browser.data(f"Auth/UserInfo/{token['UserIdentifier']}")
    for key in ("UserIdentifier", "UserType", "SchoolId", "IdentifierOfStudentAssignedWithUser"):
        assert info[key] == token[key]
    me = browser.data("Me")["Me"]["Account"]
    assert info["UserNumericIdentifier"] == me["UserId"]
    assert int(info["AccountNumericIdentifier"]) == me["Id"]
    assert info["Login"] == browser.sim.children[0].login
    by_number = browser.data(f"Auth/UserInfo/{me['UserId']}")
    assert by_number["UserIdentifier"] == token["UserIdentifier"]
    assert get(browser, f"Auth/UserInfo/{token['UserIdentifier']}", child=1).status_code == 404


def test_a_class_identifier_is_not_found_as_a_classroom(browser: Browser) -> None:
    school_class = browser.data("Me")["Me"]["Class"]["Id"]
    answer = get(browser, f"Auth/Classrooms/{school_class}")
    assert (answer.status_code, answer.json()["Code"]) == (404, "NotFound")


def test_notifications_and_push_settings(browser: Browser) -> None:
    shown = browser.data("NotificationCenter")["NotificationCenter"]
    lucky = browser.data("LuckyNumbers")["LuckyNumber"]["LuckyNumber"]
    assert shown["SczesliwyNumerek"] == {"Show": True, "Number": lucky}
    assert shown["Show"] is True
    pushed = [browser.data("PushConfigurations", child) for child in range(2)]
    assert [type(answer["version"]) for answer in pushed] == [int, str]
    assert all(isinstance(switch, bool) for switch in pushed[0]["settings"]["Grades"].values())
    assert pushed[0]["Url"] == f"{browser.sim.hosts.api}/PushConfigurations"


def test_the_lucky_number_is_hidden_when_the_year_is_over() -> None:
    with Simulator(today=date(2026, 7, 14)) as sim, Browser(sim) as browser:
        shown = browser.data("NotificationCenter")["NotificationCenter"]
        assert shown["SczesliwyNumerek"] == {"Show": False, "Number": None}
        assert browser.data("ParentTeacherConferences")["ParentTeacherConferences"] == []


@pytest.mark.parametrize("child", range(3))
def test_every_reference_leads_to_a_row_with_that_id(browser: Browser, child: int) -> None:
    paths = (
        "HomeWorkAssignments", "HomeWorkAssignments/Categories", "Messages", "Justifications",
        "ParentTeacherConferences",
    )  # fmt: skip
    found = {ref["Url"]: str(ref["Id"]) for path in paths for ref in refs(browser.data(path, child))}
    checked = 0
    for url, row_id in found.items():
        path = urlsplit(url).path.removeprefix("/3.0/")
        if "/Attachment/" not in path:  # no rows: they have their own tests
            row = next(iter(browser.data(path, child).values()))
            assert str(row["Id"]) == row_id
            checked += 1
    assert checked > 20


def test_the_same_arguments_give_the_same_office() -> None:
    def told(seed: int) -> str:
        build_world.cache_clear()
        world = build_world(seed, 2, date(2026, 3, 11))
        return json.dumps(
            [
                {path: table.rows for path, table in office_tables(world, child).items()}
                for child in world.school.children
            ]
        )

    assert told(11) == told(11)
    assert told(11) != told(12)
