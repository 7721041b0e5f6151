"""Each stage of both real specs, from the document to every report, held against a file that a person has read.

`QA_SYNC_UPDATE_GOLDEN=1 python -m pytest tests/golden` writes the files anew; the diff is then for a person to read.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import asdict

from qa_sync.checklist.model import Checklist
from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.modes.table import prepare
from qa_sync.reports.documents import checklist_json, checklist_text
from qa_sync.reports.formats import ndjson
from qa_sync.reports.formats.table import render
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import Event
from qa_sync.running.results import Results
from qa_sync.running.runner import RunConfig, run

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SPECS = ("000", "003")


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@cache
def played(stem: str) -> tuple[Checklist, tuple[Event, ...], Results]:
    dataflows = read_all([f"specs/{stem}.txt"])
    prepared = prepare("replay", Job(dataflows, connectors_of(dataflows), Path("cassettes")))
    reported = RunConfig("replay", prepared.seed, prepared.started, lambda: 0.0)
    events = tuple(run(prepared.checklists, prepared.open_environment, reported))
    return prepared.checklists[0], events, collect_results(events)


def dataflow(stem: str) -> str:
    return json.dumps(read_all([f"specs/{stem}.txt"])[0], default=asdict, indent=1) + "\n"


def terminal(stem: str) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), color="never", width=80).report(played(stem)[2])
    return out.getvalue()


STAGES: Mapping[str, Callable[[str], str]] = {
    "dataflow.json": dataflow,
    "checklist.json": lambda stem: checklist_json.render([played(stem)[0]]),
    "checklist.txt": lambda stem: checklist_text.render(played(stem)[0]),
    "events.ndjson": lambda stem: "".join(ndjson.event_line(event) + "\n" for event in played(stem)[1]),
    "results.json": lambda stem: render(played(stem)[2], "json"),
    "junit.xml": lambda stem: render(played(stem)[2], "junit"),
    "terminal.txt": terminal,
}


@pytest.mark.parametrize("stem", SPECS)
@pytest.mark.parametrize("stage", STAGES)
def test_stage(stem: str, stage: str) -> None:
    golden = HERE / stem / stage
    found = STAGES[stage](stem)
    if os.environ.get("QA_SYNC_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, encoding="utf-8", newline="")
    assert found == golden.read_bytes().decode()
