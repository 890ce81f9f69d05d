"""School, homework, notices, notes, notifications, justifications and photos as Librus sends them."""

from __future__ import annotations

import base64
import pickle
from datetime import date, datetime, time
from typing import Any

import msgspec
import pytest

from librus_sdk.endpoints import one, root, rows
from librus_sdk.errors import LibrusResponseValidationError, LibrusSchemaWarning
from librus_sdk.models import WARSAW, Embedded
from librus_sdk.models.announcements import SchoolNotice
from librus_sdk.models.auth import AuthClassroom, AuthPhoto, AuthPhotos, AuthUserInfo
from librus_sdk.models.homework import HomeworkAssignment, HomeworkFile
from librus_sdk.models.justifications import Justification, ParentTeacherConference, SystemData
from librus_sdk.models.messages import Message, MessageReceiverGroup
from librus_sdk.models.notes import Note, NoteCategory
from librus_sdk.models.notifications import NotificationCenter, PushConfigurations
from librus_sdk.models.school import Classroom, LessonHours, School, SchoolClass
from tests.models.samples import MARKER, answer, everything_shown, ref

PICTURE = b"\x89PNG not really"
PACKED = base64.b64encode(PICTURE).decode()


def read_row(kind: Any, **sent: Any) -> Any:
    (row,) = rows("Rows", kind)(answer(Rows=[sent]), "Rows", True)
    return row


def read_one(kind: Any, sent: Any) -> Any:
    return one("It", kind)(answer(It=sent), "It", True)


def test_the_school_and_its_bells() -> None:
    school = read_one(
        School,
        {
            "Id": 7,
            "Name": "Szkoła Wymyślona",
            "PostCode": "00-001",
            "BuildingNumber": 5,
            "NameHeadTeacher": "Ewa",
            "LessonsRange": [{}, {"From": "08:00", "To": "08:45"}, None, [], {"From": "", "To": None}],
        },
    )
    assert (school.id, school.building_number, school.name_head_teacher) == ("7", "5", "Ewa")
    hours = LessonHours(start=time(8), end=time(8, 45))
    assert school.lessons_range == (LessonHours(), hours, LessonHours(), LessonHours(), LessonHours())
    assert read_one(School, {"LessonsRange": None}) == School()


@pytest.mark.parametrize("sent", [{"1": MARKER}, MARKER, [MARKER], [{"From": [MARKER]}], [{}, 5]])
def test_odd_bells_are_refused_without_their_values(sent: object) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        read_one(School, {"LessonsRange": sent})
    assert refused.value.details["issues"] == ["$.It.LessonsRange: Expected `array of object`"]
    assert MARKER not in everything_shown(refused.value)


def test_the_class() -> None:
    found = read_one(
        SchoolClass,
        {
            "Id": 5,
            "Number": 5,
            "Symbol": "a",
            "ClassTutor": ref(71),
            "BeginSchoolYear": "2026-09-01",
            "EndFirstSemester": "2027-01-31",
            "EndSchoolYear": "",
        },
    )
    assert (found.name, found.class_tutor.id, found.end_first_semester) == ("5a", "71", date(2027, 1, 31))
    assert found.end_school_year is None
    assert SchoolClass().name == ""
    assert read_one(Classroom, {"Id": 9, "Symbol": "12"}) == Classroom(id="9", symbol="12")


def test_homework_and_the_ids_of_its_files() -> None:
    row = read_row(
        HomeworkAssignment,
        Id=12,
        Topic="Ułamki",
        Date="2026-09-21",
        DueDate="2026-09-28",
        Lesson=ref(31),
        Category=None,
        MustSendAttachFile=0,
        SendFilePossible=True,
        StudentsWhoRead=[1],
        HomeworkAssigmentFiles=[{"Id": 34, "Name": "a.pdf", "Url": "https://x/Attachment/12-34"}],
    )
    assert (row.id, row.lesson.id, row.due_date, row.must_send_attach_file) == (
        "12",
        "31",
        date(2026, 9, 28),
        False,
    )
    (file,) = row.files
    assert (file.id, file.attachment_id) == ("34", "12-34")
    assert read_row(HomeworkAssignment, HomeworkAssigmentFiles=None).files == ()


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([7, "8", {"Id": 9, "Url": "x"}], ("7", "8", "9")),
        (7, ("7",)),
        ([{}, None, True, [1], ""], ()),
        (None, ()),
        ({"Id": "7"}, ("7",)),
    ],
)
def test_who_has_read_homework_never_costs_it(sent: Any, found: tuple[str, ...]) -> None:
    row = read_row(HomeworkAssignment, StudentsWhoRead=sent, StudentsWhoMarkedAsDone=sent)
    assert row.students_who_read == row.students_who_marked_as_done == found


