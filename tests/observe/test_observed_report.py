"""Every report has what an observation saw: late and lost changes, latency over time, and the limits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace
from traffic import Traffic, observe, options

from qa_sync.modes.live_systems.redact_events import redact_events
from qa_sync.observe.storage.state import ObserveState
from qa_sync.reports.formats import ndjson, results_json, results_json_reader
from qa_sync.reports.formats.table import pieces
from qa_sync.reports.html.page import render
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import Observed
from qa_sync.running.results import Results
from qa_sync.systems.redaction import HIDDEN, Redactor

SCHEMA = Path(results_json.__file__).parents[2] / "schemas" / "results-1.json"


@pytest.fixture(scope="module")
def lossy() -> Results:
    traffic = Traffic(seed="report", faults=("drop-update-forward",), cycle_s=60)
    traffic.begin_sync()
    traffic.people(60, 2000)
    return observe(traffic, options(15, for_s=2400), ObserveState(":memory:"))


def observed(results: Results) -> Observed:
    found = results.specs[0].sections[0].observed
    assert found is not None
    return found


def test_the_json_has_it_and_reads_it_back(lossy: Results) -> None:
    text = results_json.render(lossy)
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert observed(results_json_reader.parse(text)) == observed(lossy)
    assert observed(lossy).missed == len(observed(lossy).cases) > 0


def test_the_stream_of_events_has_it(lossy: Results) -> None:
    ended = [json.loads(line) for line in ndjson.render(lossy).splitlines() if '"SectionFinished"' in line]
    assert len(ended[0]["observed"]["cases"]) == len(observed(lossy).cases)
    assert ended[0]["observed"]["periods"][0]["p95_s"] == observed(lossy).periods[0].p95_s
    assert collect_results(ndjson.events_of(lossy)).specs[0].sections[0].observed == observed(lossy)


def test_the_numbers_are_those_of_the_checks(lossy: Results) -> None:
    arrives = [c for c in lossy.specs[0].sections[0].checks if c.kind == "arrives" and isinstance(c.actual, dict)]
    lost = sum(c.state == "lost" for c in observed(lossy).cases)
    assert lost == sum(c.actual["lost"] for c in arrives if isinstance(c.actual, dict))
    arrived = sum(c.actual["arrived"] for c in arrives if isinstance(c.actual, dict))
    assert sum(period.count for period in observed(lossy).periods) == arrived
    assert all(period.p50_s <= period.p95_s <= period.max_s for period in observed(lossy).periods)


def test_the_page_shows_the_latency_over_time_and_each_missed_change(lossy: Results) -> None:
    page = render(lossy)
    section = page[page.index('id="h-seen"') : page.index("</section>", page.index('id="h-seen"'))]
    assert section.count('<svg class="plot"') >= 2
    assert section.count('<circle class="far"') == sum(
        len(s.observed.periods) for s in lossy.specs[0].sections if s.observed
    )
    for case in observed(lossy).cases[:100]:
        assert case.audit in section
        assert re.search(rf"<code>{case.source}</code> / <code>{case.target}</code>", section) or case.target is None
    assert not re.search(r"(?:src|href)=\"(?!#)|url\(|style=", section), "no asset of elsewhere, no color of its own"


@pytest.mark.parametrize("name", ["html", "junit", "markdown", "rst", "ndjson", "json"])
def test_every_format_can_be_written(lossy: Results, name: str) -> None:
    assert "".join(pieces(lossy, name))


def test_the_terminal_names_the_limits(lossy: Results) -> None:
    shown = text_of(end_report(lossy, OutputOptions(width=120)))
    counted = [limit for limit in observed(lossy).limits if limit.cases]
    assert counted
    for limit in counted:
        assert f"({limit.name})" in shown
    assert "Limits" not in text_of(end_report(_without(lossy), OutputOptions(width=120)))


def test_the_summary_of_failures_has_no_single_case(lossy: Results) -> None:
    shown = text_of(end_report(lossy, OutputOptions(width=200)))
    summary = shown[shown.rindex("Failures and errors") :]
    assert "changes did not arrive within 150 s" in summary
    assert "qa-sync audit" not in summary
    assert "UTC, lost" not in summary


def _without(results: Results) -> Results:
    (spec,) = results.specs
    return replace(results, specs=(replace(spec, sections=tuple(replace(s, observed=None) for s in spec.sections)),))


def test_other_runs_have_no_such_part(lossy: Results) -> None:
    bare = _without(lossy)
    assert '"observed"' not in results_json.render(bare)
    assert '"observed"' not in ndjson.render(bare)
    assert "h-seen" not in render(bare)


def test_secrets_are_redacted_in_it(lossy: Results) -> None:
    case = next(c for c in observed(lossy).cases if c.source)
    events = redact_events(iter(ndjson.events_of(lossy)), Redactor([case.source or ""]))
    text = results_json.render(collect_results(events))
    assert (case.source or "") not in text
    assert HIDDEN in text


def test_many_missed_changes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_sync.observe.reporting.observed.MOST_CASES", 3)
    monkeypatch.setattr("qa_sync.reports.html.observed.MOST_CASES", 2)
    traffic = Traffic(seed="many", faults=("drop-create",))
    traffic.begin_sync()
    traffic.people(20, 100, share_of_edits=0)
    results = observe(traffic, options(15, for_s=400), ObserveState(":memory:"))
    assert observed(results).missed > len(observed(results).cases) == 3
    assert f"and {observed(results).missed - 2} more" in render(results)
