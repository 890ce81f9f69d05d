"""What the commands about messages share: where they read, their options, and failures in their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

import click

from ...errors import LibrusSdkError
from .._columns import ID
from .._document import Column, Sentence
from .._options import Leaf, LeafGroup
from .._rephrased import FREE_MESSAGES, rephrased

__all__ = [
    "ATTACHMENTS",
    "BOXES",
    "SUBJECT",
    "Backend",
    "MessagesGroup",
    "MessagesLeaf",
    "backend_option",
    "mailbox_option",
    "mark_read_option",
    "saves",
    "sending_option",
    "website_only",
]

Backend: TypeAlias = Literal["api3", "wiadomosci"]

ATTACHMENTS: Final = (ID, Column("Attachment"))
SUBJECT: Final = Column("Subject")

BOXES: Final[Mapping[str, str]] = {
    "inbox": "received",
    "outbox": "sent",
    "notes": "uwagi",
    "alerts": "alerts",
    "substitutions": "zastępstwa",
    "absences": "nieobecności",
    "justifications": "usprawiedliwienia",
    "trash": "thrown away",
    "archive/inbox": "received, archived",
    "archive/outbox": "sent, archived",
}
"""The mailboxes of the messages' website, and how parents know them."""


# --- failures ---------------------------------------------------------------------------------------------

# The SDK's own sentences name what programs call; people type options.
_IN_OPTIONS: Final = (
    (
        "Look for the account id in receivers_of(...) of each of receiver_types().",
        "librus messages receivers --type shows the account ids.",
    ),
    ("(availability.return_at of the receiver)", "(librus messages receivers --type shows when)"),
    ("message_id must be a number", "--id must be a number"),
    ("body must", "The text must"),
    ("subject must", "--subject must"),
    ("recipients must be", "--to must be given"),
)
_TOO_OLD: Final = (
    "If it is older, read it with mark_read=True, which opens it; if it lies elsewhere, name the mailbox."
)
# What may help without marking anything comes first.
_NO_WAY_BACK: Final = "opens it, which marks it as read: its sender can see that, and there is no way back."
_SEARCHED: Final = (
    "If it lies elsewhere, name its mailbox with --mailbox; librus messages wiadomosci-list shows the ids "
    f"there are. If it is older, --mark-read {_NO_WAY_BACK}"
)
_NOT_MARKED: Final = (
    "The ids there are: librus messages wiadomosci-list. If it is older, librus messages wiadomosci-get "
    f"--mark-read {_NO_WAY_BACK}"
)
_NO_BOX: Final = "This account may have no such mailbox; without --mailbox the received messages are listed."


class MessagesLeaf(Leaf):
    """A command about messages, whose failures name options where the SDK names arguments."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LibrusSdkError as error:
            told = _in_options(ctx, error)
            if told is error:
                raise
        raise told


class MessagesGroup(LeafGroup):
    """The commands about messages."""

    command_class = MessagesLeaf


def _in_options(context: click.Context, error: LibrusSdkError) -> LibrusSdkError:
    said = error.message
    for name, option in _IN_OPTIONS:
        said = said.replace(name, option)
    given, details = context.params, dict(error.details)
    if _TOO_OLD in said:
        # Where the ids are shown, which is said after it, is in the advice.
        said = said.partition(_TOO_OLD)[0] + (_SEARCHED if "mailbox" in given else _NOT_MARKED)
    elsewhere = given.get("mailbox") if "id" in given else None
    where = f" --mailbox {elsewhere}" if elsewhere not in (None, "inbox") else ""
    if given.get("backend") == "wiadomosci":
        said = said.replace("messages list shows the ids", "messages wiadomosci-list shows the ids")
        files = "messages attachments"
        said = said.replace(f"{files} shows the ids", f"{files} --backend wiadomosci{where} shows the ids")
    elif "backend" in given and "id" not in given and error.details.get("feature") == "messages":
        # Of a message it has to be the list: the two back ends know it by different ids.
        here = f"{context.command_path} --backend wiadomosci"
        said = rephrased(said).replace(FREE_MESSAGES, here)
        details["hint"] = rephrased(details["hint"]).replace(FREE_MESSAGES, here)
    said = said.replace("wiadomosci-list shows the ids", f"wiadomosci-list{where} shows the ids")
    if given.get("mailbox") and "id" not in given and error.details.get("status") == 404:
        said = f"{said} {_NO_BOX}"
    if said == error.message:
        return error
    twin = error.replicate()
    twin.message, twin.details = said, details
    return twin


# --- options ----------------------------------------------------------------------------------------------


backend_option = click.option(
    "--backend",
    type=click.Choice(["api3", "wiadomosci"]),
    default="api3",
    show_default=True,
    help="Where to read: api3 is where the phone application reads, for those who pay for it; wiadomosci is "
    "the messages' website, free for everybody. The two know a message by different ids.",
)

mark_read_option = click.option(
    "--mark-read",
    is_flag=True,
    help="With wiadomosci: open the message even if it is unread. That marks it as read, and its sender can "
    "see that.",
)


def _only_wiadomosci(context: click.Context, parameter: click.Parameter, value: Backend) -> None:
    if value == "api3":
        said = "Sending, and whom one can write to, exists with --backend wiadomosci only, free for everybody"
        raise click.BadParameter(said, context, parameter)


sending_option = click.option(
    "--backend",
    type=click.Choice(["wiadomosci", "api3"]),
    default="wiadomosci",
    show_default=True,
    expose_value=False,
    callback=_only_wiadomosci,
    help="The messages' website; api3 cannot do this.",
)


def mailbox_option(said: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option that names a mailbox of the messages' website."""
    known = ", ".join(f"{name} ({word})" if word != name else name for name, word in BOXES.items())
    return click.option(
        "--mailbox",
        type=click.Choice(list(BOXES)),
        metavar="MAILBOX",
        default=None,
        help=f"With wiadomosci: {said}, inbox when left out. There are: {known}.",
    )


def website_only(backend: Backend, **options: object) -> None:
    """Refuse options that only the messages' website knows, where another back end was chosen.

    Args:
        backend: the one that was chosen.
        options: their values by their names.
    """
    if backend == "wiadomosci":
        return
    for name, value in options.items():
        if value not in (None, False):
            said = f"--{name.replace('_', '-')} needs --backend wiadomosci; {backend} does not know it"
            raise click.UsageError(said, click.get_current_context())


def saves(*options: str) -> Sentence:
    """Return how a file that is listed is saved."""
    command = " ".join(["librus messages attachment", *options, "--id ID --output FILE"])
    return Sentence(f"To save one: {command}")
