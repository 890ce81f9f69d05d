"""Sign in once; the next runs go on where this one stopped."""

import os
import tempfile

from librus_sdk import Event, FileStore, LibrusSession

seen: list[str] = []


def tell(run: str, session: LibrusSession) -> None:
    seen.clear()
    children = session.list_children()
    print(f"{run}: {len(children)} children, {seen.count('portal.login.success')} sign-ins")


def hear(event: Event) -> None:
    seen.append(event.name)


with tempfile.TemporaryDirectory() as folder:
    # A real program says FileStore(): a folder of the user's own, which stays.
    store = FileStore(folder)
    for run in ("first run", "second run"):
        with LibrusSession.from_env(store=store, on_event=hear) as session:
            tell(run, session)

    # By tokens: once signed in, nobody needs to know the password any more.
    store = FileStore(folder, name="parent")
    with LibrusSession.from_env(auth="oauth", store=store, on_event=hear) as session:
        tell("with the password", session)
    without = {name: value for name, value in os.environ.items() if "PASSWORD" not in name}
    with LibrusSession.from_env(without, auth="oauth", store=store, on_event=hear) as session:
        tell("without it", session)
