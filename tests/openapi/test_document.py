"""The OpenAPI document: valid, complete, current, and right about what our decoders read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import validate

from librus_sdk import __version__, generate_openapi_document
from librus_sdk.endpoints import Operation, Send, catalogue
from librus_sdk.errors import LibrusConfigurationError
from librus_sdk.models._decode import decoder
from librus_sdk.models._fields import dec_hook
from librus_sdk.models._wire import RECORDS, SCHEMAS, wire_schema
from librus_sdk.models.grades import Grade
from librus_sdk.models.timetable import TimetableLesson
from librus_sdk.openapi import DocumentBackend
from librus_sdk.openapi._prose import attributes, prose, summary
from librus_sdk.openapi._schemas import components
from librus_sdk.settings import API_V3, GATEWAY_API_20
from tests.models.samples import grade_row
from tools.openapi import FILES

ROOT = Path(__file__).parents[2]

_LISTED = """
getMe getGrades getGradeAverages getGradeCategories getGradeComments getBehaviourGrades getBehaviourGradeTypes
getBehaviourGradePoints getBehaviourPointCategories getBehaviourPointComments getBehaviourSystemProposal
getDescriptiveGrades getDescriptiveGradeComments getDescriptiveGradeSkills getDescriptiveGradeText
getDescriptiveGradeTextCategories getDescriptiveTextGrades getDescriptiveTextGradeSkills getPointGrades
getPointGradeAverages getPointGradeCategories getPointGradeComments getTextGrades
getAttendances getAttendanceTypes
getTimetables getTimetableEntry getCalendars getClassFreeDays getClassFreeDayTypes getSchoolFreeDays
getTeacherFreeDays getSubstitution getVirtualClasses
listLessons getLesson listPlannedLessons getPlannedLesson getPlannedLessonAttachment
listRealizations getRealization
getLuckyNumber getNotificationCenter getPushConfigurations
listJustifications getJustification listParentTeacherConferences getSystemData
listAuthPhotos getAuthPhoto getAuthUserInfo getAuthTokenInfo getAuthClassroom
listMessages getMessage getUnreadMessages listMessagesForUser listMessageReceiverGroups
getMessageReceiverGroup getMessageAttachment
listSchoolNotices getSchoolNotice listNotes getNote listNoteCategories
getSchool getSchoolById getClass getClassroom listSubjects getSubject listUsers getUser
getHomeWorks getHomeworkAssignments getHomeworkAssignmentAttachment getHomeworkCategories
"""
COMPLETE = _LISTED.split()

CONFIRMED = {"listWiadomosciMessages", "getWiadomosciMessage", "getWiadomosciUnreadMessagesCount"}

# Where our names for reads and the document's differ: two reads of one path are one operation.
SHARED = {"getTimetableWeek": "getTimetables", "getTimetableDay": "getTimetables"}


DOCUMENTS = get_args(DocumentBackend)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return generate_openapi_document()


def asked(item: dict[str, Any]) -> dict[str, Any]:
    """The one operation of a path."""
    (operation,) = (item[method] for method in ("get", "post") if method in item)
    assert isinstance(operation, dict)
    return operation


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {asked(path)["operationId"]: asked(path) for path in document["paths"].values()}
    assert len(found) == len(document["paths"])
    return found


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://api.librus.pl/3.0"}]
    assert document["info"]["version"] == __version__
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"


def test_names_and_server_can_be_given() -> None:
    made = generate_openapi_document(title="Ours", version="7", server_url="http://127.0.0.1:8123/3.0")
    assert (made["info"]["title"], made["info"]["version"]) == ("Ours", "7")
    assert made["servers"] == [{"url": "http://127.0.0.1:8123/3.0"}]


def reads_of(backend: str) -> list[Operation]:
    """What is declared for a back end, and is a read of a child's data."""
    reads = [one for one in catalogue() if not isinstance(one.get, Send) and one.family != "changes"]
    if backend == "wiadomosci":
        return [one for one in reads if one.operation_id in CONFIRMED]
    places = {"school", "kindergarten"}
    return [one for one in reads if one.get.place in places and backend in one.get.backends]


