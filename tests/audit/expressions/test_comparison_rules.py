"""The comparison rules exist twice; whatever the expressions decide is exactly what Python says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

import pyarrow as pa
import pytest
from audit_rules import codes, put, said_by_expressions
from audit_values import FORMS, ZONES, form, pairs
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.audit.engines.table import Engine, Needs, start_engine
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.cells import decode_cell, encode_cell
from qa_sync.audit.expressions.columns import Cell
from qa_sync.audit.expressions.match_keys import KeySide
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats, compare_values
from qa_sync.audit.expressions.typed_columns import typed_cell
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.values.conversions.numbers import in_single_precision
from qa_sync.values.form import Form, Json


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    started = start_engine("duckdb", Needs("500MB", tmp_path_factory.mktemp("scratch")))
    yield started
    started.close()


@settings(max_examples=many(6), deadline=None)
@given(
    st.sampled_from(FORMS), st.sampled_from(FORMS), st.sampled_from(ZONES), st.lists(pairs(), min_size=30, max_size=60)
)
def test_what_expressions_decide_is_what_python_says(
    engine: Engine, source: Form, target: Form, zone: Any, wires: list[tuple[Json, Json]]
) -> None:
    forms = PropertyFormats(source, target, zone)
    _agree(engine, forms, wires)


@settings(max_examples=many(7), deadline=None)
@given(st.sampled_from(FORMS), st.lists(pairs(), min_size=40, max_size=80))
def test_within_one_form_too(engine: Engine, of: Form, wires: list[tuple[Json, Json]]) -> None:
    _agree(engine, PropertyFormats(of, of, ZONES[1]), wires)


def _agree(engine: Engine, forms: PropertyFormats, wires: list[tuple[Json, Json]]) -> None:
    for (one, other), code in zip(wires, said_by_expressions(engine, wires, forms), strict=True):
        if code is not OutcomeCode.ASK:
            assert code is compare_values(one, other, forms).code, (one, other, forms)


@pytest.mark.parametrize(
    ("source", "target", "one", "other", "code"),
    [
        (form("text"), form("text"), "Åse", "Åse", OutcomeCode.SAME),
        (form("text"), form("text"), "Åse", None, OutcomeCode.MISSING),
        (form("text"), form("text"), None, "Åse", OutcomeCode.FILLED),
        (form("text"), form("text"), None, "", OutcomeCode.EMPTY),
        (form("email"), form("email"), "A@b.test", "a@B.test", OutcomeCode.SAME),
        (form("phone"), form("phone"), "+47 400 00 001", "+4740000001", OutcomeCode.SAME),
        (form("decimal", "number", places=2), form("decimal", places=2), 15.0, "15.00", OutcomeCode.SAME),
        (form("decimal", "number", places=2), form("decimal", places=2), 15.0, "16.00", OutcomeCode.VALUE),
        (form("integer", "integer"), form("decimal", "number"), 5, 5.0, OutcomeCode.SAME),
        (form("boolean", "boolean"), form("boolean", "boolean"), True, False, OutcomeCode.VALUE),
        (
            form("instant", style="ms_z"),
            form("instant", style="naive_utc"),
            "2024-11-13T09:00:00.123Z",
            "2024-11-13T09:00:00",
            OutcomeCode.SAME,
        ),
        (form("instant", style="z"), form("date"), "2024-11-13T09:00:00Z", "2024-11-13", OutcomeCode.SAME),
        (form("country", style="iso2"), form("country", style="name"), "NO", "Norge", OutcomeCode.SAME),
        (
            form("choice", values={"publish": True, "draft": False}),
            form("boolean", "boolean"),
            "publish",
            True,
            OutcomeCode.SAME,
        ),
        (form("reference"), form("reference", "integer"), "17", 17, OutcomeCode.SAME),
    ],
)
def test_everyday_values_are_decided_without_python(  # noqa: PLR0917
    engine: Engine, source: Form, target: Form, one: Json, other: Json, code: OutcomeCode
) -> None:
    assert said_by_expressions(engine, [(one, other)], PropertyFormats(source, target, ZONES[1])) == [code]


@settings(max_examples=many(4), deadline=None)
@given(st.sampled_from(FORMS), st.sampled_from(FORMS), st.lists(pairs(), min_size=30, max_size=60))
def test_keys_by_expressions_are_pythons(
    engine: Engine, source: Form, target: Form, wires: list[tuple[Json, Json]]
) -> None:
    forms = PropertyFormats(source, target, ZONES[0])
    table = put(engine, wires)
    side = KeySide(table, Cell(table.ak, table.at), source, forms)
    rows = table.select("n", key=side.text, hard=side.needs_python).order_by("n")
    for row in (r for batch in engine.batches(rows) for r in batch.to_pylist()):
        keys = keys_of(wires[row["n"]][0], source, forms)
        assert keys == (row["key"],) if row["key"] is not None else row["hard"] or keys == ()


TYPED = [
    (pa.string(), st.none() | st.text(max_size=5).filter(lambda text: "\x00" not in text)),
    (pa.float64(), st.none() | st.floats() | st.integers(-(10**6), 10**6).map(lambda n: n / 100)),
    (pa.float32(), st.none() | st.floats(width=32) | st.integers(-(10**6), 10**6).map(lambda n: n / 4)),
    (pa.int64(), st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(-100, 100)),
    (pa.bool_(), st.none() | st.booleans()),
    (pa.date32(), st.none() | st.dates()),
]


SINGLES = (
    *(form("decimal", "number", bits=32), form("decimal", "number", bits=32, places=2)),
    form("integer", "integer", bits=32),
)


def short(value: float | None) -> Any:
    return value if value is None or not isfinite(value) else in_single_precision(Decimal(repr(value)))


@settings(max_examples=many(6), deadline=None)
@given(st.sampled_from(TYPED), st.sampled_from(TYPED), st.data())
def test_typed_columns_are_judged_as_their_values(engine: Engine, left: Any, right: Any, data: st.DataObject) -> None:
    kinds = (left[0], right[0])
    rows = data.draw(st.lists(st.tuples(left[1], right[1]), min_size=30, max_size=60))
    rows += [(one, one) for one, _ in rows] if left[0] == right[0] else []
    of = [data.draw(st.sampled_from([*FORMS, *SINGLES] if pa.float32() in kinds else FORMS)) for _ in range(2)]
    forms = PropertyFormats(of[0], of[1], ZONES[1])
    columns = {"n": pa.array(range(len(rows)))}
    columns |= {name: pa.array([row[at] for row in rows], (left, right)[at][0]) for at, name in enumerate("ab")}
    table = engine.from_arrow(pa.table(columns))
    for (one, other), code in zip(
        rows, codes(engine, table, CellPair(typed_cell(table.a), typed_cell(table.b), forms)), strict=True
    ):
        if code is not OutcomeCode.ASK:
            wires = [
                decode_cell(*encode_cell(short(value) if kind == pa.float32() else value))
                for value, kind in zip((one, other), kinds, strict=True)
            ]
            assert code is compare_values(wires[0], wires[1], forms).code, (one, other, forms)


def test_cells_give_their_values_back() -> None:
    for wire in ("x", "Å", "\ud800", 5, 1.5, True, False, [1, [None, "x"]], {"a": None}):
        assert decode_cell(*encode_cell(wire)) == wire
