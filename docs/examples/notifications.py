"""Print what the mobile application is told to notify about."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    center = client.notifications.center()
    print("Notification centre shown:", center.show)
    print("Keys:", ", ".join(sorted(center)))

    push = client.notifications.push_configurations()
    print("Push settings, version", push.version)
    for name, switch in list(push.settings.items())[:4]:
        print(f"  {name}: {switch}")
