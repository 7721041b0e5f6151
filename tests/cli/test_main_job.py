"""The main job as a user calls it: both real documents, replayed and in the sandbox, healthy and with every fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_caller import ROOT, QaSync

BOTH = ("specs/000.txt", "specs/003.txt")
REPLAYED: list[dict[str, Any]] = []


def results(qa_sync: QaSync, *words: str) -> tuple[int, dict[str, Any]]:
    got = qa_sync("check", *words, "--report", "json")
    found: dict[str, Any] = json.loads(got.out)
    return got.code, found


@pytest.fixture
def replayed(qa_sync: QaSync) -> dict[str, Any]:
    """Return the results of a replay of both documents, which is run once."""
    if not REPLAYED:
        code, found = results(qa_sync, *BOTH)
        assert code == 0
        REPLAYED.append(found)
    return REPLAYED[0]


def checks(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for spec in found["specs"] for section in spec["sections"] for c in section["checks"]]


def test_replay_and_sandbox_agree_on_every_verdict(qa_sync: QaSync, replayed: dict[str, Any]) -> None:
    verdicts = []
    code, sandbox = results(qa_sync, *BOTH, "--mode", "sandbox")
    assert code == 0
    for found in (replayed, sandbox):
        assert found["exit_code"] == 0
        assert found["totals"]["passed"] > 0
        assert found["totals"]["failed"] == found["totals"]["error"] == 0
        verdicts.append([(c["id"], c["status"], c["expected"], c["actual"], c["latency_s"]) for c in checks(found)])
    assert verdicts[0] == verdicts[1]
    assert len({check for check, *_ in verdicts[0]}) == len(verdicts[0])


def test_every_section_has_every_kind_and_repeats_are_not_run(replayed: dict[str, Any]) -> None:
    first, second = (spec["sections"] for spec in replayed["specs"])
    assert [len(first), len(second)] == [3, 5]
    assert [s["duplicate_of"] for s in second] == [None, None, None, 1, 2]
    assert all(s["checks"] == [] for s in second[3:])
    kinds = {"create", "unique", "property", "update-forward", "update-backward", "stable", "isolated"}
    kinds |= {"any-time", "newest-wins", "independent", "empty"}
    for section in (*first, *second[:3]):
        assert {c["kind"] for c in section["checks"]} == kinds
        assert {c["origin"] for c in section["checks"] if c["kind"] == "property"} == {"inferred"}
        assert all(c["status"] == "passed" for c in section["checks"] if c["kind"] in {"create", "stable", "isolated"})


def test_what_an_api_cannot_do_is_a_skip_with_its_reason(replayed: dict[str, Any]) -> None:
    orders = replayed["specs"][0]["sections"][1]["checks"]
    updates = [c for c in orders if c["kind"] == "update-forward"]
    assert updates
    assert {c["status"] for c in updates} == {"skipped"}
    assert all("Wix has no endpoint for it" in c["message"] for c in updates)
    left = {(lost["system"], lost["entity"]) for lost in replayed["leftovers"]}
    assert left == {("Wix.com", "Orders"), ("Custom Webshop", "Order")}


CAUGHT = {
    "drop-create": {"create"},
    "drop-update": {"update-forward", "update-backward", "any-time", "empty", "newest-wins", "independent"},
    "one-way": {"update-backward", "any-time", "empty", "newest-wins", "independent"},
    "duplicate": {"create", "unique"},
    "swap-properties": {"property", "update-forward", "update-backward", "any-time", "newest-wins", "independent"},
    "truncate": {"property", "update-forward", "update-backward", "any-time", "newest-wins", "independent"},
}

ALTERING = {"swap-properties", "truncate"}
"""Faults that alter values: `empty` fails as well where they alter the edit that shows that the sync has worked."""


WHOLE = tuple((spec,) for spec in BOTH)
SECTIONS = (("specs/000.txt", "--section", "1"), ("specs/003.txt", "--section", "3"))


def quick_or_slow() -> list[Any]:
    """Return every fault in both documents; the default run plays each in one section, by turns."""
    every = [*SECTIONS, *WHOLE]
    runs = [(fault, words, words == SECTIONS[at % 2]) for at, fault in enumerate(CAUGHT) for words in every]
    return [
        pytest.param(fault, words, id=" ".join((fault, *words)), marks=() if quick else pytest.mark.slow)
        for fault, words, quick in runs
    ]


@pytest.mark.parametrize(("fault", "words"), quick_or_slow())
def test_each_fault_fails_the_right_checks(qa_sync: QaSync, fault: str, words: tuple[str, ...]) -> None:
    code, found = results(qa_sync, *words, "--fault", fault, "--timeout", "20")  # ten cycles are waited for
    assert code == found["exit_code"] == 1
    failed = [c for c in checks(found) if c["status"] == "failed"]
    assert {c["kind"] for c in failed} - ({"empty"} if fault in ALTERING else set()) == CAUGHT[fault]
    # What needs a record that never came has no verdict of its own.
    errors = [c["message"] for c in checks(found) if c["status"] == "error"]
    assert all(message.startswith("precondition not met: ") for message in errors)
    assert not errors or fault == "drop-create"
    headings = {c["id"]: s["heading"] for sp in found["specs"] for s in sp["sections"] for c in s["checks"]}
    for check in failed:
        assert headings[check["id"]] in check["message"]
        assert "expected" in check["message"]
        assert "got" in check["message"]
        assert check["expected"] != check["actual"]
        if check["kind"] in {"property", "update-forward", "update-backward"}:
            right = check["title"].partition(" -> ")[2]
            assert right in check["message"]


def test_the_failure_names_the_line_of_the_document(qa_sync: QaSync) -> None:
    words = ("--fault", "drop-create", "--section", "1", "--kind", "create", "--timeout", "20")
    got = qa_sync("check", "specs/000.txt", *words)
    assert got.code == 1
    assert "specs/000.txt:14" in got.out
    assert "Every Wix.com Contacts" in got.out


def test_recording_anew_gives_the_committed_files(qa_sync: QaSync, tmp_path: Path) -> None:
    """The recordings hold the requests of the checks next to the engine: a change of the engine shows here."""
    got = qa_sync("check", *BOTH, "--mode", "record", "--cassettes", str(tmp_path))
    assert got.code == 0
    committed = {p.relative_to(ROOT / "cassettes"): p.read_bytes() for p in (ROOT / "cassettes").rglob("*.json")}
    made = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*.json")}
    assert made.keys() == committed.keys()
    assert [str(path) for path in made if made[path] != committed[path]] == []


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ("ø", ("specs/003.txt", "--section", "3")),
        *(pytest.param(seed, BOTH, marks=pytest.mark.slow) for seed in ("ø", "a", "b", "42")),
    ],
)
def test_healthy_with_other_seeds(qa_sync: QaSync, seed: str, words: tuple[str, ...]) -> None:
    code, found = results(qa_sync, *words, "--mode", "sandbox", "--seed", seed)
    assert code == 0, [c["message"] for c in checks(found) if c["status"] in {"failed", "error"}]


def test_in_a_self_flow_a_record_is_not_its_own_counterpart(qa_sync: QaSync, tmp_path: Path) -> None:
    text = (ROOT / "specs/000.txt").read_text().replace("Customerp Product", "Wix.com Products")
    head, products = text.partition("Wix.com Contacts to")[0], text[text.index("Wix.com Products to Wix.com") :]
    spec = tmp_path / "wix-wix.rst"
    spec.write_text(head.replace("Customerp", "Wix.com") + products)
    code, found = results(qa_sync, str(spec), "--fault", "drop-create", "--timeout", "20")
    assert code == 1, found["totals"]
    assert found["totals"]["passed"] == 0
