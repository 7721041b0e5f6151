"""What grows with the number of specs is in a temporary file, and is the same there as in memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from report_samples import written_results

from qa_sync.errors import NoVerdict
from qa_sync.reports.formats import ndjson
from qa_sync.reports.formats.table import FORMATS, render
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import text_of
from qa_sync.reports.terminal.final_report import end_report
from qa_sync.running.collect_results import RunSoFar, collect_results
from qa_sync.running.events import CheckFinished, RunStarted, SectionFinished, SectionStarted, SpecStarted, Status
from qa_sync.running.results import Results
from qa_sync.spill import SpilledItems, SpilledTuple, SpillFile, change_items

STRANGE = ("\ud800 lone", "a\x00b", 10**40, float("inf"), -0.0, None, True, [1, {"a": ()}], "é\U0001f600")


def spilled(results: Results) -> Results:
    run = RunSoFar(SpillFile())
    for event in ndjson.events_of(results):
        run.add(event)
    return run.results()


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_of_spilled_results_is_that_of_results_in_memory(format_: str) -> None:
    kept = collect_results(ndjson.events_of(written_results()))
    found = spilled(kept)
    assert any(isinstance(section.checks, SpilledTuple) for section in found.sections)
    assert render(found, format_) == render(kept, format_)


@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize("verbose", [True, False])
def test_the_terminal_shows_spilled_results_as_those_in_memory(*, quiet: bool, verbose: bool) -> None:
    kept = collect_results(ndjson.events_of(written_results()))
    output = OutputOptions(quiet=quiet, verbose=verbose)
    assert text_of(end_report(spilled(kept), output)) == text_of(end_report(kept, output))


def test_spilled_results_count_and_find_as_those_in_memory() -> None:
    kept = collect_results(ndjson.events_of(written_results()))
    found = spilled(kept)
    assert (found.totals, found.exit_code, found.stopped_early) == (kept.totals, kept.exit_code, kept.stopped_early)
    assert [*found.checks] == [*kept.checks]
    assert len(found.checks) == len(kept.checks)
    assert found.checks[-1] == kept.checks[-1]
    for status in Status:
        assert [*found.with_status(status)] == [c for c in kept.checks if c.status is status]


def section(number: int) -> list[CheckFinished]:
    """Return the verdicts of a section, with texts of their own."""
    return [
        CheckFinished(f"{number}.txt", "1-a", f"check {number} {n}", "create", f"title {number} {n}", n, Status.PASSED)
        for n in range(50)
    ]


def size_after(run: RunSoFar, numbers: range) -> int:
    """Add sections; return the bytes in use."""
    for number in numbers:
        run.add(SpecStarted(f"{number}.txt", "A to B"))
        checks = section(number)
        run.add(SectionStarted(f"{number}.txt", "1-a", 1, "a", 1, None, tuple(check.id for check in checks)))
        for check in checks:
            run.add(check)
        run.add(SectionFinished(f"{number}.txt", "1-a"))
    return tracemalloc.get_traced_memory()[0]


def test_finished_sections_are_not_in_memory() -> None:
    run = RunSoFar(SpillFile(), RunStarted("replay", "s", written_results().started, 0))
    tracemalloc.start()
    try:
        first = size_after(run, range(100))
        grown = size_after(run, range(100, 200)) - first
        assert grown < 100 * 2_500  # a section with 50 verdicts takes 20,000 bytes
    finally:
        tracemalloc.stop()
    assert len(run.results().checks) == 200 * 50


def test_verdicts_after_the_end_of_a_section_are_added() -> None:
    run = RunSoFar(SpillFile(), RunStarted("replay", "s", written_results().started, 0))
    first, second, *_ = section(1)
    for event in (
        SpecStarted("1.txt", ""),
        SectionStarted("1.txt", "1-a", 1, "a", 1, None, (first.id, second.id)),
        second,
        SectionFinished("1.txt", "1-a"),
    ):
        run.add(event)
    assert run.decided(("1.txt", "1-a")) == {second.id}
    copied = run.copy()
    run.add(first)
    assert run.decided(("1.txt", "1-a")) == {first.id, second.id}
    assert [*run.results().checks] == [first, second]
    assert [*copied.results().checks] == [second]


@pytest.mark.parametrize("held", [0, 2, 100])
def test_every_value_comes_back_as_it_was(held: int) -> None:
    items = SpilledItems(SpillFile(), STRANGE, held)
    assert repr([*items]) == repr([*STRANGE])
    assert (len(items), repr(items[-1]), repr(items[2:4])) == (len(STRANGE), repr(STRANGE[-1]), repr(STRANGE[2:4]))
    with pytest.raises(IndexError):
        items[len(STRANGE)]
    assert repr([*SpilledTuple(SpillFile(), STRANGE)]) == repr([*STRANGE])


def test_changed_items_stay_in_the_file() -> None:
    def doubled(item: int) -> int | None:
        return 2 * item if item % 2 else None

    changed = change_items(SpilledItems(SpillFile(), range(5)), doubled)
    assert isinstance(changed, SpilledItems)
    assert [*changed] == [*change_items((0, 1, 2, 3, 4), doubled)] == [2, 6]


def test_a_temporary_folder_that_cannot_be_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(NoVerdict, match=r"a temporary file in .*none cannot be used: No such file") as raised:
        SpillFile()
    assert "TMPDIR" in (raised.value.hint or "")