@pytest.mark.parametrize("sent", [None, "x", 7, {"Id": 7}, [], [None, {}, ""]])
def test_files_handed_in_of_an_unknown_form_are_none(sent: Any) -> None:
    assert read_row(HomeworkAssignment, AddedFiles=sent).added_files == ()


def test_files_handed_in() -> None:
    sent = [{"Id": 7, "Name": "praca.pdf", "Url": ["odd"]}, 8]
    assert read_row(HomeworkAssignment, AddedFiles=sent).added_files == (
        HomeworkFile(id="7", name="praca.pdf"),
        HomeworkFile(id="8"),
    )


@pytest.mark.parametrize(
    ("url", "found"),
    [("https://x/y/12-34/?a=b/c", "12-34"), ("12%2D34#z", "12-34"), ("", None), (None, None), ("//[", "[")],
)
def test_the_end_of_a_files_address(url: str | None, found: str | None) -> None:
    assert HomeworkFile(url=url).attachment_id == found


def test_a_notice() -> None:
    row = read_row(
        SchoolNotice,
        Id="LID-NBOARD-NOTICE-1",
        StartDate="2026-09-01",
        EndDate=None,
        CreationDate="2026-08-31 10:00:00",
        WasRead=False,
        AddedBy=None,
    )
    assert (row.id, row.start_date, row.end_date) == ("LID-NBOARD-NOTICE-1", date(2026, 9, 1), None)
    assert (row.creation_date, row.was_read) == (datetime(2026, 8, 31, 10, tzinfo=WARSAW), False)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [(0, "negative"), (1, "positive"), ("2", "neutral"), (None, None), (9, "neutral"), ("", None)],
)
def test_notes_are_blame_praise_or_neither(sent: object, kind: str | None) -> None:
    assert read_row(Note, Id=1, Positive=sent, Teacher=ref(71)).kind == kind


def test_the_name_of_a_kind_of_note() -> None:
    assert read_row(NoteCategory, Id=1, CategoryName="Pochwała", Name="x").name == "Pochwała"


def test_the_notification_centre_is_a_mapping() -> None:
    center = read_one(NotificationCenter, {"Show": True, "SczesliwyNumerek": {"Nr": 5}, "New": MARKER})
    assert (center.show, center.lucky_number, center["New"], len(center)) == (True, {"Nr": 5}, MARKER, 3)
    assert repr(center) == "<NotificationCenter: 3 keys>"
    assert pickle.loads(pickle.dumps(center)) == center
    assert read_one(NotificationCenter, []) == NotificationCenter()
    assert (NotificationCenter().show, NotificationCenter({"Show": 1}).show) == (None, None)
    with pytest.raises(TypeError):
        center["New"] = 1


@pytest.mark.parametrize("sent", [MARKER, [MARKER], 5])
def test_a_notification_centre_that_is_no_object(sent: object) -> None:
    with pytest.raises(LibrusResponseValidationError) as refused:
        read_one(NotificationCenter, sent)
    assert refused.value.details["issues"] == ["$.It: Expected `object`"]
    assert MARKER not in everything_shown(refused.value)


def test_an_empty_body_is_told_as_such() -> None:
    with pytest.raises(LibrusResponseValidationError, match="nothing at all"):
        one("NotificationCenter", NotificationCenter)(b"", "NotificationCenter", False)


@pytest.mark.parametrize("version", [3, "3.1"])
def test_push_settings(version: object) -> None:
    found = root(PushConfigurations)(answer(settings={"Grades": {"add": True}}, version=version), "e", True)
    assert found.version == version
    assert dict(found.settings) == {"Grades": {"add": True}}
    with pytest.raises(LibrusResponseValidationError):
        root(PushConfigurations)(answer(version=version), "e", True)


