"""One odd row of five hundred costs one row."""

from __future__ import annotations

import pytest

from librus_sdk.errors import LibrusResponseValidationError
from tests.bad_input.answers import ANSWERS, LISTS, read
from tests.bad_input.strategies import Change, changed, changes, example

MANY = 500
# One list has its odd row here, the next there.
PLACES = (0, 7, 249, MANY - 1)


def oddity(name: str) -> Change:
    """The first field of the rows that can be odd, with a value it refuses."""
    return next(case for case in changes(ANSWERS[name].info) if case.path)


@pytest.mark.parametrize(("name", "at"), [(name, PLACES[n % len(PLACES)]) for n, name in enumerate(LISTS)])
def test_one_odd_row_of_five_hundred(name: str, at: int) -> None:
    answer = ANSWERS[name]
    case = oddity(name)
    sent = [example(answer.info, number) for number in range(MANY)]
    fitting = answer.records(read(answer.decode, answer.body(sent[:at] + sent[at + 1 :]), strict=True).value)
    sent[at] = changed(sent[at], case.site, case.value)
    body = answer.body(sent)

    outcome = read(answer.decode, body)
    assert outcome.error is None
    (rejected,) = answer.rejected(outcome.value)
    assert rejected.path == f"{answer.path(at)}{case.path}"
    assert answer.records(outcome.value) == fitting
    assert len(fitting) == MANY - 1

    strict = read(answer.decode, body, strict=True)
    assert isinstance(strict.error, LibrusResponseValidationError)
    assert strict.issues == [f"{rejected.path}: {rejected.reason}"]
