"""What only a login issued by the school can read: what is asked for, where, and what it decodes to."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from typing import Any, cast

import pytest

from librus_sdk.core.http import query_items
from librus_sdk.endpoints import Extras, Get, Place, Send, catalogue
from librus_sdk.errors import LibrusConfigurationError, LibrusResponseValidationError
from librus_sdk.models import ExtraActivity, GradingSystem, KindergartenGroup, Rows
from librus_sdk.settings import GATEWAY_API_20

FAMILY = cast("Extras[Any]", object())
"""On the class a declaration is a function that asks nothing of the instance."""

DAYS = (("dateFrom", "2026-09-14"), ("dateTo", "2026-09-18"))
MONDAY, FRIDAY = date(2026, 9, 14), "2026-09-18"
DECLARED: list[tuple[Get[Any], str, tuple[tuple[str, str], ...], Place]] = [
    (Extras.grading_system(FAMILY), "GradingSystem", (), "school"),
    (Extras.units(FAMILY), "Units", (), "school"),
    (
        Extras.extra_activities(FAMILY, MONDAY, FRIDAY),
        "Timetables/OtherActivitiesRegister",
        (*DAYS, ("hideOutdatedEntries", "false")),
        "school",
    ),
    (Extras.school_trips(FAMILY), "SchoolTrips", (), "school"),
    (Extras.school_files(FAMILY), "SchoolFiles", (), "school"),
    (Extras.library_lendings(FAMILY), "EbiblioLendings", (), "school"),
    (Extras.school_file(FAMILY, 5), "pliki_szkoly/pobierz/5", (), "website"),
    (Extras.homework_file(FAMILY, "6"), "homework/downloadFile/6", (), "website"),
    (
        Extras.kindergarten_timetable(FAMILY, "LID-7", MONDAY, FRIDAY),
        "timetable/kindergarteners/LID-7",
        DAYS,
        "kindergarten",
    ),
    (Extras.kindergarten_activity_types(FAMILY), "activities-types", (), "kindergarten"),
    (Extras.kindergarten_group(FAMILY, "LID-9"), "groups/LID-9", (), "kindergarten"),
]


@pytest.mark.parametrize(("get", "path", "query", "place"), DECLARED, ids=lambda value: str(value)[:40])
def test_what_is_asked(get: Get[Any], path: str, query: tuple[tuple[str, str], ...], place: Place) -> None:
    assert (get.path, query_items(get.query), get.place, get.body) == (path, query, place, None)


def test_partial_grades_are_read_by_a_post_that_changes_nothing() -> None:
    get = Extras.partial_descriptive_grades(FAMILY, "LID-7")
    assert (get.path, get.body) == ("Auth/DescriptiveGradingSystem/PartialGrades/Student/LID-7", {})
    assert not isinstance(get, Send)


def test_all_of_it_exists_on_the_gateway_only() -> None:
    found = [operation for operation in catalogue() if operation.family == "extras"]
    assert len(found) == len(DECLARED) + 1
    assert all(operation.get.backends == {GATEWAY_API_20} for operation in found)


AWKWARD = {"a/b": "a%2Fb", "../x": "..%2Fx", "ż 1?x=1#y": "%C5%BC%201%3Fx%3D1%23y", "%2F": "%252F"}
NO_IDS = ("", " ", ".", "..", None, True, 1.5, b"1", "\ud800", "x" * 1_001)


@pytest.mark.parametrize(
    "name", ["partial_descriptive_grades", "kindergarten_group", "school_file", "homework_file"]
)
def test_ids_are_one_segment(name: str) -> None:
    declared = getattr(Extras, name)
    for given, sent in AWKWARD.items():
        assert declared(FAMILY, given).path.rpartition("/")[2] == sent
    for odd in NO_IDS:
        with pytest.raises(LibrusConfigurationError, match=r"^(student|group|file)_id must be an id"):
            declared(FAMILY, odd)


def test_the_kindergarteners_id_is_one_segment() -> None:
    for given, sent in AWKWARD.items():
        path = Extras.kindergarten_timetable(FAMILY, given, MONDAY, FRIDAY).path
        assert path == f"timetable/kindergarteners/{sent}"
    for odd in NO_IDS:
        with pytest.raises(LibrusConfigurationError, match="kindergartener_id must be an id"):
            Extras.kindergarten_timetable(FAMILY, cast("str", odd), MONDAY, FRIDAY)


@pytest.mark.parametrize("bad", ["2026-9-14", "", None, 20260914])
def test_an_unreadable_day_is_refused(bad: Any) -> None:
    with pytest.raises(LibrusConfigurationError, match="date_from must be a day"):
        Extras.extra_activities(FAMILY, bad, FRIDAY)
    with pytest.raises(LibrusConfigurationError, match="date_to must be a day"):
        Extras.kindergarten_timetable(FAMILY, "LID-7", MONDAY, bad)


def read(get: Get[Any], sent: Any) -> Any:
    return get.decode(json.dumps(sent).encode(), "Some/Endpoint", True)


def test_the_grading_system() -> None:
    get = Extras.grading_system(FAMILY)
    wanted = GradingSystem(plus_value=Decimal("0.5"), minus_value=Decimal("0.25"), count_zero=False)
    assert read(get, {"plusValue": 0.5, "minusValue": 0.25, "countZero": False}) == wanted
    assert read(get, {"plusValue": "0,5", "minusValue": "0.25", "countZero": "0"}) == wanted
    assert read(get, {}) == GradingSystem()


WRAPPED = [
    (Extras.units(FAMILY), "Units"),
    (Extras.partial_descriptive_grades(FAMILY, 1), "data"),
    (Extras.extra_activities(FAMILY, MONDAY, FRIDAY), "data"),
    (Extras.school_trips(FAMILY), "Data"),
    (Extras.school_files(FAMILY), "Data"),
    (Extras.library_lendings(FAMILY), "lendings"),
    (Extras.kindergarten_timetable(FAMILY, 1, MONDAY, FRIDAY), "timetableEntries"),
    (Extras.kindergarten_activity_types(FAMILY), "activitiesTypes"),
]


@pytest.mark.parametrize(("get", "wrapper"), WRAPPED, ids=lambda value: str(value)[:20])
def test_lists_stand_under_their_names(get: Get[Any], wrapper: str) -> None:
    assert read(get, {wrapper: []}) == Rows([])
    assert len(read(get, {wrapper: [{}, {}], "pagination": {"page": 1}})) == 2
    with pytest.raises(LibrusResponseValidationError):
        read(get, {wrapper.swapcase(): []})


def test_a_group_and_an_activity() -> None:
    group = read(
        Extras.kindergarten_group(FAMILY, 1), {"name": "Biedronki", "tutors": [{"name": "Ola"}, "L-1"]}
    )
    assert group == KindergartenGroup(name="Biedronki", tutors=("Ola", "L-1"))
    row = {"date": "2026-09-14", "startTime": "15:30", "classroom": {"symbol": "12"}, "status": "CANCELLED"}
    (found,) = read(Extras.extra_activities(FAMILY, MONDAY, FRIDAY), {"data": [row]})
    assert isinstance(found, ExtraActivity)
    assert (found.date, found.start_time, found.is_cancelled) == (MONDAY, time(15, 30), True)
    assert found.classroom is not None
    assert found.classroom.symbol == "12"
