"""Count a child's attendance by kind, and name the lessons that were missed."""

from collections import Counter

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[1]
    client = session.for_child(child)

    records = client.attendance.list()
    counts: Counter[str] = Counter()
    missed: list[str] = []
    for record in records:
        kind = client.lookup.attendance_type(record.type)
        counts[(kind and kind.name) or "?"] += 1
        if kind is not None and kind.is_presence_kind is False:
            # No subject in a record: the lesson has it.
            lesson = client.lookup.lesson(record.lesson)
            subject = client.lookup.subject(lesson.subject) if lesson else None
            missed.append(
                f"{record.date} lesson {record.lesson_no}: {subject.name if subject else '?'}, {kind.short}"
            )

    print(f"{len(records)} lessons in the register")
    for name, count in counts.most_common():
        print(f"  {count:4}  {name}")
    print("Missed:")
    for line in missed[-5:]:
        print(f"  {line}")
