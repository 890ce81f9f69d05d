"""Show what is new in the inbox, without marking it as read, and write to a teacher, once."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    client = session.for_child_wiadomosci(session.list_children()[0])

    print(client.messages.unread().inbox, "unread")
    for message in client.messages.list(limit=3):
        sent = message.send_date.strftime("%d.%m. %H:%M") if message.send_date else "?"
        mark = "*" if message.is_unread else " "
        print(f"{mark} {sent}  {message.sender_name}: {message.subject_text}")

    teachers = client.messages.receivers_of("teachers")
    prepared = client.messages.prepare([teachers[0]], "Nieobecność", "Dzień dobry,\nproszę o telefon.")
    print("To", [person.shown_name for person in prepared.recipients])

    # From here on a real person gets it.
    delivery = client.messages.confirm(prepared)
    if delivery.outcome == "accepted":
        print("Sent.")
    elif delivery.outcome == "rejected":
        print("Refused, nobody got it:", delivery.reason)
    else:
        print("Nobody knows. Look for it before it is sent again:")
        for message in client.messages.list("outbox", limit=3):
            print(" ", message.send_date, message.subject_text)
