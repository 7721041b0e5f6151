"""A hundred specs: the terminal ends with a screen of them, HTML has an index, Markdown a table; the worst first."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace
from report_samples import STARTED, check

from qa_sync.reports.formats import markdown, results_json, results_json_reader
from qa_sync.reports.history.earlier_runs import Earlier, EarlierOf, nothing_earlier, with_earlier
from qa_sync.reports.history.earlier_verdicts import earlier_verdicts
from qa_sync.reports.history.merge_results import merge_results
from qa_sync.reports.history.store import append_run
from qa_sync.reports.html import page
from qa_sync.reports.shared.spec_states import spec_states
from qa_sync.reports.terminal.terminal import Terminal
from qa_sync.running.events import Status
from qa_sync.running.results import KnownFailure, Results, SectionResult, SpecResult

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


def of(earlier: Mapping[str, Earlier]) -> EarlierOf:
    """Return the function that looks a spec up."""
    return lambda spec: earlier.get(spec.spec)


def test_what_newly_fails_and_when_each_was_verified_is_shown_everywhere() -> None:
    failing = "1-a-customer-to-b-client/create/y"
    earlier = {f"specs/{n:03}.txt": Earlier({failing: Status.PASSED}, STARTED) for n in range(100)}
    earlier["specs/099.txt"].statuses[failing] = Status.FAILED
    some = with_earlier(replace(hundred(), ran=STARTED + timedelta(days=2)), of(earlier))
    lines = shown(some).splitlines()
    overview = lines[lines.index("Specs  2 newly fail") :]
    assert len(overview) <= 24
    assert overview[1:4] == [
        "  ✗ specs/017.txt  1 passed, 1 failed  1 newly  verified 2025-03-11",
        "  ✗ specs/099.txt  1 passed, 1 failed  verified 2025-03-11",
        "  ! specs/040.txt  1 passed, 1 error  1 newly  verified 2025-03-11",
    ]
    rows = [line for line in markdown.render(some).splitlines() if "specs/" in line]
    assert rows[:2] == [
        "| ❌ | <code>specs/017.txt</code> | 1 passed, 1 failed | 1 | 2025-03-11 |",
        "| ❌ | <code>specs/099.txt</code> | 1 passed, 1 failed | 0 | 2025-03-11 |",
    ]
    html = page.render(some)
    assert '<th scope="col">Newly failing</th><th scope="col">Last verified</th>' in html
    assert '<td>1 passed, 1 failed</td><td><b class="f">1</b></td><td class="date">2025-03-11</td>' in html
    read = results_json_reader.parse(results_json.render(some))
    assert [(spec.newly, spec.verified) for spec in read.specs] == [(spec.newly, spec.verified) for spec in some.specs]


def test_a_spec_without_a_verdict_was_verified_when_an_earlier_run_did() -> None:
    some = hundred({17: Status.ERROR})
    broken = some.specs[17].sections[0]
    nothing = replace(broken, checks=tuple(c for c in broken.checks if c.status is Status.ERROR))
    some = replace(some, specs=(replace(some.specs[17], sections=(nothing,)), some.specs[18]))
    before = {"specs/017.txt": Earlier({}, STARTED - timedelta(days=9))}
    verified = with_earlier(some, of(before))
    assert [spec.verified for spec in verified.specs] == [STARTED - timedelta(days=9), STARTED]
    assert [spec.newly for spec in verified.specs] == [(nothing.checks[0].id,), None]
    assert [spec.verified for spec in with_earlier(some, nothing_earlier).specs] == [None, STARTED]


def test_a_known_failure_is_not_new() -> None:
    some = hundred()
    known = KnownFailure("1-a-customer-to-b-client/create/y", "me", "known", "2030-01-01", "specs/017.txt")
    specs = with_earlier(replace(some, known=(known,)), nothing_earlier, has_baseline=True).specs
    assert [n for n, spec in enumerate(specs) if spec.newly] == [40, 99]


def test_merged_runs_say_what_newly_fails() -> None:
    old = replace(hundred({99: Status.FAILED}), started=STARTED - timedelta(days=1))
    specs = merge_results([hundred(), old]).results.specs
    assert [n for n, spec in enumerate(specs) if spec.newly] == [17, 40]
    assert {spec.verified for spec in specs} == {STARTED}
    apart = merge_results([replace(old, specs=old.specs[:50]), replace(hundred(), specs=hundred().specs[50:])]).results
    assert {spec.newly for spec in apart.specs} == {None}
    assert [spec.verified for spec in apart.specs] == [STARTED - timedelta(days=1)] * 50 + [STARTED] * 50


def test_the_history_knows_what_newly_fails(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with earlier_verdicts(path) as earlier:
        assert earlier(hundred().specs[0]) is None
    for n, bad in enumerate(({}, {99: Status.FAILED}, dict.fromkeys(range(100), Status.SKIPPED))):
        append_run(hundred(bad), path, {}, lambda n=n: STARTED + timedelta(days=n))  # type: ignore[misc]
    with earlier_verdicts(path) as earlier:
        specs = with_earlier(hundred(), earlier).specs
    assert [n for n, spec in enumerate(specs) if spec.newly] == [17, 40]
    assert specs[0].newly == ()


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
