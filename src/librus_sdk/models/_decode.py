"""Taking an answer apart without losing a row and without leaking a value.

* **One odd row never costs the others and never vanishes.** A list that does not decode as a whole is decoded
  row by row; the rows that do not fit are set aside, with where and why.
* **Text that is none costs nothing else.** A byte order mark, and halves of characters, are mended.
* **No value leaks.** Reasons are built from the schema alone. Errors are raised by :func:`finish`, which is
  called when no exception is being handled, so that none hangs on them as context, and from frames that have
  let go of the body.
"""

from __future__ import annotations

import re
import sys
import warnings
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import Raw

from ..core.answers import is_server_code
from ..errors import (
    FeatureUnavailableError,
    LibrusResponseValidationError,
    LibrusSchemaWarning,
    LibrusSdkError,
)
from ._fields import REASONS, dec_hook
from .rows import Rejected

__all__ = [
    "BROKEN",
    "ENVELOPE",
    "Misfit",
    "decoder",
    "explain",
    "finish",
    "mended",
    "misfit_of",
    "open_envelope",
    "read",
    "set_aside",
    "sift",
    "split",
    "switched_off",
]

T = TypeVar("T")

# What msgspec raises on bytes it cannot make sense of: malformed text, wrong types, invalid UTF-8, nesting
# without end.
BROKEN: Final = (msgspec.MsgspecError, ValueError, RecursionError)

MAX_ISSUES: Final = 3


def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """Return a decoder that reads our field types, and numbers and flags sent as text."""
    return msgspec.json.Decoder(kind, strict=False, dec_hook=dec_hook)


# --- what is wrong, in words that hold no value -----------------------------------------------------------

