"""Print how many excuses the school was sent, and the meetings ahead."""

from datetime import date

from librus_sdk import LibrusPermissionError, LibrusSession

SCHOOL_YEAR = date(2026, 9, 1)
TODAY = date(2026, 11, 23)

with LibrusSession.from_env() as session:
    for child in session.list_children():
        client = session.for_child(child)
        try:
            sent = str(len(client.justifications.list(date_from=SCHOOL_YEAR)))
        except LibrusPermissionError:
            sent = "not shown to parents"
        print(f"{child.student_name}, justifications: {sent}")
        for meeting in client.justifications.conferences():
            if meeting.date is not None and meeting.date >= TODAY:
                teacher = client.lookup.user(meeting.teacher)
                who = teacher.full_name if teacher else "?"
                print(f"  {meeting.date} {meeting.time or ''}  {meeting.topic}, {who}")

    # The server's own idea of the day, in Warsaw.
    client = session.for_child(session.list_children()[0])
    print("At Librus it is", client.justifications.system_data().date)
