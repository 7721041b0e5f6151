"""Generated specs for systems with connectors: all findings are reported, sorted by line."""

from __future__ import annotations

from random import Random

from dataflow_documents import document, render
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.checklist.lint.findings import findings_of
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.systems.connectors.find import LABELS, builtin_folder
from qa_sync.systems.connectors.load import load_connector

CARDS = {label: load_connector(builtin_folder(name)).cards for name, labels in LABELS.items() for label in labels}
KNOWN = (("Acme", "Wix"), ("Nord CRM", "Customerp"), ("Shop.io", "WooCommerce"), ("Quote", "Product"))


@settings(max_examples=many(30), deadline=None)
@given(st.integers(0, 2**64))
def test_every_finding_is_there_by_line(seed: int) -> None:
    text = render(document(Random(seed), 4))[0]  # noqa: S311
    for made_up, real in KNOWN:
        text = text.replace(made_up, real)
    flow = read_dataflow(text, "made/up.rst")
    (found,) = findings_of([flow], CARDS)
    assert [f.line for f in found] == sorted(f.line for f in found)
    assert set(flow.findings) <= set(found)
    lines = text.split("\n")
    for finding in found:
        assert 1 <= finding.line <= len(lines)
        if finding.code in {"unknown-property", "read-only-target", "create-only-target", "type-contradiction"}:
            assert lines[finding.line - 1].startswith("   * - ")
