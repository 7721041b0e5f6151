"""A run of recordings of live systems and of the sandbox marks simulated times by spec."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_caller import QaSync
from msgspec.structs import replace

from qa_sync.reports.formats import junit, markdown, ndjson, results_json, results_json_reader, rst
from qa_sync.reports.history.earlier_runs import verified_at
from qa_sync.reports.history.merge_results import merge_results
from qa_sync.reports.html import page
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Recording, Results, SectionResult, SpecResult

STARTED = datetime(2026, 3, 1, 8, tzinfo=UTC)
RAN = datetime(2026, 4, 2, 9, tzinfo=UTC)


def spec(name: str, latency_s: float, *, simulated: bool) -> SpecResult:
    check = CheckFinished(name, "1-a", f"{name}/create", "create", "new", 1, Status.PASSED, latency_s=latency_s)
    section = SectionResult("1-a", 1, "A to B", 1, None, (check,))
    return SpecResult(name, f"{name} A to B Dataflow", (section,), simulated=simulated)


def mixed() -> Results:
    specs = (spec("live.txt", 3.25, simulated=False), spec("box.txt", 4.5, simulated=True))
    recordings = tuple(Recording(s.spec, "1-a", f"{s.spec}.json", STARTED, 1) for s in specs)
    return Results("replay", "s", STARTED, 0.5, specs, (), recordings, ran=RAN)


def test_the_terminal_marks_the_times_of_one_spec() -> None:
    text = text_of(end_report(mixed(), OutputOptions()))
    assert re.search(r"✓ passed\s+3\.25 s\s+create", text)
    assert re.search(r"✓ passed\s+4\.50 s sim\s+create", text)
    assert "sim: seconds of a simulated clock" in text
    assert "replay, recorded 2026-03-01, seed s, times of 1 of 2 specs simulated" in " ".join(text.split())


def test_every_report_marks_the_times_of_one_spec() -> None:
    html = page.render(mixed())
    live, box = html.split('id="d1"')
    assert "4.50 s simulated" in box
    assert "3.25 s" in live
    assert "3.25 s simulated" not in html
    assert "(simulated)" in html  # the direction of the latencies
    text = rst.render(mixed())
    assert "passed, 3.25 s\n" in text.replace("**\n", "\n")
    assert "passed, 4.50 s simulated" in text
    xml = junit.render(mixed())
    assert 'name="recorded_latency_s" value="3.250"' in xml
    assert 'name="simulated_latency_s" value="4.500"' in xml
    assert "recorded 2026-03-01 08:00:00 UTC, times of 1 of 2 specs simulated" in markdown.render(mixed())


def test_the_mark_survives_json_ndjson_and_a_merge() -> None:
    read = results_json_reader.parse(results_json.render(mixed()))
    assert [s.simulated for s in read.specs] == [False, True]
    assert [s.simulated for s in collect_results(ndjson.events_of(mixed())).specs] == [False, True]
    live = replace(mixed(), specs=(mixed().specs[0],))
    box = replace(mixed(), specs=(replace(mixed().specs[1], simulated=False),), simulated=True)
    merged = merge_results([live, box]).results
    assert merged.simulated_specs == {"box.txt"}
    assert not merged.simulated
    assert merge_results([box, box]).results.simulated


def test_a_spec_with_a_simulated_clock_was_verified_when_it_ran() -> None:
    live, box = mixed().specs
    assert [verified_at(mixed(), s) for s in (live, box)] == [STARTED, RAN]


def test_a_replay_knows_which_recordings_have_a_simulated_clock(qa_sync: QaSync, tmp_path: Path) -> None:
    for name in ("000", "003"):
        for path in Path("cassettes", name).glob("*.json"):
            recorded = json.loads(path.read_text(encoding="utf-8"))
            if name == "003":
                label = recorded["metadata"]["qa_sync"]
                label["started"] = STARTED.isoformat()
                label["interactions"].pop("metadata", None)  # the digest of the label
            copied = tmp_path / name / path.name
            copied.parent.mkdir(exist_ok=True)
            copied.write_text(json.dumps(recorded), encoding="utf-8")
    words = (
        "check",
        "specs/000.txt",
        "specs/003.txt",
        "--cassettes",
        str(tmp_path),
        "--report",
        "json",
        "--no-history",
    )
    found = json.loads(qa_sync(*words).out)
    assert [spec.get("simulated") for spec in found["specs"]] == [True, None]
    assert "simulated" not in found
    assert found["started"] == STARTED.isoformat()
    alone = json.loads(qa_sync(*words[:2], *words[3:]).out)
    assert alone["simulated"] is True
    assert "simulated" not in alone["specs"][0]


@pytest.mark.parametrize("simulated", [True, False])
def test_a_run_of_one_kind_has_one_mark(*, simulated: bool) -> None:
    some = replace(mixed(), specs=(spec("a.txt", 1.0, simulated=False),), simulated=simulated)
    assert ("times simulated" in text_of(end_report(some, OutputOptions()))) is simulated
    assert '"simulated": true' not in "".join(results_json.render(some).split('"leftovers"')[0])
