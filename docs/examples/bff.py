"""Print the newest messages as the phone application's own back end tells them."""

from librus_sdk import LibrusApiError, LibrusNetworkError, LibrusSession

with LibrusSession.from_env() as session:
    client = session.for_child_bff(session.list_children()[0])
    try:
        messages = client.messages.list()
    except (LibrusApiError, LibrusNetworkError) as error:
        print("Not today:", error.message)  # not paid for, or the host is gone
    else:
        for message in messages[:3]:
            print(message.send_date, message.sender_name, message.subject_text, sep="  ")
