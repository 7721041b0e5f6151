"""`--keep-cases` writes late and lost cases; `--replay-case` judges them again by the spec of today."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from traffic import START, Traffic, options, plan

from qa_sync.modes.observe_outputs.open_outputs import ObserveOutputs, open_outputs
from qa_sync.observe.model import CaseState
from qa_sync.observe.reporting.progress import ReadProgress
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import ObserveState
from qa_sync.systems.redaction import HIDDEN, Redactor

CONTACTS = "Wix.com Contacts to Customerp Contact"


def kept(
    folder: Path, *, fault: str = "", cycle_s: float = 20, redact: Redactor | None = None
) -> tuple[list[Path], ObserveState]:
    """Observe traffic under a fault; return the files of its late and lost cases."""
    traffic, state = Traffic(seed="kept", faults=(fault,) if fault else (), cycle_s=cycle_s), ObserveState(":memory:")
    traffic.begin_sync()
    traffic.people(40, 600)
    observation = plan(traffic, options(15, for_s=1000), state)
    with open_outputs(ObserveOutputs(keep_cases=folder), observation, redact or Redactor(), pytest.fail) as listeners:
        observation.listeners = listeners
        list(observation.events())
    return sorted(folder.iterdir()), state


def replay(qa_sync: QaSync, files: Sequence[Path], report: Path) -> tuple[int, dict[str, Any], str]:
    words = [word for file in files for word in ("--replay-case", str(file))]
    ended = qa_sync("observe", "specs/000.txt", *words, "--report", f"json={report}")
    if not report.exists():
        return ended.code, {}, ended.err
    sections = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"]
    return ended.code, {c["id"].split("/", 2)[2]: c for s in sections for c in s["checks"]}, ended.err


def test_each_missed_case_is_a_file_and_its_replay_fails_as_it_did(qa_sync: QaSync, tmp_path: Path) -> None:
    files, state = kept(tmp_path / "cases", fault="case-fold")
    observed = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert observed
    store = CaseStore(state)
    missed = [c for c in store.touched_since(0) if c.state in {CaseState.LOST, CaseState.PARTLY}]
    assert sorted(c.record for c in missed) == sorted(_changed(one)["id"] for one in observed)
    for file, one in zip(files, observed, strict=True):
        assert one["schema"] == "qa-sync/observed-case/1"
        assert one["audit"] == f"qa-sync audit specs/000.txt --only {_changed(one)['id']}"
        code, checks, err = replay(qa_sync, [file], tmp_path / f"{file.stem}.report")
        failing = {c["title"] for c in checks.values() if c["kind"] == "carries" and c["status"] == "failed"}
        assert (code, failing) == (1, set(one["pending"])), err


def _changed(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = one["source" if one["direction"] == "forward" else "target"]
    return found


def test_a_case_whose_values_are_right_passes(qa_sync: QaSync, tmp_path: Path) -> None:
    file = next(f for f in kept(tmp_path / "cases", fault="case-fold")[0] if '"kind": "new"' in f.read_text())
    case = json.loads(file.read_text(encoding="utf-8"))
    case["target"]["values"] |= {
        "firstName": case["source"]["values"]["info.name.first"],
        "lastName": case["source"]["values"]["info.name.last"],
    }
    for pair in case["pending"]:
        assert pair.startswith(("info.name.", "info.")), pair
    file.write_text(json.dumps(case), encoding="utf-8")
    _, checks, err = replay(qa_sync, [file], tmp_path / "report.json")
    assert checks["carries/info.name.first:firstName"]["status"] == "passed", err
    assert checks["carries/info.name.last:lastName"]["status"] == "passed"


def test_a_new_record_without_a_counterpart_is_lost_again(qa_sync: QaSync, tmp_path: Path) -> None:
    files, _ = kept(tmp_path / "cases", fault="drop-create")
    lost = [f for f in files if '"target": null' in f.read_text(encoding="utf-8") and CONTACTS in f.read_text()]
    code, checks, err = replay(qa_sync, lost, tmp_path / "report.json")
    assert code == 1, err
    assert checks["arrives/forward"]["actual"] == {"arrived": 0, "lost": len(lost)}


def test_a_lost_case_that_arrives_late_replaces_its_file_and_passes(qa_sync: QaSync, tmp_path: Path) -> None:
    files, _ = kept(tmp_path / "cases", cycle_s=400)
    late = [f for f in files if json.loads(f.read_text(encoding="utf-8"))["state"] == "arrived"]
    assert late
    code, checks, err = replay(qa_sync, late, tmp_path / "report.json")
    assert code == 0, err
    assert checks["arrives/forward"]["actual"]["lost"] == 0


def test_secrets_are_redacted_and_the_files_are_for_their_owner(tmp_path: Path) -> None:
    plain, _ = kept(tmp_path / "plain", fault="drop-create")
    case = json.loads(plain[0].read_text(encoding="utf-8"))
    secret = case["source"]["id"]
    hidden, _ = kept(tmp_path / "hidden", fault="drop-create", redact=Redactor([secret]))
    assert {file.stat().st_mode & 0o777 for file in hidden} == {0o600}
    texts = [file.name + file.read_text(encoding="utf-8") for file in hidden]
    assert not [text for text in texts if secret in text]
    assert [text for text in texts if HIDDEN in text]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"section": "A B to C D"}, "no section of the spec is 'A B to C D'"),
        ({"kind": "edit", "pairs": ["gone -> away"]}, "no pair of the case is in the spec: gone -> away"),
        ({"schema": "qa-sync/results/1"}, "expected a case of schema 'qa-sync/observed-case/1'"),
        ({"changed": "yesterday"}, "Invalid RFC3339 encoded datetime"),
        ({"source": {"id": 7}}, "Expected `str`, got `int`"),
    ],
)
def test_a_case_that_does_not_fit_is_refused(qa_sync: QaSync, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    file = kept(tmp_path / "cases", fault="drop-create")[0][0]
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    code, _, err = replay(qa_sync, [file], tmp_path / "report.json")
    assert code == 2
    assert why in err


def test_a_file_that_is_no_case_is_refused(qa_sync: QaSync, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    for place, why in (("empty", "Expecting value"), ("none", "No such file")):
        code, _, err = replay(qa_sync, [tmp_path / place], tmp_path / "report.json")
        assert code == 2
        assert why in err
        assert place in err


def test_a_folder_that_is_full_ends_nothing(tmp_path: Path) -> None:
    traffic, state, lines = Traffic(seed="full", faults=("drop-create",)), ObserveState(":memory:"), list[str]()
    traffic.begin_sync()
    traffic.people(5, 20)
    observation = plan(traffic, options(15, for_s=400), state)
    outputs = ObserveOutputs(keep_cases=tmp_path / "cases")
    with open_outputs(outputs, observation, Redactor(), lines.append) as (listener,):
        (tmp_path / "cases").rmdir()
        (tmp_path / "cases").write_text("a file")
        reads = list[ReadProgress]()
        observation.listeners = (reads.append, listener)
        list(observation.events())
    assert len(reads) > 20
    assert len(lines) == sum(len(read.missed) for read in reads) > 0
    assert "the case could not be written to" in lines[0]
    assert reads[0].at >= START
