"""Nothing grows faster than its input: twice of anything is at most three times the work, counted in calls."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from cli_caller import QaSync
from hostile_values import check
from work import calls

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.dataflow.lint import lint
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.location import Location
from qa_sync.reports.formats.table import FORMATS, render
from qa_sync.reports.history.baseline import BaselineEntry, apply_baseline
from qa_sync.reports.history.compare_runs import compare
from qa_sync.reports.history.store import append_run, read_verdicts
from qa_sync.reports.history.trends import flaky, trends
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.results import Results, SectionResult, SpecResult
from qa_sync.systems.connectors.find import builtin_folder
from qa_sync.systems.connectors.load import load_connector

TOP = "Wix.com to Customerp Dataflow\n=============================\n\n"
CARDS = {
    label: load_connector(builtin_folder(name)).cards
    for label, name in {"Wix.com": "wix", "Customerp": "customerp"}.items()
}
HEADING = "Wix.com {a} to Customerp {b}\n--------------------------------------------------------\n\n"
EVERY = "Every Wix.com {a} will be synchronized with a Customerp {b}.\n\n"
KEEP = (
    "Once a link between a Wix.com {a} and a Customerp {b} is established, it will keep in sync between the two "
    "systems, regardless of where it is edited.\n\n"
)
MERGE = "A Wix.com {a} will merge with a Customerp {b} if one of the following property combinations match:\n\n"
NEW = (
    "A new Customerp {b} will be created from a Wix.com {a} if it is connected to a {c} that is synchronized "
    "into {d}.\n\n"
)
CRITERIA = ".. list-table::\n   :header-rows: 1\n\n   * - Wix.com {a} Property\n     - Customerp {b} Property\n"
FEW = 24


def said(*texts: str, a: str = "Contacts", b: str = "Contact", **more: str) -> str:
    return "".join(text.format(a=a, b=b, **more) for text in texts)


def sections(count: int) -> str:
    """Return sections of as many entities."""
    return "".join(said(HEADING, EVERY, KEEP, a=f"Things{n}", b=f"Thing{n}") for n in range(count))


def same_sections(count: int) -> str:
    return said(HEADING, EVERY, KEEP) * count


def sentences(count: int) -> str:
    return said(HEADING) + said(EVERY) * count


def unknown_sentences(count: int) -> str:
    return said(HEADING, EVERY) + "".join(f"Sentence number {n} says nothing that is known.\n\n" for n in range(count))


def criteria(count: int) -> str:
    rows = (f"   * - info.extendedFields.a{n}\n     - field{n}\n" for n in range(count))
    return said(HEADING, EVERY, MERGE, CRITERIA) + "".join(rows)


def dependants(count: int) -> str:
    """Return sections that all depend on one."""
    others = (
        said(HEADING, NEW, a=f"Things{n}", b=f"Thing{n}", c="Wix.com Contacts", d="Customerp") for n in range(count)
    )
    return said(HEADING, EVERY, KEEP) + "\n" + "\n".join(others)


@pytest.mark.parametrize("text", [sections, same_sections, sentences, unknown_sentences, criteria, dependants])
def test_documents(text: Callable[[int], str]) -> None:
    def work(count: int) -> None:
        dataflow = read_dataflow(TOP + text(count), "a.txt")
        lint(dataflow)
        compile_checklist(dataflow, CARDS, "seed")

    assert_linear(work)


def results(count: int) -> Results:
    """Return the results of as many checks, in as many sections as a root of it."""
    checks = tuple(check(number, f"value {number}") for number in range(count))
    made = tuple(SectionResult("1-a", n + 1, f"Section {n}", 7, None, checks[n::4]) for n in range(4))
    return Results("live", "seed", datetime(2026, 1, 31, tzinfo=UTC), 0.5, (SpecResult("a.txt", "A", made),), ())


@pytest.mark.parametrize("format", FORMATS)
def test_reports(format: str) -> None:
    made = {count: results(count) for count in (1, FEW, 2 * FEW)}
    assert_linear(lambda count: render(made[count], format))


def test_the_terminal() -> None:
    made = {count: results(count) for count in (1, FEW, 2 * FEW)}
    assert_linear(lambda count: Terminal(io.StringIO(), io.StringIO()).report(made[count]))


def test_two_runs_are_compared() -> None:
    made = {count: results(count) for count in (1, FEW, 2 * FEW)}
    assert_linear(lambda count: compare(made[count], made[count]))


def test_known_failures() -> None:
    made = {count: results(count) for count in (1, FEW, 2 * FEW)}

    def work(count: int) -> None:
        known = [BaselineEntry(f"id{n}", "o", "r", date(2026, 12, 31), Location("known.toml", 1)) for n in range(count)]
        apply_baseline(made[count], known, date(2026, 1, 31))

    assert_linear(work)


def test_the_history(tmp_path: Path) -> None:
    made = results(8)

    def work(count: int) -> None:
        path = tmp_path / f"{count}.sqlite"
        for _ in range(count):
            append_run(made, path, {})
        verdicts = read_verdicts(path)
        trends(verdicts)
        flaky(verdicts)

    assert_linear(work)


@pytest.mark.slow
def test_audit_differences(qa_sync: QaSync, tmp_path: Path) -> None:
    def work(count: int) -> None:
        for side in ("left", "right"):
            rows = (f'{{"id": {n}, "name": "{side} {n}", "{side}": {n}}}\n' for n in range(10 * count))
            (tmp_path / f"{side}.jsonl").write_text("".join(rows))
        files = ("--left", str(tmp_path / "left.jsonl"), "--right", str(tmp_path / "right.jsonl"), "--key", "id")
        assert qa_sync("audit", *files, "-q", f"--report=json={tmp_path / 'report.json'}").code == 1

    assert_linear(work)


def assert_linear(work: Callable[[int], object]) -> None:
    work(1)  # what is loaded once does not count
    few, many = (calls(partial(work, count)) for count in (FEW, 2 * FEW))
    assert many <= 3 * few
