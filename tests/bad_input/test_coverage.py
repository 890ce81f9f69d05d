"""Nothing is left out: each operation, each model and each field type is among what is tested here."""

from __future__ import annotations

import pkgutil
import typing
from importlib import import_module
from typing import Any

import msgspec
import pytest
from msgspec import inspect as wire

from librus_sdk import endpoints, models
from librus_sdk.endpoints import Operation, catalogue
from librus_sdk.models import Change, ChangeList, Download, Rows, Timetable, TimetableLesson
from librus_sdk.models._wire import SCHEMAS
from tests.bad_input.answers import ANSWERS, FILES
from tests.bad_input.strategies import kind_info, kind_of, structs_in

# What no answer is decoded to, and why.
NOT_SENT = {
    "Record": "what the others are made from",
    "InWords": "the same",
    "Rejected": "ours",
    "Download": "ours: bytes, and what the headers say",
    "_Described": "ours, the same",
    "SavedFile": "ours, the same",
    "SynergiaAccounts": "ours: put together from accounts",
    "_Modified": "read with the accounts, and never refused",
    "Correspondent": "what those who write and those who are written to have in common",
    "DownloadDescriptor": "read from a file; has a test of its own among the records",
    "_Linked": "the same, as the messages' website writes it",
    "_Link": "what is in that",
}
# Lists that are more than a list, and what stands in them.
LISTS = {Timetable: TimetableLesson, ChangeList: Change}
FAMILIES = {
    found.family: found
    for found in vars(endpoints).values()
    if isinstance(found, type) and issubclass(found, endpoints.Family) and found.family
}


def defined() -> dict[str, type[msgspec.Struct]]:
    """Every model the package defines."""
    found: dict[str, type[msgspec.Struct]] = {}
    for module in pkgutil.iter_modules(models.__path__, f"{models.__name__}."):
        for thing in vars(import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, msgspec.Struct):
                found[thing.__name__] = thing
    found.pop(msgspec.Struct.__name__, None)
    return found


def test_every_model_is_in_an_answer() -> None:
    reached = {info.cls.__name__ for answer in ANSWERS.values() for info in structs_in(answer.info)}
    assert defined().keys() - NOT_SENT.keys() == reached


@pytest.mark.parametrize("operation", catalogue(), ids=lambda operation: operation.operation_id)
def test_every_operation_is_tested_with_what_it_returns(operation: Operation) -> None:
    declared = getattr(FAMILIES[operation.family], operation.name)
    (returned,) = typing.get_args(typing.get_type_hints(declared)["return"])
    if returned is Download:
        assert operation.operation_id in FILES
        return
    answer = ANSWERS[operation.operation_id]
    if returned is int:
        assert isinstance(answer.info, wire.UnionType)
        return
    origin = typing.get_origin(returned)
    is_list = isinstance(origin, type) and issubclass(origin, Rows)
    (row,) = typing.get_args(returned) if is_list else (returned,)
    assert answer.info.cls is LISTS.get(row, row)
    assert answer.holds_many == (is_list or row in LISTS)
    if operation.get.on_gateway is not None:
        there = ANSWERS[f"{operation.operation_id}, on the gateway"]
        assert issubclass(there.info.cls, answer.info.cls)
        assert there.holds_many == answer.holds_many


@pytest.mark.parametrize("marker", SCHEMAS, ids=lambda marker: marker.__name__)
def test_every_field_type_has_its_values(marker: Any) -> None:
    kind = kind_of(kind_info(marker))
    assert kind.valid is not None
    assert kind.example is not None
