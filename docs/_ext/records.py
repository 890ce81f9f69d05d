"""Shows records as tables: every field with its type, Librus's name for it, and what the docstring says."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any, Final

import msgspec
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from librus_sdk import LibrusSdkError, models
from librus_sdk.clients.lookup import Lookup
from librus_sdk.clients.snapshot import Snapshot
from librus_sdk.endpoints import Family
from librus_sdk.models import Record, Rows, Timetable

__all__ = ["setup"]

ALIAS: Final = re.compile(r"^    (\w+): TypeAlias = (.+)$", re.MULTILINE)
# How field types read in Python: to type checkers they are aliases, which the running program has not.
PLAIN: Final[dict[str, str]] = {"WireId": "int | str", "dt.time": "time"} | {
    name: plain
    for module in Path(models.__file__).parent.glob("*.py")
    for name, plain in ALIAS.findall(module.read_text(encoding="utf-8"))
}
VALUES: Final = frozenset({"attribute", "data", "property"})
HIDDEN_COLON: Final = "\ue000 "
OURS: Final = (Family, Lookup, Rows, Timetable, LibrusSdkError, msgspec.Struct)
HANDED_OUT: Final = frozenset(
    {
        "librus_sdk.clients.bff",
        "librus_sdk.clients.snapshot",
        "librus_sdk.events",
        "librus_sdk.simulator._faults",
        "librus_sdk.simulator._gates",
        "librus_sdk.simulator._post_state",
        "librus_sdk.simulator._state",
    }
)
MARKER: Final = re.compile(r"~?librus_sdk\.models\.\w+\.(\w+)")
DECLARED: Final = re.compile(r"~?librus_sdk\.endpoints\._declare\.Get\[(.*)\]")
PLANNED: Final = re.compile(r"~?collections\.abc\.Generator\[\S*_declare\.Get\[\S+\], \S+, (.*)\]")
ENTRY: Final = re.compile(r"    (\w+): (.*)")


def plain(annotation: object) -> str:
    """Return a field's type as a caller sees it."""
    text = str(annotation)
    return PLAIN.get(text, text)


def described(lines: list[str]) -> tuple[list[str], dict[str, str]]:
    """Take the ``Attributes`` out of a docstring: the rest of it, and what is said of each field."""
    rest: list[str] = []
    said: dict[str, str] = {}
    name = None
    inside = False
    for line in lines:
        if line == "Attributes:":
            inside = True
            continue
        if inside and line and not line.startswith("    "):
            inside = False
        if not inside:
            rest.append(line)
        elif entry := ENTRY.fullmatch(line):
            name = entry[1]
            said[name] = entry[2]
        elif name is not None and line.strip():
            said[name] += f" {line.strip()}"
    return rest, said


def table(record: type[msgspec.Struct], said: dict[str, str]) -> list[str]:
    """Return the fields as a table, in reStructuredText like the docstrings themselves."""
    types: dict[str, object] = {}
    for base in reversed(record.__mro__):
        types.update(inspect.get_annotations(base))
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 22 26 22 30", ""]
    lines += ["   * - Field", "     - Type", "     - In Librus", "     - Meaning"]
    for item in msgspec.structs.fields(record):
        # What begins with a @ is set by us, not sent.
        wire = "" if item.encode_name.startswith("@") else f"``{item.encode_name}``"
        lines += [
            f"   * - ``{item.name}``",
            f"     - ``{plain(types[item.name])}``",
            f"     - {wire}",
            f"     - {said.get(item.name, '')}",
        ]
    return [*lines, ""]


def sections(said: dict[str, str]) -> list[str]:
    """Return the sections of a snapshot as a table."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 30 35 35", ""]
    lines += ["   * - Section", "     - Its value", "     - Meaning"]
    for item in dataclasses.fields(Snapshot):
        value = str(item.type).removeprefix("Section[").removesuffix("]").replace("m.", "")
        lines += [f"   * - ``{item.name}``", f"     - ``{value}``", f"     - {said.get(item.name, '')}"]
    return [*lines, ""]


def process_docstring(
    _app: Sphinx, what: str, _name: str, obj: Any, _options: object, lines: list[str]
) -> None:
    """Put the table in the place of the attributes."""
    if what in VALUES and lines:
        lines[0] = lines[0].replace(": ", HIDDEN_COLON)
    if what != "class" or not (isinstance(obj, type) and issubclass(obj, Record | Snapshot)):
        return
    rest, said = described(lines)
    if issubclass(obj, Snapshot):
        lines[:] = [*rest, "", *sections(said)]
        return
    lines[:] = [*rest, "", *table(obj, said)] if msgspec.structs.fields(obj) else rest


def show_colon(_app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    """Undo what hid a colon from napoleon, which would have taken what stands before it for a type."""
    if what in VALUES:
        lines[:] = [line.replace(HIDDEN_COLON, ": ") for line in lines]


def process_signature(
    _app: Sphinx,
    _what: str,
    _name: str,
    obj: Any,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Show plain types; and nothing where the SDK makes the object, and a program only gets it."""
    if isinstance(obj, type) and (issubclass(obj, OURS) or obj.__module__ in HANDED_OUT):
        return "", None
    return _in_plain(signature), _in_plain(returned)


def _in_plain(text: str | None) -> str | None:
    if text is None:
        return None
    declared = DECLARED.fullmatch(text) or PLANNED.fullmatch(text)
    return MARKER.sub(_plain_marker, declared.group(1) if declared else text)


def _plain_marker(found: re.Match[str]) -> str:
    return PLAIN.get(found.group(1), found.group())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen to autodoc, before docstrings in Google's form are rewritten."""
    app.connect("autodoc-process-docstring", process_docstring, priority=400)
    app.connect("autodoc-process-docstring", show_colon, priority=600)
    app.connect("autodoc-process-signature", process_signature)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
