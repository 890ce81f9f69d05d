"""One record of every answer: what it may miss, what it may hold beside, and what a wrong field comes to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect as wire

from librus_sdk.errors import LibrusResponseValidationError
from librus_sdk.models import AuthPhoto, Download, DownloadDescriptor, Ref
from tests.bad_input.answers import ANSWERS, Answer, Outcome, read
from tests.bad_input.strategies import (
    JSON,
    MISSING,
    Site,
    changed,
    changes,
    example,
    kind_info,
    kind_of,
    sites,
    spread,
)

FEW = settings(max_examples=12)
SOME = settings(max_examples=15)
EXTRA = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "Status"), JSON, min_size=1, max_size=3
)
WITH_FIELDS = [name for name, answer in ANSWERS.items() if isinstance(answer.info, wire.StructType)]
every_answer = pytest.mark.parametrize("name", ANSWERS)
every_record = pytest.mark.parametrize("name", WITH_FIELDS)


def good(answer: Answer, number: int) -> Any:
    """A record in which nothing is wrong."""
    if answer.holds_many:
        return example(answer.info, number)
    return kind_of(answer.info).example


def between(answer: Answer, record: Any) -> list[Any]:
    """The record among good ones where there can be several; else alone."""
    return [good(answer, 1), record, good(answer, 3)] if answer.holds_many else [record]


def looked_at(record: Any) -> None:
    """Read everything a record offers: what was decoded must not fail later."""
    for kind in type(record).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, property):
                getattr(record, name)
    repr(record)
    if isinstance(record, msgspec.Struct):
        for name in record.__struct_fields__:
            value = getattr(record, name)
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, msgspec.Struct):
                    looked_at(inner)


def read_whole(answer: Answer, records: list[Any], /, **beside: Any) -> tuple[Any, ...]:
    """Read records in which nothing is odd."""
    outcome = read(answer.decode, answer.body(records, **beside), strict=True)
    assert outcome.error is None, outcome.issues
    return answer.records(outcome.value)


# --- what fits --------------------------------------------------------------------------------------------


@every_answer
@FEW
@given(data=st.data())
def test_a_valid_record_is_read_whatever_stands_beside_it(name: str, data: st.DataObject) -> None:
    answer = ANSWERS[name]
    valid = kind_of(answer.info).valid
    if answer.frame == "root":
        valid = valid.filter(lambda record: isinstance(record, dict))
    sent = data.draw(
        st.lists(valid, min_size=2, max_size=2) if answer.holds_many else valid.map(lambda r: [r])
    )
    found = read_whole(answer, sent)
    assert len(found) == len(sent)
    for record in found:
        looked_at(record)
    extra = data.draw(EXTRA)
    beside = {key: value for key, value in extra.items() if key != answer.wrapper}
    more = [spread(record, answer.info, extra) for record in sent]
    assert read_whole(answer, more, **({} if answer.wrapper is None else beside)) == found


@every_record
def test_what_is_optional_may_be_missing_or_null(name: str) -> None:
    answer = ANSWERS[name]
    plain = good(answer, 2)
    optional = [site for site in sites(answer.info) if not site.required]
    without = [changed(plain, site, MISSING) for site in optional]
    null = [changed(plain, site, None) for site in optional]
    for left_out, nothing in (
        [(without, null)]
        if answer.holds_many
        else zip(([record] for record in without), ([record] for record in null), strict=True)
    ):
        assert read_whole(answer, left_out) == read_whole(answer, nothing)


@every_record
def test_the_required_fields_are_enough(name: str) -> None:
    answer = ANSWERS[name]
    least = good(answer, 2)
    # The innermost first: the way there must not be gone.
    for site in reversed([site for site in sites(answer.info) if not site.required]):
        least = changed(least, site, MISSING)
    (record,) = read_whole(answer, [least])
    looked_at(record)


# --- what does not ----------------------------------------------------------------------------------------


def wanted(answer: Answer, site: Site) -> bool:
    """Whether the place is the record's: in place of a lone row stands a list, or what is no row at all."""
    return answer.frame != "lone row" or bool(site.names)


def issue_fits(issue: str, path: str, reason: str | None) -> bool:
    found, _, why = issue.partition(": ")
    return found == path and bool(why) and (reason is None or why == reason)


