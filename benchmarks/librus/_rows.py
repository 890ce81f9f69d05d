"""The rows of the table, and who leads in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.markup import escape

from .._table import new_table, rendered
from ..librus_peers._finding import Finding

__all__ = ["NOT_MEASURED", "OURS", "ROWS", "Row", "standing", "table", "unexplained"]

OURS: Final = "librus-sdk"
NOT_MEASURED: Final = "not measured"
"""How the text of a cell begins that a scene should have filled."""

_IN_PYTHON: Final = "HTTP is Python here (httpx2), C there (aiohttp)"
_CHECKED: Final = f"{_IN_PYTHON}; the rest is checking each field, and what a session does for a call"
_BUSY: Final = "fewer requests, but more processor, which weighs more while the machine is busy"
_LATE: Final = "each answer takes 100 ms more"


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Attributes:
        name: what the scenes know it by.
        title: what stands in front.
        because: why librus-sdk does not lead there, if it does not.
        noise: how much of a measured number is the machine's mood.
    """

    name: str
    title: str
    because: str = ""
    noise: float = 0.0


ROWS: Final = (
    Row(
        "dying",
        "50 different reads at once, the session dies on those in flight",
        because="the third has one request in flight, so one is refused and not six",
    ),
    Row(
        "dying_wall",
        f"the same, {_LATE}: until all are answered",
        noise=0.05,
        because="it tries to do without the password first, and looks whether the new session is good: "
        "2 requests more in a row",
    ),
    Row("dying_cpu", "the same: CPU", noise=0.05, because=_CHECKED),
    Row("identical", "50 identical reads at once: requests"),
    Row("refused", "401 for ever on one list, 10 calls in a row"),
    Row("cancelled", "10 callers wait for the sign-in and are cancelled when the server has done it"),
    Row("scopes", "401 Insufficient scopes, one call"),
    Row("throttled", "429 with Retry-After: 1, once"),
    Row("throttled_long", "429 with Retry-After: 120, for ever"),
    Row("two_objects", "two objects on one account, nothing shared"),
    Row("two_objects_sharing", "two objects on one account, sharing a session as offered"),
    Row("two_processes", "two processes on one account, nothing shared"),
    Row("two_processes_sharing", "two processes on one account, sharing a session as offered"),
    Row(
        "snapshot",
        f"snapshot of all a library has names for, {_LATE}",
        noise=0.05,
        because="it is more; the next row has the same lists",
    ),
    Row(
        "same_lists",
        f"the lists of librus-synergia's snapshot, {_LATE}",
        noise=0.05,
        because=_IN_PYTHON,
    ),
    Row("same_lists_cpu", "CPU of reading the same lists", noise=0.05, because=_CHECKED),
    Row(
        "bare_http",
        "CPU of one request with nothing but the HTTP library, six at once",
        noise=0.05,
        because="Python here, C there",
    ),
    Row("decode_grades", "CPU of decoding 500 grades ÷ json.loads of the same bytes", noise=0.05),
    Row("decode_attendances", "CPU of decoding 500 attendances ÷ json.loads of the same bytes", noise=0.05),
    Row("read_grades", "CPU of a whole read of 500 grades ÷ json.loads", noise=0.05),
    Row(
        "read_attendances",
        "CPU of a whole read of 500 attendances ÷ json.loads",
        noise=0.05,
        because=_IN_PYTHON,
    ),
    Row("odd_id", "500 attendances, the id of one begins with a letter, as after a class trip"),
    Row("odd_date", "500 attendances, one has a word for its date and for its lesson"),
    Row("memory", "memory: import, session, 500 rows kept (resident, beyond an empty process)", noise=0.05),
    Row("import", "CPU of importing what a program imports ÷ python -c pass", noise=0.05),
    Row("version", "CPU of the command line, --version ÷ python -c pass", noise=0.05),
    Row(
        "text_cold",
        f"command line, the grades as text, nothing kept, {_LATE}",
        noise=0.05,
        because=_BUSY,
    ),
    Row("text_warm", "the same, second run", noise=0.05, because=_BUSY),
    Row(
        "json_cold",
        f"command line, the grades as JSON, nothing kept, {_LATE}",
        noise=0.05,
        because=_BUSY,
    ),
    Row("json_warm", "the same, second run", noise=0.05, because=_BUSY),
)


def standing(row: Row, found: Mapping[str, Finding]) -> str:
    """Return where librus-sdk stands in the row: ``leads``, ``level``, ``alone``, or ``behind`` and why."""
    ours = found[OURS].score
    others = [list(one.score) for name, one in found.items() if name != OURS and one.score is not None]
    if ours is None:
        return f"not there: {row.because}"
    if not others:
        return "alone"
    best = min(others)
    if list(ours) == best or _alike(ours, best, row.noise):
        return "level"
    return "leads" if list(ours) < list(best) else f"behind: {row.because}"


def _alike(ours: Sequence[float], best: Sequence[float], noise: float) -> bool:
    """Whether two numbers that were timed differ by no more than the noise. What was counted is exact."""
    return noise > 0 and abs(ours[0] - best[0]) <= noise * max(ours[0], best[0])


def unexplained(rows: Sequence[Row], cells: Mapping[str, Mapping[str, Finding]]) -> list[str]:
    """Return the names of the rows where librus-sdk does not lead and nothing says why."""
    return [
        row.name
        for row in rows
        if not row.because and standing(row, cells[row.name]).startswith(("behind", "not there"))
    ]


def table(title: str, rows: Sequence[Row], cells: Mapping[str, Mapping[str, Finding]]) -> str:
    """Return the table as text: a column for each library, and the standing."""
    libraries = list(cells[rows[0].name])
    made = new_table()
    made.add_column("what", ratio=5)
    for library in libraries:
        made.add_column(library, ratio=5, overflow="fold")
    made.add_column("librus-sdk is", ratio=4, overflow="fold")
    for row in rows:
        found = cells[row.name]
        texts = [found[library].text for library in libraries]
        made.add_row(*map(escape, (row.title, *texts, standing(row, found))))
    return rendered(title, made)
