"""Print what a child's token may read, and whether there is a photo."""

from librus_sdk import LibrusSession

with LibrusSession.from_env() as session:
    child = session.list_children()[0]
    client = session.for_child(child)

    token = client.auth.token_info()
    print("Scopes:", ", ".join(token.scopes or ()))
    print("May read messages:", token.has_scope("messages"))

    owner = client.auth.user_info(token.user_identifier or "")
    print("State of the account:", owner.user_state)

    photo = client.auth.photos().photo
    if photo is None:
        print("No photo.")
    else:
        picture, kind = photo.image()
        print(f"Photo: {len(picture)} bytes, {kind}")
