from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from report_golden import RUNS

from qa_sync.reports.formats import ndjson
from qa_sync.running.collect_results import collect_results


@pytest.mark.parametrize("name", RUNS)
def test_the_events_fold_to_the_same_results(name: str) -> None:
    some = RUNS[name]()
    without_texts = replace(some, specs=tuple(replace(spec, text=None) for spec in some.specs))
    assert collect_results(ndjson.events_of(some)) == without_texts


def test_a_line_is_an_event() -> None:
    lines = [json.loads(line) for line in ndjson.render(RUNS["written"]()).splitlines()]
    assert lines[0]["event"] == "RunStarted"
    assert lines[-1]["event"] == "RunFinished"
    assert sum(line["event"] == "CheckFinished" for line in lines) == lines[0]["checks"]
