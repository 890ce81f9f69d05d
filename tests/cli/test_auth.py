"""Photos, users and classes behind the token."""

from __future__ import annotations

import base64
import re
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from librus_sdk.simulator import Simulator
from tests.cli.conftest import Cli, as_sent, first

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
TEXT = base64.b64encode(PNG).decode()


def photo_sent(photo: Any, awaiting: Any = None) -> dict[str, Any]:
    return {"data": {"status": True, "photo": photo, "awaitingPhoto": awaiting}}


def own_photo(sim: Simulator) -> dict[str, Any]:
    photo: dict[str, Any] = as_sent(sim, "Auth/Photos", {})["data"]["photo"]
    return photo


def test_photos_are_listed_with_kind_and_size(cli: Cli, calm: Simulator) -> None:
    sent = own_photo(calm)
    out = cli("auth", "photos", "--child", first(calm), sim=calm).out
    number = len(base64.b64decode(sent["content"]))
    expected = [str(sent["id"]), "in", "use", sent["fileName"], "image/png", str(number), "B"]
    assert out.splitlines()[-1].split() == expected
    assert sent["content"][:20] not in out


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_photo_of_each_child_can_be_listed_and_written(cli: Cli, calm: Simulator, number: int) -> None:
    child = calm.children[number].id
    out = cli("auth", "photos", "--child", child, sim=calm).out
    assert ("waits for consent" if number == 2 else "in use") in out
    found = out.splitlines()[-1].split()[0]
    argv = ["auth", "photo", "--id", found, "--output", "photo.png", "--child", child]
    assert cli(*argv, sim=calm).status == 0
    assert Path("photo.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_no_photo(cli: Cli, sim: Simulator) -> None:
    sim.fail("Auth/Photos", body=photo_sent(None), times=None)
    out = cli("auth", "photos", "--child", first(sim), sim=sim).out
    assert out.splitlines()[-1] == "  There is no photo."


def test_a_photo_that_cannot_be_read_has_dashes(cli: Cli, sim: Simulator) -> None:
    sim.fail("Auth/Photos", body=photo_sent({"content": "?"}, {"id": 5}), times=None)
    out = cli("auth", "photos", "--child", first(sim), sim=sim).out
    rows = [re.split(r"  +", line.strip()) for line in out.splitlines()[-2:]]
    assert rows == [["—", "in use", "—", "—", "—"], ["5", "waits for consent", "—", "—", "—"]]


def test_a_photo_is_written_for_its_owner_and_never_over_another_file(cli: Cli, calm: Simulator) -> None:
    sent = own_photo(calm)
    argv = ["auth", "photo", "--id", str(sent["id"]), "--output", "a.png", "--child", first(calm)]
    result = cli(*argv, sim=calm)
    assert (result.status, result.err) == (0, "")
    path, content = Path("a.png"), base64.b64decode(sent["content"])
    assert path.read_bytes() == content
    assert re.search(rf"file +a.png\n +size +{len(content)} B\n +kind +image/png\n", result.out)
    assert f"called  {sent['fileName']}\n" in result.out
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"mine")
    refused = cli(*argv, "--format=json", sim=calm)
    assert (refused.status, refused.out) == (1, "")
    assert refused.error["code"] == "FILE_EXISTS"
    assert refused.error["message"] == "The file that --output names exists; --force replaces it."
    assert path.read_bytes() == b"mine"
    forced = cli(*argv, "--force", "--format=json", sim=calm)
    assert path.read_bytes() == content
    assert forced.json["child"]["id"] == int(first(calm))
    assert forced.json["data"] == {
        "path": "a.png", "bytes": len(content), "contentType": "image/png", "contentDisposition": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("photo", "kind"),
    [
        ({"content": TEXT, "fileName": "Ala.JPG"}, "image/jpeg"),
        ({"content": TEXT, "fileName": "ala.webp"}, "image/webp"),
        ({"content": f"data:image/gif;base64,{TEXT}", "fileName": "ala.png"}, "image/gif"),
        ({"content": f"data:;base64,{TEXT}", "fileName": "ala.png"}, "image/png"),
        ({"content": TEXT, "fileName": "ala.tiff"}, None),
        ({"content": TEXT}, None),
    ],
)
def test_the_kind_is_that_of_the_address_or_of_the_name(
    cli: Cli, sim: Simulator, photo: dict[str, Any], kind: str | None
) -> None:
    sim.fail("Auth/Photos/{id}", body=photo_sent(photo), times=None)
    argv = ["auth", "photo", "--id", "7", "--output", "a", "--child", first(sim), "--format=json"]
    assert cli(*argv, sim=sim).json["data"]["contentType"] == kind
    assert Path("a").read_bytes() == PNG


