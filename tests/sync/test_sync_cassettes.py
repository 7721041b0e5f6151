"""The recordings hold the requests of the checks next to the engine: a change of the engine shows here."""

from __future__ import annotations

from pathlib import Path

from cli_caller import ROOT, QaSync


def test_a_new_recording_equals_the_committed_one(qa_sync: QaSync, tmp_path: Path) -> None:
    done = qa_sync("check", "specs/000.txt", "specs/003.txt", "--mode", "record", "--cassettes", str(tmp_path))
    assert done.code == 0
    kept = {path.relative_to(ROOT / "cassettes"): path.read_bytes() for path in ROOT.glob("cassettes/*/*.json")}
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*.json")}
    assert made.keys() == kept.keys()
    assert [str(path) for path in made if made[path] != kept[path]] == []