@every_answer
def test_each_field_in_turn_is_odd(name: str) -> None:
    """Each of a type it does not read, null, or missing: told with its exact place, or read after all."""
    answer = ANSWERS[name]
    cases = [case for case in changes(answer.info, null=not answer.nullable) if wanted(answer, case.site)]
    if answer.may_be_listed:
        cases = [case for case in cases if case.site.names or not isinstance(case.value, list)]
    plain = good(answer, 2)
    odd = [changed(plain, case.site, case.value) for case in cases]
    if answer.holds_many:
        all_of_them = [good(answer, 1), *odd, good(answer, 3)]
        outcome = read(answer.decode, answer.body(all_of_them))
        expected = [(at, case) for at, case in enumerate(cases, 1) if case.path is not None]
        read_nevertheless = [record for record, case in zip(odd, cases, strict=True) if case.path is None]
        fitting = read_whole(answer, [good(answer, 1), *read_nevertheless, good(answer, 3)])
        assert answer.records(outcome.value) == fitting
        assert [row.path for row in answer.rejected(outcome.value)] == [
            answer.path(at) + str(case.path) for at, case in expected
        ]
        for issue, (at, case) in zip(outcome.issues, expected, strict=True):
            assert issue_fits(issue, f"{answer.path(at)}{case.path}", case.reason), (issue, case.name)
        strict = read(answer.decode, answer.body(all_of_them), strict=True)
        assert isinstance(strict.error, LibrusResponseValidationError)
        assert strict.issues == outcome.issues[:3]
        return
    for record, case in zip(odd, cases, strict=True):
        outcome = read(answer.decode, answer.body([record]))
        if case.path is None:
            assert outcome.error is None, (case.name, outcome.issues)
            assert not outcome.issues, case.name
            continue
        (issue,) = outcome.issues
        assert issue_fits(issue, answer.path(0) + case.path, case.reason), (issue, case.name)
        assert isinstance(outcome.error, LibrusResponseValidationError) is not answer.sets_aside


def names(path: str, place: str) -> bool:
    """Whether a path leads to a place or into it."""
    return path == place or path.startswith((f"{place}.", f"{place}["))


@every_answer
@SOME
@given(data=st.data())
def test_any_json_in_a_field_is_read_or_told(name: str, data: st.DataObject) -> None:
    answer = ANSWERS[name]
    places = [Site((), kind_of(answer.info), required=True), *sites(answer.info)]
    site = data.draw(st.sampled_from([place for place in places if wanted(answer, place)]))
    value = data.draw(JSON.filter(lambda value: value is not None) if answer.nullable else JSON)
    sent = between(answer, changed(good(answer, 2), site, value))
    body = answer.body(sent)
    outcome = read(answer.decode, body)
    index = 1 if answer.holds_many else 0
    place = answer.path(index) + site.path
    if outcome.issues:
        (issue,) = outcome.issues
        path, _, reason = issue.partition(": ")
        assert names(path, place), issue
        assert reason
        kept = sent[:index] + sent[index + 1 :]
    else:
        assert outcome.error is None
        kept = sent
    assert isinstance(outcome.error, LibrusResponseValidationError) == bool(
        outcome.issues and not answer.sets_aside
    )
    strict = read(answer.decode, body, strict=True)
    assert strict.issues == outcome.issues
    assert isinstance(strict.error, LibrusResponseValidationError) == bool(outcome.issues)
    if outcome.error is None:
        check_kept(answer, outcome, kept)


def check_kept(answer: Answer, outcome: Outcome, kept: list[Any]) -> None:
    """What fits is there, in its order, as if nothing else had been sent."""
    found = answer.records(outcome.value)
    for record in found:
        looked_at(record)
    if answer.holds_many:
        assert found == read_whole(answer, kept)
        assert len(found) == len(kept)
    elif answer.sets_aside:
        assert len(found) == len(kept)


# --- what is shown of a record, and parts that are read later ----------------------------------------------


def private_models() -> list[type[msgspec.Struct]]:
    """The models with a repr of their own; but for pointers it shows only some of their fields."""
    found: dict[type[msgspec.Struct], None] = {}
    for answer in ANSWERS.values():
        if isinstance(answer.info, wire.StructType):
            found[answer.info.cls] = None
            for field in answer.info.fields:
                for each in getattr(field.type, "types", (field.type,)):
                    if isinstance(each, wire.StructType):
                        found[each.cls] = None
    return [kind for kind in found if "__rich_repr__" in vars(kind)]


def test_the_models_that_hide_their_values() -> None:
    private = {kind.__name__ for kind in private_models()}
    assert private >= {"AuthPhoto", "AuthUserInfo", "ChildAccount", "Message", "PortalMe"}


@pytest.mark.parametrize("kind", private_models())
def test_a_private_record_shows_only_what_it_says(kind: type[msgspec.Struct]) -> None:
    record = kind(**{name: f"<value of {name}>" for name in kind.__struct_fields__})
    said = dict(record.__rich_repr__())
    shown = {name for name in kind.__struct_fields__ if f"<value of {name}>" in repr(record)}
    assert shown == {name for name in kind.__struct_fields__ if f"<value of {name}>" in said.values()}
    assert kind is Ref or len(shown) < len(kind.__struct_fields__)


@given(content=JSON, file_name=JSON)
def test_a_photo_is_a_picture_or_says_that_it_is_none(content: Any, file_name: Any) -> None:
    try:
        photo = msgspec.convert(
            {"content": content if isinstance(content, str) else None, "file_name": file_name}, AuthPhoto
        )
    except msgspec.ValidationError:
        return
    try:
        assert photo.image()[0]
    except LibrusResponseValidationError as error:
        assert error.__context__ is None  # noqa: PT017


DESCRIPTOR = kind_info(DownloadDescriptor)


@given(sent=st.one_of(JSON, kind_of(DESCRIPTOR).valid), cut=st.integers(0, 3))
def test_a_note_in_place_of_a_file_is_read_or_is_none(sent: Any, cut: int) -> None:
    content = msgspec.json.encode(sent)
    note = Download(content=content[: len(content) - cut], content_type="application/json").descriptor()
    assert note is None or isinstance(note, DownloadDescriptor)