def test_justifications_and_meetings() -> None:
    row = read_row(Justification, Id="t5", Student={"FirstName": "Ala"}, AddedBy=None)
    assert row == Justification(id="t5", student=Embedded(first_name="Ala"))
    meeting = read_row(
        ParentTeacherConference, Id=1, Topic="Zebranie", Teacher=ref(71), Date="2026-09-10", Time="17:30:00"
    )
    assert (meeting.topic, meeting.date, meeting.time) == ("Zebranie", date(2026, 9, 10), time(17, 30))


def test_the_servers_clock() -> None:
    found = root(SystemData)(answer(Date="2026-09-10", Time="17:30:05"), "SystemData", True)
    assert (found.date, found.time) == (date(2026, 9, 10), time(17, 30, 5))
    assert found.now == datetime(2026, 9, 10, 17, 30, 5, tzinfo=WARSAW)
    with pytest.raises(LibrusResponseValidationError) as refused:
        root(SystemData)(answer(Date="2026-09-10", Time=MARKER), "SystemData", True)
    assert MARKER not in everything_shown(refused.value)


def test_user_info_hides_the_login() -> None:
    sent = answer(UserIdentifier="LID-AUTH-USER-1", Login=MARKER, SchoolId=7, UserSchoolClassId=None)
    found = root(AuthUserInfo)(sent, "e", True)
    assert (found.login, found.school_id, found.user_school_class_id) == (MARKER, "7", None)
    assert MARKER not in repr(found) + repr(found.__rich_repr__())


def test_a_class_nobody_has_described() -> None:
    found = root(AuthClassroom)(answer(identifier="x"), "e", True)
    assert type(found) is AuthClassroom
    assert (found["identifier"], set(found)) == ("x", {"identifier", "Resources", "Url"})


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PACKED, "a.PNG", "image/png"),
        (PACKED, "a.jpg", "image/jpeg"),
        (PACKED, "a.exe", None),
        (PACKED, None, None),
        (PACKED.rstrip("="), "a.webp", "image/webp"),
        (f"{PACKED[:4]}\r\n{PACKED[4:]}", "a.gif", "image/gif"),
        (f"data:image/JPEG;base64,{PACKED}", "a.png", "image/jpeg"),
        (f"data:;base64,{PACKED}", "a.png", "image/png"),
    ],
)
def test_photos(content: str, name: str | None, kind: str | None) -> None:
    sent = {"status": True, "photo": {"Id": 5, "fileName": name, "content": content}, "awaitingPhoto": None}
    found = one("data", AuthPhotos)(answer(data=sent), "Auth/Photos", True)
    assert (found.status, found.awaiting_photo) == (True, None)
    assert found.photo is not None
    assert found.photo.id == "5"
    assert found.photo.image() == (PICTURE, kind)
    assert PACKED not in repr(found) + repr(found.photo.__rich_repr__())


@pytest.mark.parametrize("content", [None, "", MARKER, "data:image/png;base64,", f"data:image/png,{PACKED}"])
def test_photos_without_a_picture(content: str | None) -> None:
    photo = read_one(AuthPhoto, {"id": "p1", "content": content})
    assert photo.id == "p1"
    with pytest.raises(LibrusResponseValidationError) as refused:
        photo.image()
    assert refused.value.details["endpoint"] == "Auth/Photos"
    assert MARKER not in str(refused.value) + repr(refused.value.details)
    assert refused.value.__context__ is None


def test_one_odd_row_is_set_aside() -> None:
    body = answer(Notes=[{"Id": 1}, {"Text": MARKER}, {"Id": 3}])
    with pytest.warns(LibrusSchemaWarning):
        notes = rows("Notes", Note)(body, "Notes", False)
    assert [note.id for note in notes] == ["1", "3"]


def test_what_confirmed_facts_require_and_nothing_else() -> None:
    required: dict[type[msgspec.Struct], str] = {
        AuthPhoto: "",
        AuthPhotos: "",
        AuthUserInfo: "",
        Classroom: "",
        HomeworkAssignment: "",
        HomeworkFile: "",
        Justification: "id",
        LessonHours: "",
        Message: "id",
        MessageReceiverGroup: "",
        Note: "id",
        NoteCategory: "",
        ParentTeacherConference: "",
        PushConfigurations: "settings version",
        School: "",
        SchoolClass: "",
        SchoolNotice: "id",
        SystemData: "date time",
    }
    for kind, names in required.items():
        fields = msgspec.structs.fields(kind)
        assert [field.name for field in fields if field.required] == names.split(), kind
