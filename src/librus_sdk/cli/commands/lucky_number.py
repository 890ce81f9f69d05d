"""``librus lucky-number``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from .._days import with_weekday
from .._document import Section, Sentence
from .._invocation import Invocation, Reading
from .._options import DAY, LeafGroup, child_read

__all__ = ["command"]


@click.group("lucky-number", cls=LeafGroup)
def command() -> None:
    """The lucky number (szczęśliwy numerek)."""


@command.command("get")
@click.option("--for-day", type=DAY, default=None, help="The number of this day.")
@child_read
def get(invocation: Invocation, for_day: date | None) -> None:
    """Show the number drawn for a school day: the student who has it in the register is not questioned."""
    from ...endpoints import LuckyNumbers

    async def text(reading: Reading) -> Sequence[Section]:
        drawn = await reading.client.lucky_number.get(for_day=for_day)
        # The day Librus names, not the one that was asked for: over a weekend the old number stays.
        when = with_weekday(drawn.day) if drawn.day else "an unknown day"
        said = f"{drawn.number}, for {when}." if drawn.number is not None else "None was drawn."
        if for_day and drawn.day and drawn.day != for_day:
            answered = "" if drawn.number is not None else f", {when},"
            said += (
                f" Librus answered for another day{answered} than the one asked for, {with_weekday(for_day)}."
            )
        return [Section(f"Lucky number at the school of {reading.child.student_name}", [Sentence(said)])]

    invocation.read(lambda client: LuckyNumbers.get(client.lucky_number, for_day=for_day), text)
