from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from report_golden import RUNS
from report_samples import hostile_written, large_results, results, written_results

from qa_sync.reports.formats import markdown
from qa_sync.reports.html import page
from qa_sync.reports.html.latency import LatencyGroup
from qa_sync.reports.shared.annotated_document import annotated_document
from qa_sync.running.events import CheckFinished, Leftover, Status
from qa_sync.running.results import KnownFailure, Results, SectionResult, SpecResult

VOID = {"meta", "input", "link", "br", "wbr", "img"}
KNOWN = {
    *("html", "head", "meta", "title", "style", "script", "noscript", "body", "header", "main", "aside", "section"),
    *("article", "h1", "h2", "h3", "div", "p", "a", "ul", "li", "ol", "b", "em", "i", "span", "code", "time", "wbr"),
    *("button", "label", "input", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "dl", "dt", "dd"),
    *("ins", "del", "svg", "rect", "line", "text", "circle"),
}


class Read(HTMLParser):
    """The page's tags, attributes, texts and scripts; a tag that is closed twice or never is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif self.open and self.open[-1] == "style":
            self.styles.append(data)
        else:
            self.words.append(data)

    @property
    def data(self) -> list[Any]:
        return [json.loads(text) for kind, text in self.scripts if kind == "application/json"]


def read(some: Results) -> Read:
    return Read(page.render(some))


@pytest.mark.parametrize("name", RUNS)
def test_the_page_is_well_formed_and_its_names_are_unique(name: str) -> None:
    found = read(RUNS[name]())
    assert set(found.tags) <= KNOWN
    ids = Counter(value for _, name, value in found.attributes if name == "id")
    assert max(ids.values()) == 1
    targets = {value[1:] for tag, name, value in found.attributes if tag == "a" and name == "href" and value}
    assert targets <= set(ids)
    labels = {value for _, name, value in found.attributes if name == "aria-labelledby"}
    assert labels <= set(ids)


def test_the_policy_allows_only_our_own_style_and_script() -> None:
    text = page.render(written_results())
    found = Read(text)
    (script,) = [text for kind, text in found.scripts if kind is None]
    (style,) = found.styles
    (policy,) = [
        value for tag, name, value in found.attributes if (tag, name) == ("meta", "content") and "src" in str(value)
    ]
    hashes = [base64.b64encode(hashlib.sha256(some.encode()).digest()).decode() for some in (style, script)]
    assert str(policy).startswith("default-src 'none'; ")
    assert re.findall(r"'sha256-([^']+)'", str(policy)) == hashes
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize("name", RUNS)
def test_nothing_runs_or_loads(name: str) -> None:
    found = read(RUNS[name]())
    assert not [name for _, name, _ in found.attributes if name.startswith("on") or name in {"style", "src", "srcset"}]
    assert all(str(value).startswith("#") for _, name, value in found.attributes if name in {"href", "xlink:href"})
    assert not re.search(r"url\(|@import", "".join(found.styles))
    assert {kind for kind, _ in found.scripts} <= {None, "application/json"}


def test_hostile_text_is_only_ever_text() -> None:
    text = page.render(hostile_written())
    assert text.isprintable() or all(line.isprintable() for line in text.splitlines())
    assert "<script>alert" not in text
    found = Read(text)
    assert len([kind for kind, _ in found.scripts if kind is None]) == 1
    assert "<script>alert(1)</script>" in "".join(found.words)
    assert r"\u202egnp.exe\u2066" in "".join(found.words)


@settings(deadline=None, max_examples=many(15))
@given(st.text(st.characters(), max_size=40), st.text(st.characters(codec="utf-8"), max_size=200))
def test_any_text_gives_a_well_formed_page(word: str, document: str) -> None:
    check = CheckFinished("s", "k", f"{word}/create/{word}", "create", word, 3, Status.FAILED, None, word, word, [word])
    section = SectionResult("k", 1, word, 1, None, (check, replace(check, status=Status.MANUAL, id="2")))
    for text in (None, document, f"{word}\n---\n\n{word}".encode(errors="ignore").decode()):
        some = Results(word, word, datetime(2025, 1, 1, tzinfo=UTC), 0, (SpecResult("s", word, (section,), text),), ())
        found = read(some)
        assert set(found.tags) <= KNOWN
        assert sum(len(data["c"]) for data in found.data) == 2


@pytest.mark.parametrize("name", RUNS)
def test_every_check_is_reported_once_and_shown_at_a_passage(name: str) -> None:
    some = RUNS[name]()
    data = read(some).data
    assert sum(len(one["c"]) for one in data) == len(some.checks)
    assert all({at for passage in one["p"] for at in passage} == set(range(len(one["c"]))) for one in data)


def test_the_document_comes_back_whole() -> None:
    some = written_results()
    words = " ".join("".join(read(some).words).split())
    for sentence in ("Every A Customer will be synchronized with a B Client.", "Generated: 2025-03-09 12:00:00"):
        assert sentence in words
    for cell in ("name.first", "firstName", "nobody.asks", "contact.email", "A Customer Property"):
        assert cell in words


def test_a_passage_carries_its_verdict_and_latency() -> None:
    words = "\n".join(read(written_results()).words)
    assert "2 passed\n 1.23 s" in words
    assert "failed: update-forward" in words
    assert "no check" in words
    assert "repeats section 1" in words


def test_a_row_reports_all_checks_of_its_pair() -> None:
    (part,) = [part for part in annotated_document(written_results().specs[0]) if part.line == 12]
    rows = {row.cells[0]: row for block in part.blocks for row in getattr(block, "rows", ())}
    assert [check.kind for check in rows["name.first"].checks] == ["property", "update-forward", "update-backward"]
    assert rows["vat"].origin == "inferred"
    assert rows["nobody.asks"].checks == ()


def test_without_the_document_the_checks_are_reported_by_line() -> None:
    words = " ".join("".join(read(results()).words).split())
    assert "Line 9: a new A Customer gets exactly one linked B Client" in words


def test_long_values_are_shown_in_part() -> None:
    (spec,) = written_results().specs
    section = spec.sections[0]
    long = replace(
        section.checks[4], expected="x" * 1_000_000 + "a", actual="x" * 1_000_000 + "b", message="m" * 1_000_000
    )
    some = replace(written_results(), specs=(replace(spec, sections=(replace(section, checks=(long,)),)),))
    text = page.render(some)
    assert len(text) < 100_000
    assert "of 1000003)" in text


def test_what_a_run_adds_to_a_check_is_shown() -> None:
    class WithSteps:
        """A check with what later versions of a run tell beside it."""

        difference = "the last 3 characters are missing"
        steps = ("insert an A Customer", {"what": "look", "after_s": 1.5})

        def __init__(self, check: CheckFinished) -> None:
            self.check = check

        def __getattr__(self, name: str) -> Any:
            return getattr(self.check, name)

    (spec,) = written_results().specs
    section = replace(spec.sections[0], checks=(WithSteps(spec.sections[0].checks[0]),))
    some = replace(written_results(), specs=(replace(spec, sections=(section,)),))
    (data,) = read(some).data
    assert data["c"][0][-2:] == [WithSteps.difference, ["insert an A Customer", "what: look, after_s: 1.5"]]


def test_known_failures_are_distinguished() -> None:
    failed = next(check for check in written_results().checks if check.status is Status.FAILED)
    known = KnownFailure(failed.id, "ann", "ticket 7", "2026-12-31")
    words = " ".join("".join(read(replace(written_results(), known=(known,))).words).split())
    assert "1 failure, all of them known" in words
    assert "ticket 7 (ann, until 2026-12-31)" in words


def test_quantiles_are_latencies_that_were_measured() -> None:
    lag = LatencyGroup("a", tuple(float(n) for n in range(1, 101)))
    assert [lag.quantile(q) for q in (0.05, 0.5, 0.95, 0.99)] == [5, 50, 95, 99]
    assert LatencyGroup("a", (7.0,)).quantile(0.05) == LatencyGroup("a", (7.0,)).quantile(0.99) == 7.0


def test_directions_are_distinguished() -> None:
    words = "\n".join(read(written_results()).words)
    assert "A → B" in words
    assert "B → A" in words


def test_many_failures_do_not_make_the_overview_endless() -> None:
    words = "\n".join(read(large_results(3_000)).words)
    assert "400 more lines are shown in the spec only" in words


def test_of_a_place_the_first_failures_are_shown_and_the_others_folded_away() -> None:
    (spec,) = large_results(50).specs
    on_one_line = tuple(replace(check, line=13) for check in spec.sections[0].checks)
    some = replace(large_results(50), specs=(replace(spec, sections=(replace(spec.sections[0], checks=on_one_line),)),))
    words = " ".join("".join(read(some).words).split())
    assert "7 more here" in words
    assert words.index("reason 14:") < words.index("7 more here") < words.index("reason 19:")


def test_what_is_left_for_the_same_reason_stands_together() -> None:
    lost = tuple(Leftover("B", "Client", str(n), "B keeps them") for n in (1, 2, 3))
    words = " ".join("".join(read(replace(written_results(), leftovers=lost)).words).split())
    assert "B Client 1, 2, 3 B keeps them" in words


def test_a_button_that_would_do_nothing_is_not_there() -> None:
    (spec,) = written_results().specs
    well = tuple(check for check in spec.sections[0].checks if check.status is Status.PASSED)
    some = replace(written_results(), specs=(replace(spec, sections=(replace(spec.sections[0], checks=well),)),))
    assert "Expand failures and errors" not in "".join(read(some).words)
    assert "Expand failures and errors" in "".join(read(written_results()).words)


def test_checks_of_one_cause_are_a_line_at_the_top() -> None:
    some = written_results()
    (spec, *_), failed = some.specs, next(c for c in some.checks if c.status is Status.FAILED)
    both = tuple(replace(failed, id=f"{failed.id}{n}", title=f"{n} -> {n}") for n in range(2))
    section = next(s for s in spec.sections if failed in s.checks)
    alone = replace(some, specs=(replace(spec, sections=(replace(section, checks=both),)),))
    assert f"{failed.kind} 2 of 2 in section {section.ordinal}</b></li>" in page.render(alone)
    assert f"{failed.kind} 1 of" not in page.render(some)


def test_a_long_value_is_short_in_the_overview_and_whole_in_its_check() -> None:
    value = "".join(f"part {n}, " for n in range(700))
    spec = written_results().specs[0]
    failed = next(check for check in spec.sections[0].checks if check.status is Status.FAILED)
    long = replace(failed, expected=value, actual=f"{value[:3_000]}other{value[3_000:]}", message=None)
    some = replace(written_results(), specs=(replace(spec, sections=(replace(spec.sections[0], checks=(long,)),)),))
    overview = page.render(some).partition('<section aria-labelledby="h-wrong">')[2].partition("</section>")[0]
    assert "other" in overview
    assert len(overview) < 2_000
    (data,) = read(some).data
    assert value in data["c"][0][6]
    assert "other" in markdown.render(some)
    assert max(map(len, markdown.render(some).splitlines())) < 300
