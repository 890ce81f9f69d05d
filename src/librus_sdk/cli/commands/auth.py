"""``librus auth``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .._document import Fields, Section
from .._invocation import Invocation, Reading
from .._names import NOTHING
from .._options import LeafGroup, child_read

__all__ = ["command"]


@click.group("auth", cls=LeafGroup)
def command() -> None:
    """What the access token may read."""


@command.command("token-info")
@child_read
def token_info(invocation: Invocation) -> None:
    """Show whose token it is and what it may read; never the token itself."""
    from ...endpoints import Auth

    invocation.read(lambda client: Auth.token_info(client.auth), _text)


async def _text(reading: Reading) -> Sequence[Section]:
    info = await reading.client.auth.token_info()
    scopes = NOTHING if info.scopes is None else ", ".join(info.scopes) or "none"
    pairs = [
        ("user", info.user_identifier or NOTHING),
        ("kind of user", info.user_type or NOTHING),
        ("school", info.school_id or NOTHING),
        ("school's server", info.school_node_name or NOTHING),
        ("may read", scopes),
        ("student", info.identifier_of_student_assigned_with_user or NOTHING),
    ]
    return [Section(reading.title("Access token"), [Fields(pairs)])]
