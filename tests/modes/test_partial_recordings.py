"""A replay needs the recordings of the selected sections only, and says when a recording has another depth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_caller import ROOT, QaSync

SPEC = str(ROOT / "specs" / "000.txt")
NUMBER = "2"


@pytest.fixture
def words(qa_sync: QaSync, tmp_path: Path) -> tuple[str, ...]:
    """Record one section of a spec, of one kind of check only."""
    common = (SPEC, "--cassettes", str(tmp_path / "cassettes"), "--no-history", "-q", "--depth", "smoke")
    got = qa_sync("check", *common, "--mode", "record", "--section", NUMBER, "--kind", "create")
    assert got.code == 0, got.err
    assert len(list((tmp_path / "cassettes" / "000").iterdir())) == 1
    return common


@pytest.mark.parametrize(
    "selection",
    [("--section", NUMBER), ("--section", NUMBER, "--kind", "property"), ("-k", "Orders", "--kind", "create")],
)
def test_the_recorded_section_replays_by_itself(
    qa_sync: QaSync, words: tuple[str, ...], selection: tuple[str, ...]
) -> None:
    got = qa_sync("check", *words, *selection, "--report", "json")
    assert got.code == 0, got.err
    checks = [c for section in json.loads(got.out)["specs"][0]["sections"] for c in section["checks"]]
    assert {c["status"] for c in checks} <= {"passed", "skipped"}
    assert any(c["status"] == "passed" for c in checks)


def test_what_is_selected_and_not_recorded_is_reported(qa_sync: QaSync, words: tuple[str, ...]) -> None:
    got = qa_sync("check", *words, "--section", "1", "--section", NUMBER)
    assert got.code == 3
    assert "there is no recording" in got.err
    assert "2-" not in got.err


def test_another_depth_is_named(qa_sync: QaSync, words: tuple[str, ...]) -> None:
    other = [word if word != "smoke" else "standard" for word in words]
    got = qa_sync("check", *other, "--section", NUMBER)
    assert got.code == 3
    assert "was made with --depth smoke" in got.err
    assert "has changed" not in got.err