@pytest.mark.parametrize(
    "body",
    [
        photo_sent(None),
        photo_sent({"id": 7}),
        photo_sent({"id": 7, "content": ""}),
        photo_sent({"id": 7, "content": "no base64!"}),
        {"data": {}},
    ],
)
def test_without_a_picture_nothing_is_written(cli: Cli, sim: Simulator, body: dict[str, Any]) -> None:
    sim.fail("Auth/Photos/{id}", body=body, times=None)
    argv = ["auth", "photo", "--id", "7", "--output", "a", "--child", first(sim), "--format=json"]
    result = cli(*argv, sim=sim)
    assert (result.status, result.out) == (1, "")
    assert result.error["code"] == "RESPONSE_VALIDATION_FAILED"
    assert "no base64!" not in result.err
    assert list(Path().iterdir()) == []


def test_of_two_photos_the_one_that_was_asked_for_is_written(cli: Cli, sim: Simulator) -> None:
    other = base64.b64encode(b"other").decode()
    body = photo_sent({"id": 6, "content": other}, {"Id": "7", "content": TEXT})
    sim.fail("Auth/Photos/{id}", body=body, times=None)
    for number, content in (("6", b"other"), ("7", PNG), ("8", b"other")):
        argv = ["auth", "photo", "--id", number, "--output", "a", "--force", "--child", first(sim)]
        assert cli(*argv, sim=sim).status == 0
        assert Path("a").read_bytes() == content


def test_unknown_ids(cli: Cli, calm: Simulator) -> None:
    for argv in (["photo", "--output", "a"], ["user-info"], ["classroom"]):
        result = cli("auth", *argv, "--id", "1", "--child", first(calm), sim=calm)
        assert (result.status, result.out) == (1, "")
        assert "the record does not exist" in " ".join(result.err.split())
    assert list(Path().iterdir()) == []


def test_a_user(cli: Cli, calm: Simulator) -> None:
    token = as_sent(calm, "Auth/TokenInfo", {})
    assert token["UserIdentifier"] in cli("auth", "token-info", "--child", first(calm), sim=calm).out
    argv = ["auth", "user-info", "--id", token["UserIdentifier"], "--child", first(calm)]
    out = cli(*argv, sim=calm).out
    sent = as_sent(calm, f"Auth/UserInfo/{token['UserIdentifier']}", {})
    assert calm.children[0].login not in out  # the JSON has it
    assert re.search(rf"student +{sent['IdentifierOfStudentAssignedWithUser']}\n", out)


def test_a_user_without_anything_has_dashes(cli: Cli, sim: Simulator) -> None:
    sim.fail("Auth/UserInfo/{id}", body={"KindergartenGraduationYear": "2017"}, times=None)
    out = cli("auth", "user-info", "--id", "7", "--child", first(sim), sim=sim).out
    values = [re.split(r"  +", line.strip())[1] for line in out.splitlines()[2:]]
    assert values == ["—"] * 9 + ["2017"]


def test_a_class_is_shown_without_links(cli: Cli, sim: Simulator) -> None:
    body = {"Symbol": "a", "Tutor": {"Id": 5}, "Resources": {"..": {"Url": "x"}}, "Url": "y"}
    sim.fail("Auth/Classrooms/{id}", body=body, times=None)
    argv = ["auth", "classroom", "--id", "7", "--child", first(sim)]
    out = cli(*argv, sim=sim).out
    assert [line.split() for line in out.splitlines()[4:]] == [["Symbol", "a"], ["Tutor:", "Id", "5"]]
    assert cli(*argv, "--format=json", sim=sim).json["data"] == body
