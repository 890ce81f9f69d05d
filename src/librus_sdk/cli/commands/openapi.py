"""``librus openapi``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from .._invocation import Invocation
from .._options import Leaf

__all__ = ["command"]


@click.command("openapi", cls=Leaf)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="Write it into this file instead of stdout.",
)
@click.pass_obj
def command(invocation: Invocation, output: Path | None) -> None:
    """Print the OpenAPI document of what this version can read of a child; nothing is asked of Librus."""
    from ...openapi import generate_openapi_document

    document = generate_openapi_document()
    if output is None:
        invocation.dump(document)
        return
    try:
        output.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.FileError(str(output), error.strerror or "it cannot be written") from None
