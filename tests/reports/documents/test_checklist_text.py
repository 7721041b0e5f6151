from __future__ import annotations

from msgspec.structs import replace
from report_samples import HOSTILE, checklist

from qa_sync.dataflow.model import Finding, Severity
from qa_sync.reports.documents import checklist_text
from qa_sync.reports.shared.page_options import OutputOptions
from qa_sync.reports.shared.text_layout import width_of


def test_80_columns_are_enough_for_all_but_findings() -> None:
    lines = checklist_text.render(checklist()).splitlines()
    findings = [line for line in lines if line.startswith("specs/shop.txt:")]
    assert findings[0] == "specs/shop.txt:18: warning: the property table has no rows  [empty-property-table]"
    assert len(findings) == 2
    assert max(width_of(line) for line in lines if line not in findings) <= 80


def test_every_pair_that_is_no_promise_is_marked_and_explained() -> None:
    shown = checklist_text.render(checklist(), OutputOptions(width=200))
    assert "property         primaryInfo.email -> contactDetails.emailAddress  (inferred)\n" in shown
    assert "vat -> taxNumber\n" in shown
    assert "\n(inferred) this pair is not in the spec" in shown


def test_a_long_path_does_not_push_the_checks_aside() -> None:
    made = checklist()
    deep = replace(made, dataflow=replace(made.dataflow, path="a/very/long/way/down/to/the/specs/of/the/shop.txt"))
    lines = checklist_text.render(deep).splitlines()
    assert max(map(len, (line for line in lines if ": warning: " not in line))) <= 80
    assert any(line.startswith("  update-backward  vat -> taxNumber") for line in lines)


def test_hostile_documents_are_only_text() -> None:
    made = checklist()
    finding = Finding(HOSTILE, Severity.ERROR, 1, HOSTILE)
    hostile = replace(made, dataflow=replace(made.dataflow, path=HOSTILE, title=HOSTILE), findings=(finding,))
    shown = checklist_text.render(hostile)
    assert all(line.isprintable() for line in shown.splitlines())
    assert r"esc \x1b[31m nul \x00 rtl \u202e" in shown


def test_a_document_without_sections_says_so() -> None:
    made = checklist()
    empty = replace(made, sections=(), findings=())
    assert "0 sections, 0 checks" in checklist_text.render(empty)
