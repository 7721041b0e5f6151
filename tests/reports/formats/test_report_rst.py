from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import docutils.core
import docutils.nodes
import pytest
from msgspec.structs import replace
from report_golden import RUNS
from report_samples import hostile_written, written_results

from qa_sync.dataflow.model import Origin, Section
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.errors import SpecError
from qa_sync.reports.formats import rst
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult

FIXTURES = sorted((Path(__file__).parents[2] / "dataflow/fixtures").glob("*.rst"))


def parsed(text: str) -> tuple[docutils.nodes.document, str]:
    told = io.StringIO()
    settings = {"warning_stream": told, "report_level": 2, "file_insertion_enabled": False, "raw_enabled": False}
    return docutils.core.publish_doctree(text, settings_overrides=settings), told.getvalue()


@pytest.mark.parametrize("name", RUNS)
def test_it_is_valid(name: str) -> None:
    assert parsed(rst.render(RUNS[name]()))[1] == ""


def everywhere(path: Path) -> Results:
    """Return results with a check at every claim of a document, in turn of every status."""
    text = path.read_text(encoding="utf-8-sig")
    dataflow = read_dataflow(text, path.name)
    sections = tuple(
        SectionResult(s.key, s.ordinal, s.heading, s.line, s.duplicate_of, tuple(claims(s, path.name)))
        for s in dataflow.sections
    )
    spec = SpecResult(path.name, dataflow.title, sections, text)
    return Results("live", "1", datetime(2025, 1, 1, tzinfo=UTC), 0, (spec,), ())


def claims(section: Section, spec: str) -> Iterator[CheckFinished]:
    statuses = cycle(Status)
    lines = [s.line for s in section.statements] + [c.line for c in section.criteria]
    for n, line in enumerate(lines):
        title = f"*a* |b| c_ {n}"
        yield CheckFinished(spec, section.key, f"{n}", "create", title, line, next(statuses), message="`x`_")
    pairs = {pair.line: Origin.SPEC for pair in section.pairs} | {section.table_line: Origin.INFERRED}
    for at, origin in pairs.items():
        if at:
            name, title = f"x/property/p{at}:q", "p* -> q_"
            yield CheckFinished(spec, section.key, name, "property", title, at, next(statuses), origin)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_document_of_the_family_stays_valid_and_no_claim_is_lost(path: Path) -> None:
    try:
        some = everywhere(path)
    except SpecError:
        pytest.skip("no dataflow document")
    text = rst.render(some)
    original = parsed(path.read_text(encoding="utf-8-sig"))[1]
    assert parsed(text)[1] == "" or original
    marks = text.rpartition("**Verified**")[0].count("**")
    passages = {(check.key, check.line, check.id.rpartition("/")[2]) for check in some.checks}
    assert marks >= 2 * len({(key, line) for key, line, _ in passages})


def test_a_claim_has_its_verdict_behind_it() -> None:
    lines = rst.render(written_results()).splitlines()
    assert "Every A Customer will be synchronized with a B Client. **✓** 2 passed, 1.23 s" in lines
    keep = next(line for line in lines if line.startswith("regardless of where it is edited."))
    assert "**✗** failed: update-forward: the value did not arrive within 120 s" in keep
    assert "     - **?** manual: to be verified by a person" in lines
    assert "     - no check" in lines
    assert "*Repeats section 1 and is verified there.*" in lines


def test_a_pair_that_the_document_does_not_name_is_marked() -> None:
    text = rst.render(written_results())
    assert "   * - *vat*\n     - *taxNumber*\n     - *inferred*\n     - **✓** passed, 3.00 s\n" in text
    assert "\n*inferred*: this pair is not in the spec" in text


def test_what_failed_together_is_listed_with_its_lines() -> None:
    text = rst.render(written_results())
    causes = text[text.index("**Failures and errors**:") :]
    assert "looked 40 times: update-forward 1 of 1 in section 1 (line 16)\n* **!** B did not answer" in causes
    assert "Times next to a verdict" not in text
    assert "Simulated times are those of a clock that does not wait." in rst.render(
        replace(written_results(), simulated=True)
    )


def test_the_document_reads_as_before() -> None:
    after = parsed(rst.render(written_results()))[0].astext()
    words = [word for word in (written_results().specs[0].text or "").split() if word.isalpha()]
    missing = iter(after.split())
    assert all(word in missing for word in words)


def test_nothing_from_outside_is_markup() -> None:
    tree = parsed(rst.render(hostile_written()))[0]
    assert not [*tree.findall(docutils.nodes.raw)]
    assert not [*tree.findall(docutils.nodes.problematic)]
    assert {str(node["refuri"]) for node in tree.findall(docutils.nodes.reference) if "refuri" in node} == set()


def test_no_line_holds_a_control_character() -> None:
    assert all(line.isprintable() for line in rst.render(hostile_written()).splitlines())