@pytest.mark.parametrize("backend", DOCUMENTS)
def test_every_declared_operation_is_in_it(backend: DocumentBackend) -> None:
    document = generate_openapi_document(backend=backend)
    found = operations(document)
    declared = reads_of(backend)
    assert declared
    assert set(found) == {
        SHARED.get(operation.operation_id, operation.operation_id) for operation in declared
    }
    for operation in declared:
        entry = asked(document["paths"][f"/{operation.path}"])
        assert entry["tags"] == [operation.tag]
        assert {tag["name"] for tag in document["tags"]} >= {operation.tag}
        names = {(parameter["in"], parameter["name"]) for parameter in entry.get("parameters", ())}
        assert names >= {("query", name) for name in operation.query}
        assert entry["summary"]
        assert entry["description"]
        assert "Raises" not in entry["description"]
        assert list(entry["responses"]) == ["200"]


def test_it_is_complete(document: dict[str, Any]) -> None:
    assert len(COMPLETE) == 77
    assert set(operations(document)) == set(COMPLETE)


def test_parameters(document: dict[str, Any]) -> None:
    found = operations(document)
    the_id = {"type": ["string", "integer"]}
    assert found["getTimetableEntry"]["parameters"] == [
        {"name": "entryId", "in": "path", "required": True, "schema": the_id}
    ]
    assert found["getGradeAverages"]["parameters"] == [
        {"name": "subject", "in": "query", "required": False, "schema": the_id}
    ]
    day = {"type": "string", "format": "date"}
    assert sorted(found["getTimetables"]["parameters"], key=str) == [
        {"name": "day", "in": "query", "required": False, "schema": day},
        {"name": "weekStart", "in": "query", "required": False, "schema": day},
    ]


def json_answer(document: dict[str, Any], operation_id: str) -> dict[str, Any]:
    content = operations(document)[operation_id]["responses"]["200"]["content"]
    schema: dict[str, Any] = content["application/json"]["schema"]
    return schema


def test_averages_may_be_a_status(document: dict[str, Any]) -> None:
    envelope, status = json_answer(document, "getGradeAverages")["anyOf"]
    assert envelope["required"] == ["Averages"]
    assert status == {"$ref": "#/components/schemas/StatusAnswer"}
    assert "anyOf" not in json_answer(document, "getGrades")


def open_objects(schema: Any, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Every schema in the document that lists properties."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield path, schema
        for key, value in schema.items():
            yield from open_objects(value, f"{path}.{key}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from open_objects(value, f"{path}[{number}]")


@pytest.mark.parametrize("backend", DOCUMENTS)
def test_unknown_fields_are_allowed_everywhere(backend: DocumentBackend) -> None:
    document = generate_openapi_document(backend=backend)
    found = dict(open_objects(document))
    assert len(found) > len(document["paths"])
    for path, schema in found.items():
        assert schema.get("additionalProperties", True) is True, path
    for name, schema in document["components"]["schemas"].items():
        assert schema["additionalProperties"] is True, name


def test_models_are_described_as_they_are_sent(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    grade = schemas["Grade"]
    needed = {field.encode_name for field in msgspec.structs.fields(Grade) if field.required}
    assert set(grade["required"]) == needed
    assert "Improvement" not in needed
    assert {"type": "null"} in grade["properties"]["Improvement"]["anyOf"]
    # The words of the docstring, with Librus's names.
    assert grade["properties"]["Semester"]["description"] == "1 or 2."
    assert "`IsConstituent`" in grade["description"]
    assert "default" not in json.dumps(schemas["GradeCategory"])
    # Two fields of a lesson are the timetable's, not Librus's.
    assert {"day", "slot"} <= {field.name for field in msgspec.structs.fields(TimetableLesson)}
    assert not [name for name in schemas["TimetableLesson"]["properties"] if name.startswith("@")]


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    )


def test_the_schema_of_a_grade_accepts_and_refuses(document: dict[str, Any]) -> None:
    judge, reader = validator(document, "Grade"), decoder(Grade)
    row = grade_row()
    assert judge.is_valid(row)
    change: dict[str, Any]
    for change in ({"Id": "text"}, {"Comments": None}, {"Comments": [{"Id": 1}, 2]}, {"New": {"a": 1}}):
        assert judge.is_valid(row | change)
        reader.decode(json.dumps(row | change))
    for change in ({"Id": None}, {"Date": "yesterday"}, {"Lesson": None}, {"Comments": {}}, {"AddDate": ""}):
        assert not judge.is_valid(row | change), change
        with pytest.raises(msgspec.ValidationError):
            reader.decode(json.dumps(row | change))
    del row["Student"]
    assert not judge.is_valid(row)


SENT: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        7,
        -3,
        4.5,
        "",
        " ",
        "0",
        "1",
        "7",
        "true",
        "4,50",
        "-",
        "tekst",
        "08:05",
        "24:61",
    ),
    *("2026-09-14", "0000-00-00", "2026-09-14 08:05:00", "2026-09-14T08:05", "2026-09-14 08:05:00.5"),
    *([], ["a"], [1], [""], [None], [{"Id": 1}], [{"Id": "1", "Url": None}], [{}], {}, {"Id": 1}),
]


