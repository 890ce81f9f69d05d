"""``librus openapi``: the document on stdout or in a file."""

from __future__ import annotations

import json
from pathlib import Path

from librus_sdk import generate_openapi_document
from tests.cli.conftest import Cli


def test_it_is_printed(cli: Cli) -> None:
    result = cli("openapi")
    assert (result.status, result.err) == (0, "")
    assert result.json == generate_openapi_document()


def test_it_is_written(cli: Cli, tmp_path: Path) -> None:
    result = cli("openapi", "--output", str(tmp_path / "api.json"))
    assert (result.status, result.out, result.err) == (0, "", "")
    assert (tmp_path / "api.json").read_text(encoding="utf-8") == cli("openapi").out
    assert json.loads(cli("openapi").out) == generate_openapi_document()


def test_a_place_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    result = cli("openapi", "--output", str(tmp_path / "no" / "such" / "folder"))
    assert (result.status, result.out) == (1, "")
    assert "CLI_USAGE_ERROR" in result.err
    assert "Traceback" not in result.err
