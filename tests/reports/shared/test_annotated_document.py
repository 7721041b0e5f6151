"""What the reader does not understand is marked where it stands, in every report of the document."""

from __future__ import annotations

from report_samples import SPEC, STARTED, check

from qa_sync.reports.formats import rst
from qa_sync.reports.html import page
from qa_sync.reports.shared.annotated_document import UnmatchedClaims, annotated_document
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SectionResult, SpecResult

TEXT = """\
A to B Dataflow
===============

A Customer too B Client
-----------------------

Every A Customer will be synchronized with a B Client.

A Order to B Purchase
---------------------

Every A Order will be synchronized with a B Purchase.
"""


def spec() -> SpecResult:
    unread = check("unread", "line 4 can be read", 4, Status.ERROR, message="not understood: a heading")
    checks = (unread, check("create", "a new A Order gets one B Purchase", 12))
    return SpecResult(SPEC, "A to B Dataflow", (SectionResult("1", 1, "A Order to B Purchase", 9, None, checks),), TEXT)


def test_it_stands_below_its_own_heading_and_not_in_the_section_that_reports_it() -> None:
    parts = {part.heading: part for part in annotated_document(spec())}
    (claims,) = [b for b in parts["A Customer too B Client"].blocks if isinstance(b, UnmatchedClaims)]
    assert [claim.cells for claim in claims.claims] == [("Line 4 is not understood.",)]
    assert [c.kind for c in parts["A Order to B Purchase"].checks] == ["create"]
    assert not any(isinstance(b, UnmatchedClaims) for b in parts["A Order to B Purchase"].blocks)


def test_html_and_rst_mark_it_there() -> None:
    some = Results("replay", "", STARTED, 1.0, (spec(),), ())
    html, text = page.render(some), rst.render(some)
    assert (
        html.index("A Customer too B Client</h3>")
        < html.index("Line 4 is not understood.")
        < html.index("A Order to B Purchase</h3>")
    )
    assert "* Line 4 is not understood. **!** error: not understood: a heading" in text