@pytest.mark.parametrize("marker", SCHEMAS, ids=lambda marker: marker.__name__)
def test_what_a_schema_allows_is_read(marker: Any) -> None:
    _, schemas = components(RECORDS)
    judge = Draft202012Validator({**wire_schema(marker), "components": {"schemas": schemas}})
    allowed = [value for value in SENT if judge.is_valid(value)]
    assert 0 < len(allowed) < len(SENT)
    for value in allowed:
        dec_hook(marker, value)


EXEMPLARY = [marker for marker in SCHEMAS if "examples" in wire_schema(marker)]


@pytest.mark.parametrize("marker", EXEMPLARY, ids=lambda marker: marker.__name__)
def test_examples_are_allowed_and_read(marker: Any) -> None:
    schema = wire_schema(marker)
    assert schema["examples"]
    for example in schema["examples"]:
        assert Draft202012Validator(schema).is_valid(example)
        assert dec_hook(marker, example) is not None


def test_days_and_times_have_examples() -> None:
    timely = {
        marker for marker in SCHEMAS if any(word in marker.__name__ for word in ("Date", "Time", "Epoch"))
    }
    assert len(timely) > 4
    assert timely <= set(EXEMPLARY)


def test_an_unknown_field_type_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        wire_schema(object)


def test_docstrings_become_text() -> None:
    doc = "Read a :class:`~a.Thing`.\n\nIt is ``old``\nor new.\n\nRaises:\n    ValueError: no.\n"
    assert summary(doc) == "Read a `a.Thing`"
    assert prose(doc) == "Read a `a.Thing`.\n\nIt is `old` or new."
    assert attributes(Grade)["semester"] == "1 or 2."
    assert attributes(object) == {}


# --- the other back ends ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gateway() -> dict[str, Any]:
    return generate_openapi_document(backend=GATEWAY_API_20)


COOKIE = {"type": "apiKey", "in": "header", "name": "Cookie"}


@pytest.mark.parametrize(
    ("backend", "server"),
    [
        ("gateway_api_20", "https://synergia.librus.pl/gateway/api/2.0"),
        ("wiadomosci", "https://wiadomosci.librus.pl/api"),
    ],
)
def test_they_are_asked_with_cookies(backend: DocumentBackend, server: str) -> None:
    document = generate_openapi_document(backend=backend)
    validate(document)
    assert document["servers"] == [{"url": server}]
    assert document["security"] == [{"cookieAuth": []}]
    scheme = document["components"]["securitySchemes"]["cookieAuth"]
    assert {key: scheme[key] for key in COOKIE} == COOKIE
    assert document["info"]["title"] != generate_openapi_document()["info"]["title"]
    here = generate_openapi_document(backend=backend, server_url="http://127.0.0.1:8123/x", title="Ours")
    assert here["servers"] == [{"url": "http://127.0.0.1:8123/x"}]
    assert here["info"]["title"] == "Ours"


