"""``librus openapi``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._invocation import Invocation
from .._options import Leaf, output_options

if TYPE_CHECKING:
    from ...openapi import DocumentBackend

__all__ = ["command"]


@click.command("openapi", cls=Leaf)
@click.option(
    "--backend",
    type=click.Choice(["api_v3", "gateway_api_20", "wiadomosci"]),
    default="api_v3",
    show_default=True,
    help="Of which API; wiadomosci is the messages' website.",
)
@output_options(required=False, said="Write it into this file instead of stdout.")
@click.pass_obj
def command(invocation: Invocation, backend: DocumentBackend, output: Path | None, force: bool) -> None:
    """Print the OpenAPI document of what this version can read of a child; nothing is asked of Librus."""
    from ...openapi import generate_openapi_document

    document = generate_openapi_document(backend=backend)
    if output is None:
        invocation.dump(document)
        return
    from ...shells.disk import save

    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    save(text.encode(), output, overwrite=force)
