"""Several runs as one: shards add up, and a check that stands in two is that of the newer run."""

from __future__ import annotations

import random
from datetime import timedelta

from msgspec.structs import replace
from report_samples import STARTED, check, written_results

from qa_sync.reports.history.merge_results import merge_results
from qa_sync.running.events import Leftover, Status
from qa_sync.running.results import Results, SectionResult, SpecResult


def run(at: int, *specs: SpecResult, **more: object) -> Results:
    ran = STARTED + timedelta(hours=at)
    return replace(Results("live", "7f3a", ran, 2.5, specs, (), ran=ran, options=("--mode", "live")), **more)


def spec(name: str, *sections: SectionResult) -> SpecResult:
    return SpecResult(name, name, sections)


def section(name: str, ordinal: int, *titles: str, status: Status = Status.PASSED) -> SectionResult:
    checks = tuple(replace(check("create", title, 9, status), spec=name, key=str(ordinal)) for title in titles)
    return SectionResult(str(ordinal), ordinal, f"heading {ordinal}", 9, None, checks)


def test_shards_of_a_run_are_the_run_in_any_order() -> None:
    whole = written_results()
    (own,) = whole.specs
    shards = [replace(whole, specs=(replace(own, sections=(part,)),), leftovers=()) for part in own.sections]
    for seed in range(5):
        random.Random(seed).shuffle(shards)  # noqa: S311 - not for security
        merged = merge_results(shards)
        assert merged.results.specs == whole.specs
        assert merged.replaced == 0
        assert merged.results.totals == whole.totals


def test_a_check_that_stands_in_two_is_that_of_the_newer_run() -> None:
    old = run(1, spec("a.txt", section("a.txt", 1, "x", "y", status=Status.FAILED)))
    new = run(2, spec("a.txt", section("a.txt", 1, "x")))
    for runs in ([old, new], [new, old]):
        merged = merge_results(runs)
        assert {c.title: c.status for c in merged.results.checks} == {"x": Status.PASSED, "y": Status.FAILED}
        assert merged.replaced == 1


def test_documents_add_up_and_what_is_wrong_stays_wrong() -> None:
    lost = Leftover("A", "Customer", "1", "HTTP 403")
    one = run(1, spec("a.txt", section("a.txt", 1, "x")), leftovers=(lost,), undeleted=1)
    other = run(2, spec("b.txt", section("b.txt", 1, "x")), interrupted=True, options=("--mode", "sandbox"))
    merged = merge_results([other, one]).results
    assert [s.spec for s in merged.specs] == ["a.txt", "b.txt"]
    assert (merged.duration_s, merged.started, merged.ran) == (5.0, one.started, one.ran)
    assert (merged.leftovers, merged.undeleted, merged.interrupted, merged.exit_code) == ((lost,), 1, True, 3)
    assert merged.options is None, "no one command runs both again"
