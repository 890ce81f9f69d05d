"""Print what teachers noted about a child, blame and praise apart."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    for note in client.notes.list():
        teacher = client.lookup.user(note.teacher)
        category = client.lookup.note_category(note.category)
        about = f" ({category.name})" if category else ""
        print(f"{note.date}  {note.kind}{about}, {teacher.full_name if teacher else '?'}")
        print(f"  {note.text}")
