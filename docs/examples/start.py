"""Print the newest grades of every child."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    for child in session.list_children():
        client = session.for_child(child)
        print(child.student_name)
        newest = sorted(client.grades.list(), key=lambda grade: grade.add_date)[-3:]
        for grade in newest:
            subject = client.lookup.subject(grade.subject)
            print(f"  {grade.date}  {grade.grade:<3} {subject.name if subject else '?'}")
