"""Sign in once with the password; from then on go on without it."""

import os
import tempfile
from pathlib import Path

from librus_sdk import LibrusSession, TokenFile

with tempfile.TemporaryDirectory() as folder:
    # A folder that stays is what a real program needs.
    tokens = TokenFile(Path(folder) / "librus-tokens.json")

    with LibrusSession.from_env(auth="oauth", tokens=tokens) as session:
        print(len(session.list_children()), "children")

    # The next run, and every one after it: nobody knows the password any more.
    without = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
    with LibrusSession.from_env(without, auth="oauth", tokens=tokens) as session:
        print(len(session.list_children()), "children")
