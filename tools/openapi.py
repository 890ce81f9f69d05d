"""Write the OpenAPI documents into the documentation.

``python tools/openapi.py`` writes them; ``--check`` writes nothing and fails when one of them is not current.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from librus_sdk.openapi import DocumentBackend, generate_openapi_document

ROOT: Final = Path(__file__).parents[1]
FILES: Final[Mapping[DocumentBackend, str]] = {
    "api_v3": "docs/openapi.json",
    "gateway_api_20": "docs/openapi-gateway.json",
    "wiadomosci": "docs/openapi-wiadomosci.json",
}


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    stale = 0
    for backend, name in FILES.items():
        path = ROOT / name
        made = json.dumps(generate_openapi_document(backend=backend), indent=2, ensure_ascii=False) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") == made:
            continue
        stale += 1
        if "--check" in arguments:
            print(f"{name} is not current: run tools/openapi.py")
        else:
            path.write_text(made, encoding="utf-8")
            print(f"{name} written")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
