"""Read everything a child has; say what could not be read, and why."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    for child in session.list_children():
        snapshot = session.for_child(child).snapshot()
        print(child.student_name)
        grades = snapshot.grades.value
        if grades is not None:
            print(f"  {len(grades)} grades")
        for section in snapshot:
            if section.error is not None:
                print(f"  {section.name}: {section.state} ({section.error.code})")
