"""The two sets of rules over every hostile value beside every other, in every two forms, on both engines."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from audit_rules import codes, put, said_by_expressions
from audit_values import FORMS, HOSTILE, ZONES

from qa_sync.audit.engines.table import Engine, Needs, start_engine
from qa_sync.audit.expressions.cell_pair import CellPair
from qa_sync.audit.expressions.cells import decode_cell, encode_cell
from qa_sync.audit.expressions.columns import Cell
from qa_sync.audit.expressions.match_keys import KeySide
from qa_sync.audit.expressions.outcomes import OutcomeCode, PropertyFormats, compare_values
from qa_sync.audit.expressions.typed_columns import typed_cell
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.values.form import Form

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # Spark's Python side is not free of warnings

NUMBERS = (
    0,
    1,
    -1,
    5,
    15,
    4740000001,
    10**15,
    10**24,
    10**401,
    0.1,
    1.5,
    15.0,
    16.0,
    1.005,
    2.675,
    1e16,
    1e300,
    1e-7,
    -0.0,
)
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    Decimal("15.00"),
    Decimal("1.005"),
    Decimal("1E+20"),
    [],
    ["a@B.test"],
    ["0"],
    [1, 2],
    {"a": 1},
)


def variants(text: str) -> Iterator[str]:
    """Yield a text as careless systems would give it back."""
    yield from (
        text,
        text.upper(),
        text.lower(),
        f" {text}",
        f"{text} ",
        f"{text}\t",
        text[:-1],
        f"{text}0",
        f"{text}Z",
    )
    yield from (unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC"))
    yield from (text.replace(" ", ""), text.replace(" ", "\u00a0"), text.replace("T", " "), text.replace("k", "\u212a"))


def wires() -> list[tuple[Any, Any]]:
    plain = [*HOSTILE, *NUMBERS, *OTHERS]
    texts = [(text, other) for text in HOSTILE for other in variants(text)]
    return [*product(plain, plain), *texts, *((other, text) for text, other in texts)]


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "spark":
        pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
        if shutil.which("java") is None:
            pytest.skip("Spark needs Java, and there is none on the PATH")
    scratch: Path = tmp_path_factory.mktemp("scratch")
    started = start_engine(request.param, Needs("1GB", scratch))
    yield started
    started.close()


@pytest.mark.parametrize("source", FORMS, ids=lambda of: f"{of.convert}-{of.type}-{dict(of.options) or ''}")
class TestEveryValueBesideEveryOther:
    def test_in_a_snapshot(self, engine: Engine, source: Form) -> None:
        decided = 0
        for target in FORMS:
            forms = PropertyFormats(source, target, ZONES[1])
            decided += agreed(WIRES, said_by_expressions(engine, WIRES, forms), forms)
        assert decided > len(WIRES)  # of all forms: who decides nothing is never wrong

    def test_in_columns_of_texts(self, engine: Engine, source: Form) -> None:
        rows = [row for row in WIRES if all(isinstance(text, str) and "\ud800" not in text for text in row)]
        table = engine.from_arrow(
            pa.table({"n": range(len(rows))} | dict(zip("ab", zip(*rows, strict=True), strict=True)))
        )
        read = [tuple(decode_cell(*encode_cell(text)) for text in row) for row in rows]
        for target in FORMS:
            forms = PropertyFormats(source, target, ZONES[1])
            agreed(read, codes(engine, table, CellPair(typed_cell(table.a), typed_cell(table.b), forms)), forms)

    def test_as_keys(self, engine: Engine, source: Form) -> None:
        singles = [(wire, None) for wire in dict.fromkeys(one for one, _ in WIRES if not isinstance(one, list | dict))]
        table = put(engine, singles)
        for target in FORMS:
            forms = PropertyFormats(source, target, ZONES[1])
            side = KeySide(table, Cell(table.ak, table.at), source, forms)
            rows = table.select("n", key=side.text, hard=side.needs_python)
            for row in (r for batch in engine.batches(rows) for r in batch.to_pylist()):
                wire = singles[row["n"]][0]
                keys = keys_of(wire, source, forms)
                assert keys == (row["key"],) if row["key"] is not None else row["hard"] or keys == (), (wire, target)


def agreed(rows: Sequence[tuple[Any, Any]], said: Sequence[OutcomeCode], forms: PropertyFormats) -> int:
    """Compare with what Python says; return how many were decided."""
    decided = [(row, code) for row, code in zip(rows, said, strict=True) if code is not OutcomeCode.ASK]
    wrong = [(row, code, now) for row, code in decided if (now := compare_values(*row, forms).code) is not code]
    assert not wrong, (forms, wrong[:20])
    return len(decided)


WIRES = wires()
