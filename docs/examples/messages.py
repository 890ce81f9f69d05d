"""Print the newest messages, on asyncio; most accounts have not paid for them."""

import asyncio

from librus_sdk import AsyncLibrusSession, LibrusPermissionError


async def main() -> None:
    async with AsyncLibrusSession.from_env() as session:
        child = (await session.list_children())[0]
        client = await session.for_child(child)
        try:
            unread, messages = await asyncio.gather(client.messages.unread(), client.messages.list(limit=20))
        except LibrusPermissionError as error:
            print(error.message)
            return
        print(f"{unread} unread")
        for message in messages[:4]:
            sender = await client.lookup.user(message.sender)
            sent = message.send_date.strftime("%d.%m. %H:%M") if message.send_date else "?"
            mark = "*" if message.read_date is None else " "
            print(f"{mark} {sent}  {sender.full_name if sender else '?'}: {message.subject_text}")


asyncio.run(main())
