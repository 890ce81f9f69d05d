"""Print a child's newest grades and lucky number, with a login issued by the school."""

import os

from librus_sdk import LibrusSession

# The variables LIBRUS_GATEWAY_LOGIN and LIBRUS_GATEWAY_PASSWORD hold the login. LIBRUS_API_BACKEND says which
# account is meant where those of a family account are set, too.
with LibrusSession.from_env({**os.environ, "LIBRUS_API_BACKEND": "gateway_api_20"}) as session:
    client = session.for_child()  # such a login has one child

    print(client.me.get().user.first_name)
    for grade in sorted(client.grades.list(), key=lambda grade: grade.add_date)[-3:]:
        subject = client.lookup.subject(grade.subject)
        print(f"  {grade.date}  {grade.grade:<3} {subject.name if subject else '?'}")
    print("lucky number:", client.lucky_number.get().number)
