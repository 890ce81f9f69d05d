"""The way into the command line: ``librus`` and ``python -m librus_sdk.cli``.

``librus --version`` ends here, before anything is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]

_MISSING = 'The command line needs click, which is not installed: pip install "librus-sdk[cli]"\n'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1, or 130 after Ctrl-C."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["--version"]:
        from .._version import __version__

        sys.stdout.write(f"librus {__version__}\n")
        return 0
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(_MISSING)
        return 1
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
