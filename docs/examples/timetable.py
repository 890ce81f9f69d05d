"""Print a child's next two days of school, and what is changed this week."""

from datetime import date, timedelta

from librus_sdk import LibrusSession

MONDAY = date(2026, 11, 23)

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    week = client.timetable.week(MONDAY)
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        print(f"{day:%d.%m.}")
        for slot in week.days[day]:
            for lesson in slot:  # several when the class is split into groups
                hour = f"{lesson.hour_from:%H:%M}" if lesson.hour_from else "?"
                name = lesson.subject.label if lesson.subject else "?"
                group = f" ({lesson.virtual_class_name})" if lesson.virtual_class_name else ""
                print(f"  {lesson.lesson_no}  {hour}  {name}{group}")

    print("Changed this week:")
    for lesson in week:
        if lesson.kind != "normal":
            name = lesson.subject.label if lesson.subject else "?"
            print(f"  {lesson.day:%d.%m.} lesson {lesson.lesson_no}, {name}: {lesson.kind}")

    print("Free days:")
    for free in client.timetable.school_free_days()[:3]:
        print(f"  {free.date_from} to {free.date_to}  {free.name}")
