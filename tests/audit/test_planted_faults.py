"""Both real specs audited against the served sandbox: every planted fault is found, and nothing else is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from audit_faults import plant
from audit_served import served
from audit_world import SPECS, World, make_world
from cli_caller import ROOT, QaSync

RECORDS = 300
MANY = 10_000


def found(file: Path) -> set[tuple[str, str, str | None, str]]:
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    claimed = [row for row in rows if not row["check"].endswith("/coverage/reverse")]
    return {(row["kind"], row["class"], row["source_path"], row["target_id"] or row["source_id"]) for row in claimed}


def world_of(count: int, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(ROOT)
    world = make_world(count)
    plant(world)
    return world


def audit(qa_sync: QaSync, out: Path, *words: str) -> Any:
    got = qa_sync("audit", *SPECS, "--report", f"json={out / 'audit.json'}", "-q", *words)
    assert got.code == 1, got.err
    return json.loads((out / "audit.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("count", [RECORDS, pytest.param(MANY, marks=pytest.mark.slow)])
def test_every_fault_is_found_and_nothing_else(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    world = world_of(count, monkeypatch)
    with served(world, tmp_path, monkeypatch) as config:
        audit(qa_sync, tmp_path, "--config", str(config), "--snapshot", str(tmp_path / "kept"))
    assert found(tmp_path / "audit.differences.parquet") == world.planted
    assert world.writes() == 0
    rows = pq.read_table(tmp_path / "audit.differences.parquet").to_pylist()
    claimed = [row for row in rows if not row["check"].endswith("/coverage/reverse")]
    assert all(row["read_again"] for row in claimed)
