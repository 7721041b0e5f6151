"""A run that -x cut short: its verdicts so far are reported, the rest is not run, and the exit code is 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_caller import QaSync
from msgspec.structs import replace
from report_samples import STARTED, check

from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult
from qa_sync.running.section_checks import STOPPED_EARLY

SPEC = "specs/000.txt"
ONE = ("check", SPEC, "--section", "3", "--fault", "truncate", "--depth", "smoke", "--timeout", "20", "-q")
SAID = "The run stopped at the first failure or error (-x): {} of {} checks did not run."


@pytest.fixture
def stopped(qa_sync: QaSync, tmp_path: Path) -> dict[str, str]:
    names = ("json", "markdown", "html", "rst", "junit", "ndjson")
    reports = [word for name in names for word in ("--report", f"{name}={tmp_path / name}")]
    done = qa_sync(*ONE, "-x", *reports)
    assert done.code == 3
    return {"terminal": done.out, **{name: (tmp_path / name).read_text(encoding="utf-8") for name in names}}


def test_every_report_says_what_did_not_run(stopped: dict[str, str]) -> None:
    results = json.loads(stopped["json"])
    assert results["exit_code"] == 3
    assert results["totals"]["failed"]
    rest = [c for s in results["specs"][0]["sections"] for c in s["checks"] if "(-x)" in (c["message"] or "")]
    assert {each["status"] for each in rest} == {"skipped"}
    for name in ("terminal", "markdown", "html", "rst"):
        said = SAID.format(len(rest), sum(results["totals"].values()))
        assert said in " ".join(stopped[name].split()), name
    for name in ("junit", "ndjson"):
        assert stopped[name].count("not run: the run stopped at the first failure or error (-x)") == len(rest)


def test_a_run_that_was_over_at_its_failure_is_not_cut_short() -> None:
    failed = check("create", "x", 9, Status.FAILED)
    assert results_of(failed).exit_code == 1
    assert results_of(failed, replace(failed, status=Status.SKIPPED, message=STOPPED_EARLY)).exit_code == 3


def results_of(*checks: CheckFinished) -> Results:
    section = SectionResult("1", 1, "A to B", 9, None, checks)
    return Results("live", "7f3a", STARTED, 2.5, (SpecResult("a.txt", "A", (section,)),), ())


def test_what_did_not_run_is_one_row_of_a_section() -> None:
    kinds = ("create", "unique", "stable", "isolated")
    rest = [check(kind, f"title of {kind}", 9, Status.SKIPPED, message=STOPPED_EARLY) for kind in kinds]
    skipped = check("merge", "cannot", 9, Status.SKIPPED, message="no endpoint")
    text = text_of(end_report(results_of(check("property", "x", 9, Status.FAILED), *rest, skipped), OutputOptions()))
    table = text.partition("Skipped")[0]
    assert " ".join(table.split()).count("4 checks not run: the run stopped at the first failure or error (-x)") == 1
    assert "title of" not in table
    assert "cannot" in table
    verbose = text_of(end_report(results_of(*rest), OutputOptions(verbose=True)))
    assert all(f"title of {kind}" in verbose for kind in kinds)
