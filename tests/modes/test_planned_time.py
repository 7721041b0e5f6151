"""The time of a live run is announced from its waits."""

from __future__ import annotations

import pytest
from cli_caller import ROOT

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist
from qa_sync.cli.confirm import confirm_writes
from qa_sync.dataflow.load import load_dataflow
from qa_sync.modes.documents import connectors_of
from qa_sync.modes.job import PlannedRecords
from qa_sync.modes.live_systems.planned_time import planned_time


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    dataflow = load_dataflow(str(ROOT / "specs/000.txt"))
    cards = {label: connector.cards for label, connector in connectors_of([dataflow]).items()}
    return compile_checklist(dataflow, cards, "seed")


def test_sections_in_parallel_take_less(checklist: Checklist) -> None:
    alone, together = (
        planned_time([checklist], interval_s=2.0, timeout_s=120.0, parallel=parallel) for parallel in (1, 8)
    )
    assert alone is not None
    assert together is not None
    assert 2.0 < together.usual_s < alone.usual_s < alone.longest_s
    slower = planned_time([checklist], interval_s=30.0, timeout_s=120.0, parallel=1)
    assert slower is not None
    assert slower.usual_s > alone.usual_s


def test_nothing_to_run_takes_no_time() -> None:
    assert planned_time([], interval_s=2.0, timeout_s=120.0, parallel=8) is None


def test_it_is_said_with_the_number_of_records(checklist: Checklist, capsys: pytest.CaptureFixture[str]) -> None:
    planned = [PlannedRecords("Shop", "http://shop.example.test", "Order", n) for n in (3, 4)]
    time = planned_time([checklist], interval_s=2.0, timeout_s=120.0, parallel=1)
    confirm_writes(planned, yes=True, time=lambda: time)
    said = capsys.readouterr().err
    assert "These are 7 records. The run takes about " in said
    assert "if each change arrives within 2 s" in said
