"""Save the files of the homework that was set last."""

import tempfile
from pathlib import Path

from librus_sdk import LibrusSession
from librus_sdk.endpoints import Homework

with tempfile.TemporaryDirectory() as folder, LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    task = [task for task in client.homework.assignments() if task.files][-1]
    for number, file in enumerate(task.files, start=1):
        if file.attachment_id is None:
            continue
        read = Homework.attachment(client.homework, file.attachment_id)
        saved = client.save(read, Path(folder) / f"task-{number}")
        print(f"{saved.path.name}: {saved.file_name}, {saved.content_type}, {saved.size} bytes")
