"""Differences that are described many at once are exactly those that Python finds one by one."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_rules import put
from audit_values import FORMS, HOSTILE, ZONES, form, pairs
from cli_caller import QaSync
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.audit.compare import confirm_differences
from qa_sync.audit.compare.plain_differences import LETTERS, plain_differences
from qa_sync.audit.difference_text import difference_text
from qa_sync.audit.engines.table import Engine, Needs, start_engine
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.columns import Cell
from qa_sync.audit.expressions.comparison_rules import outcome_code
from qa_sync.audit.expressions.outcomes import PropertyFormats, compare_values
from qa_sync.values.form import Form, Json


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    started = start_engine("duckdb", Needs("500MB", tmp_path_factory.mktemp("scratch")))
    yield started
    started.close()


def plain(engine: Engine, wires: Sequence[tuple[Json, Json]], forms: PropertyFormats) -> dict[int, tuple[Any, ...]]:
    """Return what is described many at once, by row."""
    table = put(engine, wires)
    code = outcome_code(CellPair(Cell(table.ak, table.at), Cell(table.bk, table.bt), forms))
    renamed = table.select("n", v0=code, ak0="ak", at0="at", bk0="bk", bt0="bt").order_by("n")
    (batch,) = engine.batches(renamed)
    found = plain_differences(batch, 0, forms)
    if found is None:
        return {}
    columns = (found.rows, found.expected, found.actual, found.detail)
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    return {row: (found.sort, *texts) for row, *texts in rows}


def one_by_one(wires: tuple[Json, Json], forms: PropertyFormats) -> tuple[Any, ...]:
    one, other = wires
    outcome = compare_values(one, other, forms)
    return outcome.code, difference_text(one), difference_text(other), outcome.detail


NUMBERS = st.from_regex(r"-?[0-9]{1,16}([.][0-9]{1,11})?", fullmatch=True)
ALIKE = st.sampled_from(
    ("100", "1000", "1 000", "1'000", "10.0", "Åse", "åse", "ÅSE", "A\u030ase", "Å se", "\u0430", "a")
)
NEAR: st.SearchStrategy[Any] = st.one_of(
    *(st.text("aAåÅ0. -+1'\"\\\n\u00a0ﬁж中", max_size=4), ALIKE, NUMBERS, NUMBERS.map(Decimal)),
    *(st.integers(-(10**16), 10**16), st.floats(-(10**6), 10**6).map(lambda number: round(number, 3))),
)


@settings(max_examples=many(12), deadline=None)
@given(st.sampled_from(FORMS), st.booleans(), st.data())
def test_they_are_those_of_python(engine: Engine, source: Form, same: bool, data: st.DataObject) -> None:
    forms = PropertyFormats(source, source if same else data.draw(st.sampled_from(FORMS)), ZONES[1])
    wires = data.draw(st.lists(pairs() | st.tuples(NEAR, NEAR), min_size=40, max_size=80))
    for row, found in plain(engine, wires, forms).items():
        assert found == one_by_one(wires[row], forms), (wires[row], forms)


@pytest.mark.parametrize("of", FORMS, ids=lambda of: f"{of.convert}-{of.type}-{dict(of.options) or ''}")
def test_every_hostile_value_beside_every_other(engine: Engine, of: Form) -> None:
    forms = PropertyFormats(of, of, ZONES[1])
    wires = [(one, other) for one in HOSTILE for other in HOSTILE]
    for row, found in plain(engine, wires, forms).items():
        assert found == one_by_one(wires[row], forms), wires[row]


@pytest.mark.parametrize(
    ("of", "one", "other"),
    [
        (form("text"), "Åse", "Ola"),
        (form("text"), "中文", "日本"),
        (form("text"), "Жук", "Кот"),
        (form("decimal", "number", places=2), 15.5, 17),
        (form("decimal"), "-15.50", "17"),
        (form("integer", "integer"), 5, 6),
        (form("boolean", "boolean"), True, False),
        (form("instant", style="z"), "2024-11-13T09:00:00.5Z", "2024-11-13T09:00:01Z"),
    ],
)
def test_everyday_values_are_described_many_at_once(engine: Engine, of: Form, one: Json, other: Json) -> None:
    forms = PropertyFormats(of, of, ZONES[1])
    assert plain(engine, [(one, other)], forms) == {0: one_by_one((one, other), forms)}


def test_plain_letters_are_printable_and_look_like_no_others() -> None:
    letters = [chr(code) for code in range(0x10000) if re.fullmatch(f"[{LETTERS}]", chr(code))]
    assert len(letters) > 20_000
    for letter in letters:
        assert letter.isprintable(), letter
        assert letter not in "'\"\\", letter
        assert unicodedata.normalize("NFKC", letter) == letter, letter
        assert unicodedata.normalize("NFC", letter.lower()) == letter.lower(), letter
        assert not unicodedata.combining(letter), letter


def test_the_file_and_the_report_are_the_same_as_one_by_one(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text for text in HOSTILE if "\ud800" not in text]
    count = len(texts)
    for side, step in (("left", 0), ("right", 1)):
        columns = {
            "id": pa.array(f"r{at:03}" for at in range(count)),
            "word": pa.array(texts[(at + step * (at % 3)) % count] for at in range(count)),
            "price": pa.array((at * 37 % 1000) / 100 + step * (at % 2) for at in range(count)),
            "many": pa.array((at + step * (at % 4) for at in range(count)), pa.int64()),
            "is": pa.array((at + step * (at % 5)) % 2 == 0 for at in range(count)),
        }
        pq.write_table(pa.table(columns), tmp_path / f"{side}.parquet")

    def compared(name: str) -> tuple[list[Any], Any]:
        report = tmp_path / f"{name}.json"
        sides = ("--left", str(tmp_path / "left.parquet"), "--right", str(tmp_path / "right.parquet"), "--key", "id")
        assert qa_sync("audit", *sides, "--report", f"json={report}", "-q").code == 1
        found = json.loads(report.read_text(encoding="utf-8"))
        rows = pq.read_table(tmp_path / f"{name}.differences.parquet").to_pylist()
        return rows, found["specs"][0]["sections"][0]["checks"]

    at_once = compared("at-once")
    monkeypatch.setattr(confirm_differences, "plain_differences", lambda *_: None)
    assert at_once == compared("one-by-one")
    assert len(at_once[0]) > count
