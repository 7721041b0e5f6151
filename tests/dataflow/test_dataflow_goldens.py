"""Compares each parsed fixture with its golden file; UPDATE_GOLDENS=1 regenerates the files (review the diff)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import asdict

from qa_sync.dataflow.load import decode
from qa_sync.dataflow.model import StatementKind
from qa_sync.dataflow.reader import read_dataflow

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.rst"))


def golden(path: Path) -> str:
    flow = read_dataflow(decode(path.read_bytes(), path.name), path.name)
    return json.dumps(_without_nothing(flow), indent=1, ensure_ascii=False) + "\n"


def _without_nothing(value: object) -> object:
    """Remove None and empty tuples, so that golden files show only content."""
    if isinstance(value, Struct):
        value = asdict(value)
    if isinstance(value, dict):
        return {k: _without_nothing(v) for k, v in value.items() if v is not None and v != ()}
    return [_without_nothing(v) for v in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", NAMES)
def test_fixture(name: str) -> None:
    path = FIXTURES / f"{name}.json"
    text = golden(FIXTURES / f"{name}.rst")
    if os.environ.get("UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_fixtures_hold_every_kind_of_statement_and_condition() -> None:
    flows = [read_dataflow(decode((FIXTURES / f"{n}.rst").read_bytes(), n), n) for n in NAMES]
    statements = [s for flow in flows for section in flow.sections for s in section.statements]
    assert {s.kind for s in statements} == set(StatementKind)
    assert {s.condition.template for s in statements if s.condition} == {
        "probability",
        "status",
        "accepted",
        "type",
        "free",
    }
    assert len(NAMES) >= 30
