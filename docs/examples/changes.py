"""Ask what has changed, read it, store it, and only then tell Librus that it was seen."""

import tempfile
from pathlib import Path

from librus_sdk import LibrusSession, SynergiaApiClient


def look(client: SynergiaApiClient, device: str, store: Path) -> int:
    changes = client.changes.list(device)
    if "Grades" in {change.resource.type for change in changes if change.resource}:
        store.write_bytes(client.grades.list().raw)
    # Not before it is stored: what was acknowledged is not listed again.
    return client.changes.acknowledge(device, changes)


with tempfile.TemporaryDirectory() as folder, LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)
    # A folder that stays is what a real program needs.
    store = Path(folder) / f"grades-{child.id}.json"
    kept = Path(folder) / f"device-{child.id}.txt"

    if not kept.exists():
        # Once for each child. The list begins now, so everything before that is read here.
        kept.write_text(client.changes.register().id)
        store.write_bytes(client.grades.list().raw)

    # A real program goes on: while True, with time.sleep(15 * 60) or more between two looks.
    print(look(client, kept.read_text(), store), "changes were seen")
