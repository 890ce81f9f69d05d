"""The calls of a family, from the catalogue; and references to names by their last part."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from librus_sdk import endpoints, models
from librus_sdk.endpoints import Operation, Send, catalogue

__all__ = ["setup"]

CLASS_OF: Final = {
    declared.family: name
    for name in endpoints.__all__
    if isinstance(declared := getattr(endpoints, name), type)
    and issubclass(declared, endpoints.Family)
    and declared.family
}
# The attribute a family is, where another family has its name on other clients.
ATTRIBUTE: Final = {"bff": "messages", "mailbox": "messages"}
# Whose docstring tells how sure the shape is, where the answer is no record itself.
DESCRIBED_BY: Final = {"Timetable": "TimetableLesson"}
SENTENCE: Final = re.compile(r"(?<=\.)\s+")
SECTION: Final = re.compile(r"^\w+:$", re.MULTILINE)
EVIDENCE: Final = re.compile(
    r"confirmed|sibling API|a guess|Nobody has seen|No live|Only its name|was empty|public clients",
    re.IGNORECASE,
)
OPERATIONS: Final = {
    (f"librus_sdk.endpoints.{CLASS_OF[operation.family]}.{operation.name}"): operation
    for operation in catalogue()
}


def request(operation: Operation) -> str:
    """Return what is sent: the path, and the parameters that can stand in the query."""
    query = "&".join(f"{name}=…" for name in operation.query)
    return f"{operation.path}?{query}" if query else operation.path


def method(operation: Operation) -> str:
    """Return how it is sent."""
    get = operation.get
    return get.method if isinstance(get, Send) else "GET" if get.body is None else "POST"


def returned(operation: Operation) -> str:
    """Return what the call returns, as its signature says."""
    declared = getattr(getattr(endpoints, CLASS_OF[operation.family]), operation.name)
    return str(inspect.signature(declared).return_annotation).replace("models.", "")


def how_sure(operation: Operation) -> str:
    """Return the sentence that says where the shape of the answer is known from."""
    record = returned(operation).removeprefix("Rows[").removeprefix("Page[").removesuffix("]")
    described = getattr(models, DESCRIBED_BY.get(record, record), None)
    for text in (operation.doc, inspect.getdoc(described) or ""):
        said = " ".join(SECTION.split(text)[0].split())
        sentences = [sentence for sentence in SENTENCE.split(said) if EVIDENCE.search(sentence)]
        if sentences:
            return sentences[0]
    return ""


def linked(annotation: str) -> str:
    """Return the type with its records as links."""
    escaped = annotation.replace("[", r"\[").replace("]", r"\]")
    return re.sub(r"[A-Z]\w+", r"\\ :py:class:`\g<0> <librus_sdk.models.\g<0>>`\\ ", escaped)


class Calls(SphinxDirective):
    """``librus-calls:: grades``: the family's operations as a table that leads to each."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        family = self.arguments[0]
        attribute = ATTRIBUTE.get(family, family)
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 45 25 30", ""]
        lines += ["   * - Call", "     - Returns", "     - How sure"]
        for target, operation in OPERATIONS.items():
            if operation.family == family:
                lines += [
                    f"   * - | :py:meth:`client.{attribute}.{operation.name} <{target}>`",
                    f"       | ``{method(operation)} {request(operation)}``",
                    f"     - {linked(returned(operation))}",
                    f"     - {how_sure(operation)}",
                ]
        return self.parse_text_to_nodes("\n".join(lines))


def process_docstring(
    _app: Sphinx, _what: str, name: str, _obj: Any, _options: object, lines: list[str]
) -> None:
    """Say below each call which request it is."""
    operation = OPERATIONS.get(name)
    if operation is not None:
        lines += ["", f"``{method(operation)} {request(operation)}`` (``{operation.operation_id}``)", ""]


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Find what a docstring or an annotation calls by a shorter name, or by the module it lives in.

    ``Grade`` and ``librus_sdk.models.grades.Grade`` are both ``librus_sdk.models.Grade`` here.
    """
    if node.get("refdomain") != "py":
        return None
    if node["reftarget"] == "librus_sdk.models._fields.Id":
        return nodes.inline("", "str")
    domain = env.domains.python_domain
    found = _documented(domain, node["reftype"], str(node["reftarget"]))
    if found is None:
        return None
    docname = node.get("refdoc", env.docname)
    return domain.resolve_xref(env, docname, app.builder, node["reftype"], found, node, content)


def _documented(domain: PythonDomain, role: str, target: str) -> str | None:
    """Return the full name of the one object that is meant, or None."""
    kinds = domain.objtypes_for_role(role) or []
    *path, last = target.split(".")
    near = [
        name
        for name, known in domain.objects.items()
        if known.objtype in kinds and name.rpartition(".")[2] == last and name != target
    ]
    # Of several, the one that shares the most of the path.
    shared = {name: len(set(path) & set(name.split("."))) for name in near}
    best = [name for name in near if shared[name] == max(shared.values())]
    return best[0] if len(best) == 1 else None


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive and the listeners."""
    app.add_directive("librus-calls", Calls)
    app.connect("autodoc-process-docstring", process_docstring)
    app.connect("missing-reference", resolve)
    # Other sites draw these diagrams; here they stay text.
    app.add_lexer("mermaid", TextLexer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
