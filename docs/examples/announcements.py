"""Print the notice board."""

import html
from datetime import date

from librus_sdk import LibrusSession


def short(day: date | None) -> str:
    return f"{day:%d.%m.}" if day else "?"


with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    for notice in client.announcements.list():
        author = client.lookup.user(notice.added_by)
        new = "" if notice.was_read else "NEW "
        print(f"{new}{notice.subject}, {author.full_name if author else '?'}")
        print(f"  on the board from {short(notice.start_date)} to {short(notice.end_date)}")
        # Texts may hold HTML entities.
        for line in html.unescape(notice.content or "").splitlines():
            print(f"  {line}")
