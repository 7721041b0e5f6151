"""What results know of themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import WORST_FIRST, CheckFinished, Status, worst_status
from qa_sync.running.open_checks import CheckResult
from qa_sync.running.results import Results, SectionResult, SpecResult


def results(*statuses: Status) -> Results:
    checks = tuple(CheckFinished("a.txt", "1-a", f"a/{n}", "create", "", 1, one) for n, one in enumerate(statuses))
    spec = SpecResult("a.txt", "A to B Dataflow", (SectionResult("1-a", 1, "A to B", 1, None, checks),))
    return Results("live", "seed", datetime(2025, 3, 9, tzinfo=UTC), 1.0, (spec,), ())


def test_a_changed_copy_has_counts_of_its_own() -> None:
    """The counts of results are computed once for each; a copy does not take them over."""
    whole = results(Status.PASSED, Status.FAILED)
    assert (whole.totals[Status.PASSED], len(whole.checks), len(whole.known_by_check)) == (1, 2, 0)
    empty = replace(whole, specs=())
    assert (empty.totals[Status.PASSED], len(empty.checks)) == (0, 0)
    assert replace(empty, specs=whole.specs) == whole


@pytest.mark.parametrize("worse", WORST_FIRST)
@pytest.mark.parametrize("better", WORST_FIRST)
def test_every_status_has_its_place(worse: Status, better: Status) -> None:
    """The order is total, and the same for two claims of a check as for the checks of a section."""
    expected = min(worse, better, key=WORST_FIRST.index)
    assert sorted(WORST_FIRST) == sorted(Status)
    assert worst_status((worse, better)) == worst_status((better, worse)) == expected
    assert results(worse, better).specs[0].sections[0].status == expected
    merged = CheckResult(Verdict(worse)).merged_with(CheckResult(Verdict(better)))
    assert merged.verdict.status == expected


def test_without_checks_there_is_no_status() -> None:
    assert worst_status(()) is None
    assert results().specs[0].sections[0].status is Status.SKIPPED
