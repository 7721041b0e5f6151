"""Both real specs audited against the served sandbox: every planted fault is found, and nothing else is reported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from audit_faults import plant
from audit_served import KEYS, served
from audit_world import SPECS, World, export, make_world, still
from cli_caller import ROOT, QaSync

RECORDS = 150
MANY = 10_000
FAULTS = 20
"""In each target system."""
TARGETS = {"specs/000.txt": "customerp", "specs/003.txt": "customwebshop"}


def found(file: Path) -> set[tuple[str, str, str | None, str]]:
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    claimed = [row for row in rows if not row["check"].endswith("/coverage/reverse")]
    return {(row["kind"], row["class"], row["source_path"], row["target_id"] or row["source_id"]) for row in claimed}


def world_of(count: int, monkeypatch: pytest.MonkeyPatch, specs: Sequence[str] = SPECS) -> World:
    monkeypatch.chdir(ROOT)
    world = make_world(count)
    plant(world, [TARGETS[spec] for spec in specs])
    several = sum(sort == "several" for _, sort, _, _ in world.planted)
    # A source with two candidates is one fault in two rows.
    assert len(world.planted) - several // 2 == FAULTS * len(specs)
    return world


def audit(qa_sync: QaSync, specs: Sequence[str], out: Path, *words: str) -> Any:
    got = qa_sync("audit", *specs, "--report", f"json={out / 'audit.json'}", "-q", *words)
    assert got.code == 1, got.err
    return json.loads((out / "audit.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("count", "specs"),
    [
        pytest.param(RECORDS, SPECS[:1], id="one document"),
        pytest.param(RECORDS, SPECS, id="both", marks=pytest.mark.slow),
        pytest.param(MANY, SPECS, id=str(MANY), marks=pytest.mark.slow),
    ],
)
def test_every_fault_is_found_and_nothing_else(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, specs: Sequence[str]
) -> None:
    world = world_of(count, monkeypatch, specs)
    with still(), served(world, tmp_path, monkeypatch) as config:
        audit(qa_sync, specs, tmp_path, "--config", str(config), "--snapshot", str(tmp_path / "kept"))
    assert found(tmp_path / "audit.differences.parquet") == world.planted
    assert world.writes() == 0
    rows = pq.read_table(tmp_path / "audit.differences.parquet").to_pylist()
    claimed = [row for row in rows if not row["check"].endswith("/coverage/reverse")]
    assert all(row["read_again"] for row in claimed)


def from_files(qa_sync: QaSync, world: World, folder: Path, *words: str) -> set[tuple[str, str, str | None, str]]:
    both: set[tuple[str, str, str | None, str]] = set()
    (folder / "qa-sync.toml").write_text(KEYS, encoding="utf-8")
    for spec in SPECS:
        place = folder / Path(spec).stem
        left, right = place / "left", place / "right"
        if not place.exists():
            with still():
                left, right = export(world, spec, place)
        else:
            left, right = sorted(place.iterdir(), key=lambda p: p.name not in {"wix", "woocommerce"})
        out = folder / f"{Path(spec).stem}{len(words)}.json"
        sides = ("--left", str(left), "--right", str(right), "--config", str(folder / "qa-sync.toml"))
        got = qa_sync("audit", spec, "--report", f"json={out}", "-q", *sides, *words)
        assert got.code == 1, got.err
        both |= found(out.with_name(f"{out.stem}.differences.parquet"))
    return both


@pytest.mark.slow
@pytest.mark.parametrize("count", [RECORDS, MANY])
def test_from_files_it_is_the_same(
    qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    world = world_of(count, monkeypatch)
    assert from_files(qa_sync, world, tmp_path) == world.planted


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Spark's Python side is not free of warnings
@pytest.mark.parametrize("count", [RECORDS, MANY])
def test_on_spark_it_is_the_same(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    pytest.importorskip("pyspark", reason="pip install 'qa-sync[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on the PATH")
    world = world_of(count, monkeypatch)
    with_duckdb = from_files(qa_sync, world, tmp_path)
    with_spark = from_files(qa_sync, world, tmp_path, "--engine", "spark")
    assert with_spark == with_duckdb == world.planted
    for spec in ("000", "003"):
        reported = [json.loads((tmp_path / f"{spec}{n}.json").read_text(encoding="utf-8")) for n in (0, 2)]
        checks = [[c for s in one["specs"][0]["sections"] for c in s["checks"]] for one in reported]
        assert checks[0] == checks[1]  # counts, samples and words, too