def test_the_gateway_has_nearly_all_of_it_and_more(gateway: dict[str, Any]) -> None:
    found = set(operations(gateway))
    assert set(COMPLETE) - found == {"getNotificationCenter"}
    assert found - set(COMPLETE) == {
        operation.operation_id
        for operation in catalogue()
        # A page of the website is no part of the API.
        if operation.family == "extras" and operation.get.place != "website"
    }


def test_of_messages_only_what_is_confirmed() -> None:
    document = generate_openapi_document(backend="wiadomosci")
    assert {path: asked(item)["operationId"] for path, item in document["paths"].items()} == {
        "/inbox/messages": "listWiadomosciMessages",
        "/inbox/messages/{messageId}": "getWiadomosciMessage",
        "/inbox/unreadMessagesCount": "getWiadomosciUnreadMessagesCount",
    }


def test_what_kindergartens_have_lies_elsewhere(gateway: dict[str, Any]) -> None:
    elsewhere = {path for path, item in gateway["paths"].items() if "servers" in item}
    assert elsewhere == {
        "/activities-types",
        "/groups/{groupId}",
        "/timetable/kindergarteners/{kindergartenerId}",
    }
    for path in elsewhere:
        url = "https://synergia.librus.pl/gateway/ms/kindergartens"
        assert gateway["paths"][path]["servers"] == [{"url": url}]


def test_a_read_with_a_body_is_a_post(document: dict[str, Any], gateway: dict[str, Any]) -> None:
    posts = [item["post"] for item in gateway["paths"].values() if "post" in item]
    assert [post["operationId"] for post in posts] == ["getPartialDescriptiveGrades"]
    sent = posts[0]["requestBody"]
    assert sent["required"] is True
    assert sent["content"]["application/json"]["example"] == {}
    assert all(list(item) == ["get"] for item in document["paths"].values())


def test_shapes_that_differ_are_described_as_they_are_there(gateway: dict[str, Any]) -> None:
    assert json_answer(gateway, "listJustifications")["required"] == ["data"]
    schemas = gateway["components"]["schemas"]
    row = schemas["GatewayJustification"]
    assert row["required"] == ["id"]
    assert {"messageFromParent", "postDate", "notifiedTeachers"} <= set(row["properties"])
    assert row["properties"]["dateFrom"]["description"].startswith("The first day of the absence; `dateTo`")
    wrapped, bare = json_answer(gateway, "getAuthUserInfo")["anyOf"]
    assert wrapped["required"] == ["UserInfo"]
    assert "allOf" in bare


def test_a_document_has_the_schemas_it_uses(document: dict[str, Any], gateway: dict[str, Any]) -> None:
    for one in (document, gateway):
        text = json.dumps(one)
        for name in one["components"]["schemas"]:
            assert f'"#/components/schemas/{name}"' in text
    only_there = set(gateway["components"]["schemas"]) - set(document["components"]["schemas"])
    assert {"Unit", "PartialDescriptiveGrade", "JustifiedLesson"} <= only_there
    only_here = set(document["components"]["schemas"]) - set(gateway["components"]["schemas"])
    assert only_here == {"Justification"}


def test_the_list_of_changes_is_no_read_of_data() -> None:
    assert [one.get.backends for one in catalogue() if one.family == "changes"] == [{API_V3}] * 2
    assert not [name for name in operations(generate_openapi_document()) if "Changes" in name]


def test_there_are_no_other_documents() -> None:
    other: Any = "bff"
    with pytest.raises(LibrusConfigurationError, match=r"api_v3, gateway_api_20, wiadomosci\.$"):
        generate_openapi_document(backend=other)


# --- the committed document -------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", FILES)
def test_the_committed_document_is_current(backend: DocumentBackend) -> None:
    committed = json.loads((ROOT / FILES[backend]).read_text(encoding="utf-8"))
    assert committed == generate_openapi_document(backend=backend), "run `make docs`"


def test_the_tool_knows_every_document() -> None:
    assert tuple(FILES) == DOCUMENTS
    assert generate_openapi_document(backend="api_v3") == generate_openapi_document()


def test_the_tool_agrees() -> None:
    run = subprocess.run(
        [sys.executable, "tools/openapi.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
