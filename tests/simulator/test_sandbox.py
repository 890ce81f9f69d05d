"""The file store: addresses that work once, files that take their time, files that never come."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from librus_sdk.simulator import Simulator
from tests.simulator.mail_steps import MailClient
from tests.simulator.test_office import file_name, is_pdf, is_png


@pytest.fixture
def mail(sim: Simulator) -> Iterator[MailClient]:
    with MailClient(sim) as client:
        yield client.enter()


def link(mail: MailClient, form: int, archive: str = "") -> str:
    """An address of the form that the file's id asks for."""
    message, file = next((message, file) for message, file in mail.attached() if file % 4 == form)
    data = mail.read(f"{archive}attachments/{file}/messages/{message}")["data"]
    assert data["status"] == "ok"
    return str(data["downloadLink"])


def get(mail: MailClient, url: str, referer: str | None = None) -> httpx2.Response:
    return mail.http.get(url, headers={"referer": referer} if referer else {}, follow_redirects=False)


def is_page(answer: httpx2.Response) -> bool:
    return answer.headers["content-type"].startswith("text/html")


def check(mail: MailClient, key: str) -> str:
    url = f"{mail.sim.hosts.sandbox}/index.php?action=CSCheckKey"
    return str(mail.http.post(url, data={"singleUseKey": key}).json()["status"])


def download(mail: MailClient, key: str) -> httpx2.Response:
    return get(mail, f"{mail.sim.hosts.sandbox}/index.php?action=CSDownload&singleUseKey={key}")


def looks_like(name: str, content: bytes) -> bool:
    match name.rpartition(".")[2]:
        case "pdf":
            return is_pdf(content)
        case "png":
            return is_png(content)
        case _:
            return content.endswith(b"\r\n") and name in content.decode()


def key_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["singleUseKey"][0]


def test_a_file_lies_below_its_waiting_page(mail: MailClient) -> None:
    page = link(mail, 0)
    assert page.startswith(f"{mail.sim.hosts.sandbox}/GetFile/")
    assert page.rpartition("/")[2] in mail.sim.secrets()
    assert is_page(get(mail, page))
    without = get(mail, f"{page}/get")
    assert is_page(without)
    assert is_page(get(mail, f"{page}/get", page))
    got = get(mail, f"{page}/get", page)
    assert not is_page(got)
    assert got.content
    assert file_name(got)
    assert [get(mail, address, page).status_code for address in (f"{page}/get", page)] == [404, 404]
    names = [record.endpoint for record in mail.sim.requests if record.origin == "sandbox"]
    assert names == ["sandbox.page", *["sandbox.file"] * 4, "sandbox.page"]
    known = [record.child_id for record in mail.sim.requests if record.origin == "sandbox"]
    assert known == [mail.child.id] * 4 + [None] * 2


def test_a_file_is_asked_for_by_its_key(mail: MailClient) -> None:
    written = link(mail, 1)
    assert "&amp;singleUseKey=" in written
    address = unescape(written)
    key = key_of(address)
    assert key in mail.sim.secrets()
    opened = get(mail, address)
    assert (opened.status_code, is_page(opened)) == (200, True)
    assert is_page(download(mail, key))
    assert [check(mail, key) for _ in range(3)] == ["not_downloaded_yet", "ready", "ready"]
    got = download(mail, key)
    assert (got.status_code, is_page(got)) == (200, False)
    assert check(mail, key) == "download_failed"
    assert download(mail, key).headers["location"].endswith("?action=CSDownloadFailed")
    names = [record.endpoint for record in mail.sim.requests if record.origin == "sandbox"]
    assert names[:3] == ["sandbox.try", "sandbox.download", "sandbox.check_key"]
    assert mail.sim.counts["sandbox.check_key"] == 4


