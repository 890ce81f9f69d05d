"""Print the school, the class, and some of the people."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    school = client.school.school()
    print(school.name, school.town, sep=", ")
    school_class = client.school.school_class()
    tutor = client.lookup.user(school_class.class_tutor)
    print(f"Class {school_class.name}, tutor {tutor.full_name if tutor else '?'}")
    print("First semester ends", school_class.end_first_semester)

    for number, bell in enumerate(school.lessons_range[:3]):
        print(f"  lesson {number}: {bell.start:%H:%M} to {bell.end:%H:%M}" if bell.start and bell.end else "")

    print(len(client.school.subjects()), "subjects")
    offices = [person for person in client.school.users() if person.first_name is None]
    print("Offices:", ", ".join(office.last_name or "?" for office in offices))
