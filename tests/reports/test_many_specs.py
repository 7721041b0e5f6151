"""A hundred specs: the terminal ends with a screen of them, HTML has an index, Markdown a table; the worst first."""

from __future__ import annotations

import io

from msgspec.structs import replace
from report_samples import STARTED, check

from qa_sync.reports.formats import markdown
from qa_sync.reports.html import page
from qa_sync.reports.shared.spec_states import spec_states
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SectionResult, SpecResult

BAD = {17: Status.FAILED, 40: Status.ERROR, 99: Status.FAILED}


def hundred(bad: dict[int, Status] = BAD) -> Results:
    specs = []
    for n in range(100):
        name = f"specs/{n:03}.txt"
        checks = tuple(
            replace(check("create", title, 9, status), spec=name)
            for title, status in (("x", Status.PASSED), ("y", bad.get(n, Status.PASSED)))
        )
        specs.append(SpecResult(name, f"Spec {n}", (SectionResult("1", 1, "A to B", 9, None, checks),)))
    return Results("live", "7f3a", STARTED, 2.5, tuple(specs), ())


def shown(some: Results) -> str:
    out = io.StringIO()
    Terminal(out, io.StringIO(), width=80, environ={}).report(some)
    return out.getvalue()


def test_the_worst_are_first_and_each_is_there_once() -> None:
    states = spec_states(hundred())
    assert [state.number for state in states[:4]] == [17, 99, 40, 0]
    assert sorted(state.number for state in states) == list(range(100))
    assert states[0].counted == "1 passed, 1 failed"


def test_the_terminal_ends_with_a_screen_of_them() -> None:
    lines = shown(hundred()).splitlines()
    overview = lines[lines.index("Specs") :]
    assert len(overview) <= 24
    assert [line.split()[1] for line in overview[1:4]] == ["specs/017.txt", "specs/099.txt", "specs/040.txt"]
    assert "  and 95 more: 95 passed" in overview
    assert overview[-1].startswith("200 checks: 197 passed, 2 failed, 1 error")


def test_specs_without_failures_have_no_tables_of_their_own() -> None:
    assert len(shown(hundred({})).splitlines()) <= 24
    text = shown(hundred())
    assert "Spec 17" in text
    assert "Spec 18" not in text


def test_all_failing_still_fits_a_screen() -> None:
    lines = shown(hundred(dict.fromkeys(range(100), Status.FAILED))).splitlines()
    assert len(lines[lines.index("Specs") :]) <= 24


def test_html_has_an_index_and_markdown_a_table() -> None:
    html, text = page.render(hundred()), markdown.render(hundred())
    index = html[html.index('id="index"') : html.index("<article")]
    assert index.index("#d17") < index.index("#d99") < index.index("#d40") < index.index("#d0")
    assert index.count("<tr class=") == 100
    assert '<li><a href="#index">100 specs</a></li>' in html
    rows = [line for line in text.splitlines() if "specs/" in line]
    assert "specs/017.txt" in rows[0]
    assert "1 passed, 1 failed" in rows[0]
    assert 'id="index"' not in page.render(replace(hundred(), specs=hundred().specs[:1]))
