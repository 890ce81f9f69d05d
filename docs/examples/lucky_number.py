"""Tell whether a child is spared questions today."""

from datetime import date

from librus_sdk import FeatureUnavailableError, LibrusSession

TODAY = date(2026, 11, 23)

with LibrusSession.from_env() as session:
    for child in session.list_children():
        client = session.for_child(child)
        try:
            lucky = client.lucky_number.get()
        except FeatureUnavailableError:
            print(f"{child.student_name}: the school draws no lucky numbers")
            continue
        # The next school day's number can appear a day early, and over a weekend the old one stays.
        when = "today" if lucky.day == TODAY else f"on {lucky.day}"
        student = client.lookup.user(client.me.get().account.user_id)
        own = student.class_register_number if student else None
        luck = "spared" if own is not None and own == lucky.number else f"the child has {own}"
        print(f"{child.student_name}: {lucky.number} {when}, {luck}")
