"""``librus openapi``: the document on stdout or in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from librus_sdk import generate_openapi_document
from librus_sdk.openapi import DocumentBackend
from tests.cli.conftest import Cli


def test_it_is_printed(cli: Cli) -> None:
    result = cli("openapi")
    assert (result.status, result.err) == (0, "")
    assert result.json == generate_openapi_document()


@pytest.mark.parametrize("backend", get_args(DocumentBackend))
def test_each_api_has_its_own(cli: Cli, backend: DocumentBackend) -> None:
    result = cli("openapi", "--backend", backend)
    assert (result.status, result.err) == (0, "")
    assert result.json == generate_openapi_document(backend=backend)


def test_there_are_no_other_apis(cli: Cli) -> None:
    result = cli("openapi", "--backend", "bff")
    assert (result.status, result.out) == (1, "")
    assert all(f"'{backend}'" in result.err for backend in get_args(DocumentBackend))


def test_it_is_written(cli: Cli, tmp_path: Path) -> None:
    result = cli("openapi", "--output", str(tmp_path / "api.json"))
    assert (result.status, result.out, result.err) == (0, "", "")
    assert (tmp_path / "api.json").read_text(encoding="utf-8") == cli("openapi").out
    assert json.loads(cli("openapi").out) == generate_openapi_document()


def test_a_place_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for place, said in {
        tmp_path / "no" / "such" / "folder": "There is no such folder",
        tmp_path: "What --output names is a folder",
        tmp_path / "link": "What --output names is a symbolic link",
        tmp_path / "file": "The file that --output names exists; --force replaces it.",
        tmp_path / ("n" * 300): "The file that --output names cannot be written",
    }.items():
        result = cli("openapi", "--output", str(place))
        assert (result.status, result.out) == (1, "")
        assert said in " ".join(result.err.split())
        assert str(tmp_path) not in result.err
        assert "Traceback" not in result.err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_it_replaces_a_file_only_when_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert cli("openapi", "--output", "file", "--force").status == 0
    assert json.loads((tmp_path / "file").read_text(encoding="utf-8")) == generate_openapi_document()
