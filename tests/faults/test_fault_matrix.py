"""Every fault is caught where it can show, by a right check; where it cannot, and without one, nothing fails.

The default run tries a few cells, in one section each, and a healthy run of each fixture; all cells, all healthy runs
and many seeds are slow. `python tests/faults/matrix.py` prints the same as a table.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fault_facts import FIXTURES, ROOT, SPECS, facts_of
from fault_rules import RULES, places
from fault_runs import play
from matrix import SEED, Cell, cell, cells, healths, healthy, lines_of, score, told

from qa_sync.checklist.depth import Depth
from qa_sync.sync.faults.caught_by import CAUGHT_BY
from qa_sync.sync.faults.table import FAULTS

SEEDS = int(os.environ.get("QA_SYNC_SEEDS", "100"))
"""Healthy runs of each document; `.ci/run` takes fewer, because a hundred take more than five minutes."""
ONE = FIXTURES / "woocommerce-customerp.txt"
IN_DEPTH = (ONE, FIXTURES / "customerp-wix.txt")
"""The documents whose quick healthy run is a thorough one."""

# One of each hook, and each group of faults, over the fixture that has most shapes.
FEW = (
    "late",
    "one-way",
    "type-change",
    "ping-pong",
    "no-merge",
    "create-unlinked",
    "matched-once",
    "keep-removed-item",
    "reset-lines",
)


def test_every_fault_has_a_rule() -> None:
    assert list(RULES) == list(FAULTS)


def test_nothing_the_judge_is_made_of_speaks_of_a_fault() -> None:
    rooms = ("values", "checklist", "running")
    texts = [p.read_text(encoding="utf-8") for r in rooms for p in (ROOT / "qa_sync" / r).rglob("*.py")]
    assert len(texts) > len(rooms)
    assert [fault for fault in FAULTS if any(f'"{fault}"' in text for text in texts)] == []


def test_every_fault_can_show_somewhere() -> None:
    facts = {spec: facts_of(spec) for spec in SPECS}
    assert [fault for fault in RULES if not any(places(fault, facts[spec]) for spec in SPECS)] == []


def test_what_is_said_to_catch_a_fault_can_catch_it() -> None:
    assert list(CAUGHT_BY) == list(FAULTS)
    facts = [facts_of(spec) for spec in SPECS]
    for name, kinds in CAUGHT_BY.items():
        possible = {place.kind for sections in facts for place in places(name, sections)}
        assert set(kinds) <= possible, name


@pytest.mark.parametrize("fault", FEW)
def test_a_few_faults_are_caught(fault: str) -> None:
    section = min(place.section for place in places(fault, facts_of(ONE)))
    found = cell(fault, ONE, section)
    assert found.could
    assert found.ok, told(found)


def test_a_copy_that_holds_a_unique_value_is_named_where_an_edit_is_rejected() -> None:
    found = cell("duplicate-on-update", FIXTURES / "customerp-wix.txt")
    assert found.ok, told(found)
    assert any("then an edit was rejected" in text for text in found.outcome.told)


def quick_for(depth: Depth) -> list[object]:
    """Return all documents; the default run checks each fixture at one depth."""
    quick = [spec.name for spec in SPECS if spec.parent == FIXTURES and (spec in IN_DEPTH) == (depth is Depth.THOROUGH)]
    return [pytest.param(spec, id=spec.stem, marks=[] if spec.name in quick else pytest.mark.slow) for spec in SPECS]


@pytest.mark.parametrize("spec", quick_for(Depth.STANDARD))
def test_a_healthy_run_fails_nowhere(spec: Path) -> None:
    _, _, outcome = healthy(SEED, spec)
    assert (outcome.told, outcome.errors) == ((), ())
    assert outcome.passed > 0


@pytest.mark.parametrize("spec", quick_for(Depth.THOROUGH))
def test_a_healthy_run_in_depth_fails_nowhere(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if spec in IN_DEPTH:  # a page takes as long to fill as all else; the other documents, which are slow, have some
        monkeypatch.setattr("qa_sync.checklist.scenarios.more_than_a_page.LARGEST", 0)
    outcome = play(spec, SEED, depth=Depth.THOROUGH)
    assert (outcome.told, outcome.errors) == ((), ())


def test_lateness_is_caught_whether_or_not_it_is_waited_for() -> None:
    spec = FIXTURES / "customerp-wix.txt"
    gave_up = play(spec, SEED, "late", max_lag_s=10, section=1)
    promised = play(spec, SEED, "late", timeout_s=4000, max_lag_s=60, section=1)
    assert {"create"} <= {place.kind for place in gave_up.failed & promised.failed}
    assert any("it arrived after" in told and "expected within 60 s" in told for told in promised.told)


def test_what_cannot_show_says_why() -> None:
    found = cell("no-merge", ROOT / "specs/000.txt", 1)
    assert (found.could, found.ok, found.mark) == (frozenset(), True, "-")
    lines = list(lines_of([found], [found.spec]))
    assert lines[-1].endswith("-: no merge table")
    assert score([found]) == "0 of 0 caught (100.0 %); 1 of 1 cannot show and did not"


def test_an_uncaught_fault_and_a_false_alarm_are_both_wrong() -> None:
    healthy_one, broken = cell("no-merge", ROOT / "specs/000.txt", 1), cell("drop-create", ROOT / "specs/000.txt", 1)
    missed = Cell("drop-create", broken.spec, broken.could, healthy_one.outcome, broken.healthy)
    alarm = Cell("no-merge", broken.spec, frozenset(), broken.outcome, broken.healthy)
    assert (missed.ok, missed.mark, alarm.ok, alarm.mark) == (False, "MISSED", False, "ALARM")
    assert "expected a failed" in told(missed)
    assert "got nothing" in told(missed)
    assert "cannot show (no merge table), but got" in told(alarm)
    assert score([missed, alarm, broken]) == "1 of 2 caught (50.0 %); 0 of 1 cannot show and did not"


@pytest.mark.slow
def test_every_fault_is_caught_where_it_can_show() -> None:
    found = list(cells(list(RULES), SPECS))
    print("\n".join([*lines_of(found, SPECS), "", score(found)]))
    assert [told(each) for each in found if not each.ok] == []


@pytest.mark.slow
def test_healthy_runs_with_many_seeds_fail_nowhere() -> None:
    sick = [(seed, spec.name, *o.told, *o.errors) for seed, spec, o in healths(SEEDS, SPECS) if o.failed or o.errors]
    assert sick == []
