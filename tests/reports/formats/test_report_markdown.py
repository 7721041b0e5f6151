from __future__ import annotations

import re

import pytest
from report_golden import RUNS
from report_samples import hostile_written, large_results, results, written_results

from qa_sync.reports.formats import markdown
from qa_sync.reports.formats.github_annotations import github
from qa_sync.running.events import Status

SUMMARY_LIMIT = 1024 * 1024
"""GitHub shows a summary of up to 1 MiB."""


def test_the_worst_comes_first_and_the_place_is_named() -> None:
    text = markdown.render(written_results())
    assert text.startswith("### ❌ qa-sync: 6 passed, 1 failed, 1 error, 1 skipped, 1 manual\n")
    assert "<code>specs/shop.txt:16</code> Once a link between" in text
    assert '      - "Åse Žofie"\n      + "Åse Sofie"\n' in text


def test_what_could_not_be_removed_is_listed() -> None:
    text = markdown.render(written_results())
    assert text.endswith(
        "#### Not removed\n\n- <code>A Customer c-17</code> HTTP 403: a customer with orders stays\n\n"
    )


def test_nothing_from_outside_is_markup() -> None:
    text = markdown.render(hostile_written())
    tags = set(re.findall(r"<(\w+)", re.sub(r"^      .*$", "", text, flags=re.MULTILINE)))
    assert tags <= {"code", "details", "summary"}
    assert all(line.isprintable() for line in text.splitlines())
    assert "@" not in text.replace("@example.test", "")


def test_a_cell_never_ends_before_its_bar() -> None:
    for name in RUNS:
        for line in markdown.render(RUNS[name]()).splitlines():
            if line.startswith(("| ✅", "| ❌")):
                assert line.count("|") == 9


def test_a_summary_stays_below_what_github_shows() -> None:
    assert len(markdown.render(large_results(20_000)).encode()) < SUMMARY_LIMIT


@pytest.mark.parametrize("some", [results(), written_results(), hostile_written()])
def test_an_annotation_is_one_line_at_a_place(some: object) -> None:
    lines = list(github(some))  # type: ignore[arg-type]
    bad = [check for check in some.checks if check.status in {Status.FAILED, Status.ERROR}]  # type: ignore[attr-defined]
    assert len(lines) == len(bad)
    for line, check in zip(lines, bad, strict=True):
        level = "error" if check.status is Status.FAILED else "warning"
        assert re.fullmatch(rf"::{level} file=[^,:]*,line={check.line},title=[^,:]*::.*\n", line)
        assert line.rstrip("\n").isprintable()


def test_what_would_end_a_property_is_written_out() -> None:
    (failed, *_) = github(results())
    assert failed == (
        "::error file=specs/shop.txt,line=13,title=property%3A billing.email -> contact.email::"
        "the value did not arrive within 120 s; looked 40 times\n"
    )
