"""Rows, Rejected, Ref, Embedded: immutable, comparable, silent about what they hold."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import msgspec
import pytest

from librus_sdk import models
from librus_sdk.models import Embedded, GradeComment, Ref, Rejected, Rows
from tests.models.samples import MARKER

ROWS = Rows(
    [GradeComment(id="1", text=MARKER), GradeComment(id="2")],
    rejected=[Rejected(path="$.Comments[1]", reason="Expected `object`", raw=MARKER.encode())],
    raw=MARKER.encode(),
)


def test_rows_are_looked_up_by_id() -> None:
    rows = Rows(
        [GradeComment(id="1", text="first"), GradeComment(id="1"), GradeComment(id=None), "no record"]
    )
    for wanted in ("1", 1, Ref(1), Ref("1"), Embedded(id="1")):
        assert rows.by_id(wanted) == GradeComment(id="1", text="first")
    for stranger in ("01", 2, Ref("t1"), Embedded(), None):
        assert rows.by_id(stranger) is None


def test_rows_are_a_sequence() -> None:
    assert isinstance(ROWS, Sequence)
    assert len(ROWS) == 2
    assert ROWS[0].id == "1"
    assert ROWS[-1].id == "2"
    assert [row.id for row in ROWS] == ["1", "2"]
    assert [row.id for row in reversed(ROWS)] == ["2", "1"]
    assert GradeComment(id="2") in ROWS
    assert ROWS.index(GradeComment(id="2")) == 1
    assert ROWS.count(GradeComment(id="3")) == 0


def test_a_slice_is_a_tuple() -> None:
    assert ROWS[1:] == (GradeComment(id="2"),)


def test_rows_cannot_be_changed() -> None:
    for name in ("raw", "rejected", "anything"):
        with pytest.raises(AttributeError):
            setattr(ROWS, name, ())
    with pytest.raises(TypeError):
        ROWS[0] = None  # type: ignore[index]


def test_rows_compare_by_their_records() -> None:
    same = Rows(list(ROWS))
    assert same == ROWS
    assert hash(same) == hash(ROWS)
    assert Rows([]) != ROWS
    assert list(ROWS) != ROWS


def test_the_repr_shows_counts_only() -> None:
    assert repr(ROWS) == "<Rows: 2 rows, 1 rejected>"
    assert repr(Rows(["x"])) == "<Rows: 1 row>"
    assert MARKER not in repr(ROWS.rejected)
    assert MARKER not in str(ROWS.rejected[0].__rich_repr__())
    assert ROWS.rejected[0].raw == ROWS.raw == MARKER.encode()


def test_rows_survive_pickling() -> None:
    twin = pickle.loads(pickle.dumps(ROWS))
    assert twin == ROWS
    assert twin.rejected == ROWS.rejected
    assert twin.raw == ROWS.raw


def test_refs_compare_as_text() -> None:
    assert Ref(5) == Ref("5")
    assert hash(Ref(5)) == hash(Ref("5"))
    assert Ref(5).id == "5"
    assert Ref("t5") != Ref(5)
    assert Ref(5, "a") != Ref(5, "b")
    assert Ref(5) != "5"
    assert repr(Ref(5)) == "Ref(id='5', url=None)"
    assert Ref(5).__rich_repr__() == [("id", "5"), ("url", None)]
    assert pickle.loads(pickle.dumps(Ref(5))) == Ref(5)


@pytest.mark.parametrize(
    ("embedded", "label"),
    [
        (Embedded(name="Matematyka", short="mat"), "Matematyka"),
        (Embedded(first_name="Anna", last_name="Wymyślona"), "Anna Wymyślona"),
        (Embedded(last_name="Sekretariat"), "Sekretariat"),
        (Embedded(symbol="5a"), "5a"),
        (Embedded(short="mat"), "mat"),
        (Embedded(id="5"), None),
    ],
)
def test_embedded_records_have_a_label(embedded: Embedded, label: str | None) -> None:
    assert embedded.label == label


def test_the_public_names_are_sorted_and_there() -> None:
    assert models.__all__ == sorted(models.__all__, key=lambda name: (not name.isupper(), name))
    assert set(models.__all__) == set(models._MODULE_OF)
    for name in models.__all__:
        assert getattr(models, name) is not None
        assert name in dir(models)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = models.Nothing  # type: ignore[attr-defined]


def test_every_model_is_frozen_and_snake_case_and_documented() -> None:
    structs = [
        value
        for value in (getattr(models, name) for name in models.__all__)
        if isinstance(value, type) and issubclass(value, msgspec.Struct)
    ]
    assert len(structs) > 20
    for struct in structs:
        assert struct.__struct_config__.frozen
        assert struct.__doc__
        assert all(field == field.lower() for field in struct.__struct_fields__)