_WHAT: Final = re.compile(
    r"Expected `[\w |]+`(, got `\w+`)?"
    r"|Expected `(str|array|object)` of (at least )?length >= \d+(, got \d+)?"
    r"|Object missing required field `\w+`"
    r"|Integer value out of range|Number out of range"
    r"|Invalid RFC3339 encoded (date|time|datetime)",
    re.ASCII,
)
_SAID: Final = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<tail>[\w.\[\]]*)`)?", re.ASCII | re.DOTALL)
_SOMETHING: Final = "does not fit the expected type"


def explain(error: BaseException) -> tuple[str, str]:
    """Return where (relative to the decoded value) and why; a text that may quote the value is replaced."""
    said = _SAID.fullmatch(str(error)) if isinstance(error, msgspec.ValidationError) else None
    if said is None or not (said["what"] in REASONS or _WHAT.fullmatch(said["what"])):
        return "", _SOMETHING
    return said["tail"] or "", said["what"]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why an answer as a whole is unusable."""

    kind: Literal["shape", "empty", "page", "syntax", "disabled"]
    issues: tuple[str, ...] = ()
    server_code: str | None = None

    def error(self, endpoint: str) -> LibrusSdkError:
        """Return the error to raise."""
        if self.kind == "disabled":
            details: dict[str, Any] = {"endpoint": endpoint, "status": 200}
            if self.server_code:
                details["server_code"] = self.server_code
            return FeatureUnavailableError(
                "The school has switched this module off. Only the school can switch it on.",
                details=details,
            )
        return LibrusResponseValidationError(
            _MESSAGES[self.kind].format(endpoint=endpoint),
            details={"endpoint": endpoint, "issues": list(self.issues[:MAX_ISSUES])},
        )


_MESSAGES: Final = {
    "shape": "Librus answered {endpoint} in a form this version does not know. Look for a newer version, or "
    "report the issues listed in the details; they hold no personal data.",
    "empty": "Librus answered {endpoint} with nothing at all. Try again later.",
    "page": "Librus answered {endpoint} with a web page instead of data, as it does during maintenance. Try "
    "again later.",
    "syntax": "Librus answered {endpoint} with data that is damaged or cut short. Try again.",
}


_ANY: Final = msgspec.json.Decoder(Raw)


def _well_formed(body: bytes) -> bool:
    """Whether the body is JSON to its end: a wrong type early on says nothing about that."""
    try:
        _ANY.decode(body)
    except BROKEN:
        return False
    return True


def misfit_of(body: bytes, error: BaseException) -> Misfit:
    """Say what is wrong with a body that did not decode as a whole."""
    start = body[:256].lstrip()
    if not start:
        return Misfit("empty", ("$: expected JSON, got an empty body",))
    if start.startswith(b"<"):
        return Misfit("page", ("$: expected JSON, got a web page",))
    if isinstance(error, msgspec.ValidationError) and _well_formed(body):
        tail, what = explain(error)
        return Misfit("shape", (f"${tail}: {what}",))
    return Misfit("syntax", ("$: expected JSON, got damaged or truncated data",))


# --- text that is none ------------------------------------------------------------------------------------

# A backslash stands for itself only as the second of two, so every escape is looked at from its beginning.
_ESCAPES: Final = re.compile(
    rb"""\\(?:
        u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}  # two halves that are one character
        | (?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})
        | .
    )""",
    re.VERBOSE | re.DOTALL,
)


def _whole_characters(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]


def mended(body: bytes) -> bytes:
    r"""Return the body without a byte order mark, and with U+FFFD for each half of a character.

    Characters beyond the basic plane are escaped in two halves (``\ud83d\ude00``). A text that was cut
    between them ends with half a character: the parser would refuse the whole answer for it.
    """
    return _ESCAPES.sub(_whole_characters, body.removeprefix(BOM_UTF8))


def read(body: bytes, reader: Callable[[bytes], T | Misfit]) -> T | Misfit:
    """Return what the reader makes of the body; one that is no JSON is mended, where that helps."""
    outcome = reader(body)
    if isinstance(outcome, Misfit) and outcome.kind == "syntax" and (better := mended(body)) != body:
        return reader(better)
    return outcome


# --- envelopes --------------------------------------------------------------------------------------------

ENVELOPE: Final = msgspec.json.Decoder(dict[str, Raw])
_LIST: Final = msgspec.json.Decoder(list[Raw])
_TEXT: Final = msgspec.json.Decoder(str)


def _text(member: Raw | None) -> str | None:
    try:
        return None if member is None else _TEXT.decode(member)
    except BROKEN:
        return None


def switched_off(envelope: dict[str, Raw]) -> Misfit | None:
    """Return the finding that the module is off, when the envelope says so."""
    if _text(envelope.get("Status")) != "Disabled":
        return None
    code = _text(envelope.get("Code")) or ""
    return Misfit("disabled", server_code=code if is_server_code(code) else None)


def _is_null(member: Raw) -> bool:
    return bytes(member).strip() == b"null"


def open_envelope(body: bytes, wrapper: str) -> Raw | Misfit:
    """Return what stands under the wrapper, undecoded."""
    try:
        envelope = ENVELOPE.decode(body)
    except BROKEN as error:
        return misfit_of(body, error)
    member = envelope.get(wrapper)
    if member is None or _is_null(member):
        found = "null" if member is not None else "nothing"
        return switched_off(envelope) or Misfit("shape", (f"$.{wrapper}: expected data, got {found}",))
    return member


def set_aside(path: str, row: Raw, error: BaseException, *, keep: bool = True) -> Rejected:
    """Describe a row that did not decode; ``keep=False`` drops its content, for rows that hold a token."""
    tail, what = explain(error)
    return Rejected(path=f"{path}{tail}", reason=what, raw=bytes(row) if keep else b"")


def split(member: Raw, path: str) -> list[Raw] | Misfit:
    """Return the members of a JSON list, undecoded."""
    try:
        return _LIST.decode(member)
    except BROKEN as error:
        tail, what = explain(error)
        return Misfit("shape", (f"{path}{tail}: {what}",))


def sift(
    rows: Iterable[Raw], path: str, one_row: msgspec.json.Decoder[T], *, keep: bool = True
) -> tuple[list[T], list[Rejected]]:
    """Decode row by row: what fits, and what does not."""
    fitting: list[T] = []
    odd: list[Rejected] = []
    for index, row in enumerate(rows):
        try:
            fitting.append(one_row.decode(row))
        except BROKEN as error:
            odd.append(set_aside(f"{path}[{index}]", row, error, keep=keep))
    return fitting, odd


# --- the end of every decoder -----------------------------------------------------------------------------

_PACKAGE: Final = str(Path(__file__).resolve().parents[1])


def _stacklevel() -> int:
    """Return the level of the first frame outside the package: the caller's line is the one to show."""
    level, frame = 1, sys._getframe(1)  # noqa: SLF001  (the documented way to look at one's callers)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level


def finish(outcome: T | Misfit, rejected: Iterable[Rejected], endpoint: str, *, strict: bool) -> T:
    """Return the outcome; raise or warn about what does not fit. Called when the body is out of sight.

    Raises:
        LibrusResponseValidationError: the answer is unusable, or ``strict`` is set and a row does not fit.
        FeatureUnavailableError: the school switched the module off.
    """
    if isinstance(outcome, Misfit):
        raise outcome.error(endpoint)
    odd = tuple(rejected)
    if not odd:
        return outcome
    issues = [f"{row.path}: {row.reason}" for row in odd[:MAX_ISSUES]]
    if strict:
        raise LibrusResponseValidationError(
            f"Librus sent {_misfits(odd)} for {endpoint}, and strict is set.",
            details={"endpoint": endpoint, "issues": issues},
        )
    warnings.warn(
        f"{endpoint}: Librus sent {_misfits(odd)}, kept in .rejected; the first: {issues[0]}",
        LibrusSchemaWarning,
        stacklevel=_stacklevel(),
    )
    return outcome


def _misfits(odd: tuple[Rejected, ...]) -> str:
    count = len(odd)
    return "1 row that does not fit the model" if count == 1 else f"{count} rows that do not fit the model"
