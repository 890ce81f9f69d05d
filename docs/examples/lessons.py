"""Print who teaches a child what, and what was taught last."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    for lesson in client.lessons.list()[:4]:
        subject = client.lookup.subject(lesson.subject)
        teacher = client.lookup.user(lesson.teacher)
        print(f"{subject.name if subject else '?'}: {teacher.full_name if teacher else '?'}")

    print("Taught last:")
    for held in client.lessons.realizations()[-4:]:
        print(f"  {held.date} lesson {held.number}: {held.topic}")

    with_files = [plan for plan in client.lessons.planned() if plan.attachment is not None]
    print("Plans with a file:", len(with_files))
