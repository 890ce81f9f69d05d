"""Look the locked dependencies up in the database of known vulnerabilities, as far as it can be reached.

    python tools/audit.py

Exit status 1 when a locked version has a known vulnerability. Where the database is out of reach (no
network, or an index without it) that is said, and the status is 0: such a machine must be able to lint, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ("requirements/core.txt", "requirements/dev.txt")
LIMIT_S: Final = 120


def report_of(lock: str) -> list[dict[str, Any]] | None:
    """Return what is known of each package of a lock file; None when nobody could be asked."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--no-deps", "--disable-pip"]
    try:
        done = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "5"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return found


def main() -> int:
    """Audit every lock file."""
    known: dict[str, list[dict[str, Any]]] = {}
    asked = skipped = 0
    for lock in LOCKS:
        for package in report_of(lock) or ():
            asked += "skip_reason" not in package
            skipped += "skip_reason" in package
            if package.get("vulns"):
                known[f"{package['name']} {package['version']}"] = package["vulns"]
    for name, vulnerabilities in sorted(known.items()):
        for each in vulnerabilities:
            mended = ", ".join(each.get("fix_versions", ())) or "no version yet"
            print(f"{name}: {each['id']}, mended in {mended}")
    if not asked:
        print("audit: the database of vulnerabilities is out of reach here; nothing was looked up")
    elif not known:
        print(f"audit: no known vulnerability in {asked} locked packages; {skipped} are not in the database")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
