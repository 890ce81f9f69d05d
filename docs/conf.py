"""How Sphinx builds the site: Markdown pages, and docstrings for what can be looked up."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from librus_sdk import __version__

project = "librus-sdk"
author = "The librus-sdk authors"
project_copyright = author
version = release = __version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser", "records", "families"]
exclude_patterns = ["_build", "_ext", "examples"]

html_theme = "furo"
html_title = f"librus-sdk {release}"
html_copy_source = False
html_show_sourcelink = False

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_use_ivar = True
napoleon_use_admonition_for_examples = False
python_use_unqualified_type_names = True

nitpicky = True
# The site is built without a network, so it cannot look up what others document.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(asyncio|collections|datetime|decimal|enum|functools|logging|pathlib|redis|typing|types|os)\..*",
    ),
    # Type variables, and what `client.save` is given: no caller needs to look into it.
    (r"py:.*", r"librus_sdk\..*\.(C|T|T_co|Get|SyncCaller|AsyncCaller)"),
    # What the stores hand out is a Shelf to everybody; the providers are OpenTelemetry's.
    (r"py:.*", r"librus_sdk\.shells\.file_shelf\.FileShelf|_Shelf|TracerProvider|MeterProvider"),
    (
        r"py:.*",
        r"str|int|float|bool|bytes|object|dict|list|set|tuple|type|None|frozenset|BaseException|Exception",
    ),
]