def test_every_attachment_is_the_file_it_is_called(mail: MailClient) -> None:
    mail.sim.sandbox_polls = 0
    kinds = set()
    attached = mail.attached()
    for message, file in attached:
        answer = mail.ask(f"attachments/{file}/messages/{message}")
        assert answer.status_code == 200
        if answer.headers["content-type"].startswith("application/json"):
            address = unescape(answer.json()["data"]["downloadLink"])
            form = "GetFile" in address
            answer = get(mail, f"{address}/get", address) if form else download(mail, key_of(address))
            kinds.add("page" if form else "key")
        else:
            kinds.add("bytes")
        name = file_name(answer)
        content = answer.content
        assert looks_like(name, content), name
    assert kinds == {"page", "key", "bytes"}
    assert len({file for _, file in attached}) == len(attached)


def test_fetching_a_file_opens_no_message(mail: MailClient) -> None:
    with Simulator(today=mail.sim.today) as same, MailClient(same) as other:
        attached = other.enter().attached()  # of messages which nobody has opened in the first one
    unread = mail.items("inbox", unreadOnly=1)
    assert {message for message, _ in attached} & {str(item["messageId"]) for item in unread}
    for message, file in attached:
        assert mail.ask(f"attachments/{file}/messages/{message}").status_code == 200
    assert mail.items("inbox", unreadOnly=1) == unread
    message, file = attached[0]
    for path in (f"{file}/messages/12", f"12/messages/{message}"):
        assert mail.ask(f"attachments/{path}").status_code == 404


def test_the_archive_has_files_of_its_own(mail: MailClient) -> None:
    found = [
        (item["messageId"], file["id"])
        for item in mail.items("archive/inbox")
        for file in mail.read(f"archive/inbox/messages/{item['messageId']}")["data"]["attachments"]
    ]
    assert found
    for message, file in found:
        assert mail.ask(f"archive/attachments/{file}/messages/{message}").status_code == 200
        assert mail.ask(f"attachments/{file}/messages/{message}").status_code == 404


def test_a_test_says_how_long_a_file_takes(mail: MailClient) -> None:
    assert mail.sim.sandbox_polls == 1
    mail.sim.sandbox_polls = 3
    key = key_of(link(mail, 2))
    assert [check(mail, key) for _ in range(4)] == ["not_downloaded_yet"] * 3 + ["ready"]
    page = link(mail, 0)
    assert [is_page(get(mail, f"{page}/get", page)) for _ in range(4)] == [True, True, True, False]


def test_a_file_that_never_comes_and_another_key_that_works(mail: MailClient) -> None:
    mail.sim.fail_downloads(2)
    address, page = link(mail, 2), link(mail, 0)
    moved = get(mail, address)
    assert (moved.status_code, moved.headers["location"]) == (302, "/index.php?action=CSDownloadFailed")
    assert is_page(mail.http.get(address, follow_redirects=True))
    assert check(mail, key_of(address)) == "download_failed"
    assert [get(mail, url, page).status_code for url in (page, f"{page}/get")] == [404, 404]
    assert get(mail, link(mail, 2)).status_code == 200


def test_keys_are_not_exchangeable_and_other_paths_are_nothing(mail: MailClient) -> None:
    host, page = mail.sim.hosts.sandbox, link(mail, 0)
    assert check(mail, page.rpartition("/")[2]) == "download_failed"
    assert check(mail, "") == "download_failed"
    for path in ("GetFile/nothing", "index.php", "index.php?action=Other", "x"):
        assert get(mail, f"{host}/{path}").status_code == 404, path
    assert mail.http.post(page).status_code == 405
    assert get(mail, f"{host}/index.php?action=CSCheckKey").status_code == 405


def test_faults_meet_the_store_by_child(mail: MailClient) -> None:
    sim, page = mail.sim, link(mail, 0)
    sim.fail("sandbox.file", status=503, child=sim.children[1].id)
    assert get(mail, f"{page}/get", page).status_code == 200
    sim.fail("sandbox.file", status=503, child=mail.child.id)
    failed = get(mail, f"{page}/get", page)
    assert (failed.status_code, is_page(failed)) == (503, True)
