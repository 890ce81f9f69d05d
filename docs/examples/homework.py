"""Print what is ahead: tests and events of the agenda, then the homework set last."""

from datetime import date

from librus_sdk import LibrusSession

TODAY = date(2026, 11, 23)

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    print("Agenda:")
    ahead = [entry for entry in client.homework.list() if entry.date >= TODAY]
    for entry in sorted(ahead, key=lambda entry: entry.date)[:5]:
        kind = client.lookup.homework_category(entry.category)
        subject = client.lookup.subject(entry.subject)  # None for entries of the class or the school
        where = f", {subject.name}" if subject else ""
        print(f"  {entry.date}  {kind.name if kind else '?'}{where}: {entry.content}")

    print("Homework:")
    for task in client.homework.assignments()[-3:]:
        # No subject of its own: the lesson has it.
        lesson = client.lookup.lesson(task.lesson)
        subject = client.lookup.subject(lesson.subject) if lesson else None
        print(f"  {task.date} to {task.due_date}  {subject.name if subject else '?'}: {task.topic}")
        for file in task.files:
            print(f"    file {file.attachment_id}: {file.name}")
