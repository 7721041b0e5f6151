"""Finds what a spec shows and the reader does not understand; each becomes a check of its own, with the status error.

A sentence, table, row or cell that is not read is not verified, so a run must not pass because of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Finding, Section

UNREAD_CODES = frozenset(
    {
        "unknown-sentence",
        "unknown-heading",
        "unknown-table",
        "repeated-table",
        "homeless-statement",
        "conflicting-statement",
        "unknown-markup",
        "uneven-row",
    }
)
"""The codes of findings about something that is not read."""

TABLE_CODES = frozenset({"unknown-table", "repeated-table", "unknown-markup", "uneven-row", "homeless-statement"})
"""The codes after which an empty property table may be one that was not read."""


def with_unread(
    sections: Sequence[Section], findings: Iterable[Finding], invisible: Collection[int]
) -> tuple[Section, ...]:
    """Return the sections, each with the findings about what is not read in it.

    `invisible` are the lines of comments and the like, which docutils does not show. Unsupported markup before the
    first section states nothing about a section; any other finding before it goes to the first section.
    """
    unread = [f for f in findings if f.code in UNREAD_CODES and not _is_invisible(f, sections, invisible)]
    below: list[list[Finding]] = [[] for _ in sections]
    for finding in unread if sections else ():
        owner = max((at for at, s in enumerate(sections) if s.line <= finding.line), default=0)
        below[owner].append(finding)
    return tuple(
        replace(section, unread=tuple(sorted((*found, *_empty_cells(section)), key=lambda finding: finding.line)))
        for section, found in zip(sections, below, strict=True)
    )


def may_infer_pairs(section: Section) -> bool:
    """Whether the section has no rows, which is not the same as rows that were not read."""
    if section.table_line is None:
        return not section.unread
    return not any(finding.code in TABLE_CODES for finding in section.unread)


def _is_invisible(finding: Finding, sections: Sequence[Section], invisible: Collection[int]) -> bool:
    if finding.code != "unknown-markup":
        return False
    return finding.line in invisible or not sections or finding.line < sections[0].line


def _empty_cells(section: Section) -> Iterator[Finding]:
    for pair in section.pairs:
        if pair.line is not None and not (pair.source and pair.target):
            side = "first" if not pair.source else "second"
            yield make_finding("malformed-path", pair.line, f"the {side} cell of the row names no property")
