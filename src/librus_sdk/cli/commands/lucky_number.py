"""``librus lucky-number``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import click

from ...errors import LibrusPermissionError
from .._days import with_weekday
from .._document import Section, Sentence
from .._invocation import Invocation, Reading
from .._names import or_none, together
from .._options import DAY, LeafGroup, child_read

if TYPE_CHECKING:
    from ...models import Rows, User

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
        drawn, (people,) = await together(
            reading.client.lucky_number.get(for_day=for_day), or_none(reading.tables.school.users())
        )
        # The day Librus names, not the one that was asked for: over a weekend the old number stays.
        when = with_weekday(drawn.day) if drawn.day else "an unknown day"
        said = f"{drawn.number}, for {when}." if drawn.number is not None else "None was drawn."
        if for_day and drawn.day and drawn.day != for_day:
            answered = "" if drawn.number is not None else f", {when},"
            said += (
                f" Librus answered for another day{answered} than the one asked for, {with_weekday(for_day)}."
            )
        said += _whose(drawn.number, people, reading.student_name)
        return [Section(reading.school_title("Lucky number"), [Sentence(said)])]

    try:
        invocation.read(lambda client: LuckyNumbers.get(client.lucky_number, for_day=for_day), text)
    except LibrusPermissionError as error:
        if for_day is None or invocation.account.way != "school login":
            raise
        refusal = error.replicate()
        refusal.message = _NO_OTHER_DAY
        raise refusal from error.__cause__


_NO_OTHER_DAY: Final = (
    "With a login issued by the school Librus does not tell the number of a day that is chosen (status 403); "
    "leave --for-day out for the number that was drawn last."
)


def _whose(drawn: int | None, people: Rows[User] | None, student: str) -> str:
    """Say whether it is the child's number, where Librus shows students and only one has the name."""
    numbers = [
        person.class_register_number
        for person in people or ()
        if person.class_register_number is not None and person.full_name == student
    ]
    if drawn is None or len(numbers) != 1:
        return ""
    return (
        " It is the child's own number."
        if numbers == [drawn]
        else f" The child's own number is {numbers[0]}."
    )
