"""Print the newest grades of every child."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    for child in session.list_children():
        client = session.for_child(child)
        print(child.student_name)
        for grade in client.grades.list()[-3:]:
            subject = client.lookup.subject(grade.subject)
            print(f"  {grade.date}  {grade.grade:<3} {subject.name if subject else '?'}")
