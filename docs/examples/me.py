"""Print whose data each token opens."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    for child in session.list_children():
        client = session.for_child(child)
        me = client.me.get()
        school_class = client.school.school_class()
        print(f"{me.user.first_name} {me.user.last_name}, class {school_class.name}")
        print(f"  read by {me.account.first_name} {me.account.last_name}")
