"""Name what ids stand for, and see how many requests that costs."""

from librus_sdk import Event, LibrusSession

requests: list[str] = []


def remember(event: Event) -> None:
    if event.name == "synergia.request.start" and event.fields["auth_mode"] == "bearer":
        requests.append(str(event.fields["path"]))


with LibrusSession.from_env(on_event=remember) as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    grades = client.grades.list()
    pairs: set[tuple[str, str]] = set()
    for grade in grades:
        subject = client.lookup.subject(grade.subject)
        teacher = client.lookup.user(grade.added_by)
        if subject is not None and teacher is not None:
            pairs.add((subject.name or "?", teacher.full_name))
    print(f"{len(grades)} grades, {len(pairs)} pairs of subject and teacher")

    # An id that is not in the list: the list is read once more, and then believed for five minutes.
    print(client.lookup.subject("999999999"), client.lookup.subject("888888888"))
    print(*requests, sep="\n")
