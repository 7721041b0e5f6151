"""Generated specs parse back to the same Dataflow with any line ending."""

from __future__ import annotations

from random import Random

from dataflow_documents import document, render
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qa_sync.dataflow.reader import read_dataflow

seeds = st.integers(0, 2**64)


@settings(max_examples=many(30), deadline=None)
@given(seeds, st.sampled_from((0, 1, 1, 2, 3, 5)), st.sampled_from(("\n", "\r\n", "\r")))
def test_a_rendered_spec_parses_to_the_same_dataflow(seed: int, sections: int, eol: str) -> None:
    text, expected = render(document(Random(seed), sections))  # noqa: S311
    read = read_dataflow(text.replace("\n", eol), "made/up.rst")
    assert replace(read, findings=()) == expected
    assert not [finding for finding in read.findings if finding.severity == "error"]


@settings(max_examples=many(10), deadline=None)
@given(seeds)
def test_trailing_tabs_and_blanks_are_ignored(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    text, expected = render(document(random, 2))
    trailing = "\n".join(line + random.choice(("", "\t", " ")) for line in text.split("\n"))
    assert replace(read_dataflow("\ufeff" + trailing, "made/up.rst"), findings=()) == expected


@settings(max_examples=many(10), deadline=None)
@given(seeds)
def test_every_line_points_at_its_text(seed: int) -> None:
    text, _ = render(document(Random(seed), 3))  # noqa: S311
    lines = [None, *text.split("\n")]
    for section in read_dataflow(text, "made/up.rst").sections:
        assert str(lines[section.line]).strip() == section.heading
        assert section.table_line
        assert lines[section.table_line] == ".. list-table::"
        for statement in section.statements:
            assert lines[statement.line] == statement.text.split("\n")[0].rstrip()
        rows = [(p.line or 0, p.source) for p in section.pairs] + [(c.line, c.source) for c in section.criteria]
        for line, source in rows:
            assert str(lines[line]).startswith(f"   * - {source}")
