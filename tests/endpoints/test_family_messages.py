"""What the families around messages ask for, and with which parameters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from librus_sdk.core.http import query_items
from librus_sdk.endpoints._declare import Get
from librus_sdk.endpoints.announcements import Announcements
from librus_sdk.endpoints.auth import Auth
from librus_sdk.endpoints.homework import Homework
from librus_sdk.endpoints.justifications import Justifications
from librus_sdk.endpoints.messages import Messages
from librus_sdk.endpoints.notes import Notes
from librus_sdk.endpoints.notifications import Notifications
from librus_sdk.endpoints.school import School
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.models.download import Download
from librus_sdk.models.messages import MessageReceiverGroup
from tests.models.samples import answer


class Nobody:
    """A caller; declarations ask nobody."""

    def call(self, get: Get[Any]) -> Any:
        raise AssertionError(get)


MESSAGES = Messages(Nobody())
AUTH = Auth(Nobody())
HOMEWORK = Homework(Nobody())
SCHOOL = School(Nobody())
NOTES = Notes(Nobody())
NOTICES = Announcements(Nobody())
NOTIFICATIONS = Notifications(Nobody())
JUSTIFICATIONS = Justifications(Nobody())


@pytest.mark.parametrize(
    ("get", "path"),
    [
        (Messages.get(MESSAGES, "a/b"), "Messages/a%2Fb"),
        (Messages.unread(MESSAGES), "Messages/Unread"),
        (Messages.for_user(MESSAGES, 5), "Messages/User/5"),
        (Messages.receiver_groups(MESSAGES), "Messages/ReceiversGroup"),
        (Messages.receiver_group(MESSAGES, 5), "Messages/ReceiversGroup/5"),
        (Messages.attachment(MESSAGES, 5), "Messages/Attachment/5"),
        (Homework.assignments(HOMEWORK), "HomeWorkAssignments"),
        (Homework.attachment(HOMEWORK, "12-34"), "HomeWorkAssignments/Attachment/12-34"),
        (Announcements.list(NOTICES), "SchoolNotices"),
        (Announcements.get(NOTICES, "LID-NBOARD-NOTICE-1"), "SchoolNotices/LID-NBOARD-NOTICE-1"),
        (Notes.list(NOTES), "Notes"),
        (Notes.get(NOTES, 1), "Notes/1"),
        (Notes.categories(NOTES), "Notes/Categories"),
        (School.school(SCHOOL), "Schools"),
        (School.school_by_id(SCHOOL, 1), "Schools/1"),
        (School.school_class(SCHOOL), "Classes"),
        (School.classroom(SCHOOL, 1), "Classrooms/1"),
        (Notifications.center(NOTIFICATIONS), "NotificationCenter"),
        (Notifications.push_configurations(NOTIFICATIONS), "PushConfigurations"),
        (Justifications.get(JUSTIFICATIONS, 1), "Justifications/1"),
        (Justifications.conferences(JUSTIFICATIONS), "ParentTeacherConferences"),
        (Justifications.system_data(JUSTIFICATIONS), "SystemData"),
        (Auth.photos(AUTH), "Auth/Photos"),
        (Auth.photo(AUTH, "p1"), "Auth/Photos/p1"),
        (Auth.user_info(AUTH, "LID-AUTH-USER-1"), "Auth/UserInfo/LID-AUTH-USER-1"),
        (Auth.classroom(AUTH, 7), "Auth/Classrooms/7"),
    ],
)
def test_paths(get: Get[Any], path: str) -> None:
    assert get.path == path
    assert list(query_items(get.query)) == []


def test_messages_are_asked_for_as_the_application_does() -> None:
    usual = [("alternativeBody", "true"), ("changeNewLine", "1"), ("getAllTypes", "1")]
    plain = Messages.list(MESSAGES)
    assert list(query_items(plain.query)) == [*usual, ("page", "1"), ("limit", "300")]
    chosen = Messages.list(MESSAGES, after_id=5, page=2, limit=10)
    assert list(query_items(chosen.query)) == [*usual, ("page", "2"), ("limit", "10"), ("afterId", "5")]
    with pytest.raises(LibrusConfigurationError):
        Messages.list(MESSAGES, after_id="")


def test_justifications_from_a_day_on() -> None:
    assert list(query_items(Justifications.list(JUSTIFICATIONS).query)) == []
    asked = Justifications.list(JUSTIFICATIONS, date_from=date(2026, 9, 1))
    assert list(query_items(asked.query)) == [("dateFrom", "2026-09-01")]
    with pytest.raises(LibrusConfigurationError):
        Justifications.list(JUSTIFICATIONS, date_from="wczoraj")


@pytest.mark.parametrize("sent", [4, "4"])
def test_the_number_of_unread_messages(sent: object) -> None:
    assert Messages.unread(MESSAGES).decode(answer(UnreadMessages=sent), "Messages/Unread", True) == 4


@pytest.mark.parametrize(
    ("sent", "ids"), [({"Id": 1}, ["1"]), ([{"Id": 1}, {"Id": 2}], ["1", "2"]), ([], []), (None, [])]
)
def test_a_group_is_one_several_or_none(sent: object, ids: list[str]) -> None:
    groups = Messages.receiver_group(MESSAGES, 1).decode(answer(ReceiversGroup=sent), "e", True)
    assert [group.id for group in groups] == ids
    assert all(isinstance(group, MessageReceiverGroup) for group in groups)


@pytest.mark.parametrize("get", [Messages.attachment(MESSAGES, 1), Homework.attachment(HOMEWORK, "1-2")])
def test_attachments_are_bytes(get: Get[Download]) -> None:
    assert get.decode(b"\x00\xff", "e", True).content == b"\x00\xff"
