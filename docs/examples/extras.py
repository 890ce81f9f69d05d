"""Print how the school grades, the activities after lessons, and what has to go back to the library."""

import os
from datetime import date

from librus_sdk import LibrusSession

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)

# The variables LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD hold a login issued by the school.
with LibrusSession.from_env({**os.environ, "LIBRUS_API_BACKEND": "gateway_api_20"}) as session:
    client = session.for_child()

    signs = client.extras.grading_system()
    print(f"A plus is worth {signs.plus_value}, a minus {signs.minus_value}")
    for unit in client.extras.units():
        if unit.grades_settings is not None and unit.grades_settings.point_grades_enabled:
            print("Points are given, too")

    for activity in client.extras.extra_activities(MONDAY, FRIDAY):
        state = "cancelled" if activity.is_cancelled else "takes place"
        print(f"{activity.date} {activity.start_time}  {activity.title}: {state}")

    for trip in client.extras.school_trips():
        print(f"{trip.term_from}  {trip.destination}")

    for book in client.extras.library_lendings():
        print(f"{book.due_date}  {book.title}")

    student = client.auth.token_info().identifier_of_student_assigned_with_user
    marks = client.extras.partial_descriptive_grades(student) if student else []
    print(len(marks), "marks of the new descriptive grading")
