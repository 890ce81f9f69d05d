"""Write the OpenAPI document of the child API into the documentation.

``python tools/openapi.py`` writes it; ``--check`` writes nothing and fails when the file is not current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from librus_sdk.openapi import generate_openapi_document

ROOT: Final = Path(__file__).parents[1]
FILE: Final = "docs/openapi.json"


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit status."""
    path = ROOT / FILE
    made = json.dumps(generate_openapi_document(), indent=2, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == made:
        return 0
    if "--check" in arguments:
        print(f"{FILE} is not current: run tools/openapi.py")
        return 1
    path.write_text(made, encoding="utf-8")
    print(f"{FILE} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
