"""The table of lint codes: each has a severity and a meaning.

Codes are a contract with users who filter findings: a code is never renamed and never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.dataflow.model import Finding, Severity


class Code(Struct, frozen=True):
    """The severity and the meaning (one sentence) of a finding code."""

    severity: Severity
    meaning: str


def _error(meaning: str) -> Code:
    return Code(Severity.ERROR, meaning)


def _warning(meaning: str) -> Code:
    return Code(Severity.WARNING, meaning)


def _info(meaning: str) -> Code:
    return Code(Severity.INFO, meaning)


CODES: Mapping[str, Code] = {
    # Parts of the spec that are not read. Most become `unread` checks (`qa_sync.dataflow.unread`).
    "unknown-sentence": _error("A sentence matches no known template."),
    "unknown-heading": _error("A heading does not have the form `<S> <Entity> to <T> <Entity>`."),
    "unknown-table": _error("A table has neither two columns (merge criteria) nor three columns (properties)."),
    "repeated-table": _error("A section has a second table of the same kind."),
    "homeless-statement": _error("A statement or table is outside any section."),
    "conflicting-statement": _error("Two statements of a section contradict each other."),
    "unknown-markup": _warning("The markup is not supported in specs and is not read."),
    "extra-text": _info("Text before the first section is neither the date nor the introduction."),
    "unknown-date": _info("The `Generated:` line has no date of the form `YYYY-MM-DD HH:MM:SS`."),
    # Parsed, but incomplete or doubtful.
    "empty-property-table": _warning("A property table has no rows: the section lists no properties to synchronize."),
    "duplicate-section": _warning("A section repeats an earlier section."),
    "conflicting-section": _warning("Two sections have the same heading but different content."),
    "missing-statement": _warning("A section lacks a statement or table that every section needs."),
    "repeated-statement": _info("A section repeats a statement."),
    "untestable-condition": _warning("A condition is free text and cannot be tested as written."),
    "entity-mismatch": _warning("A statement or table names another entity than its section's heading."),
    "label-mismatch": _info("A heading gives a system another name than the title."),
    "empty-criterion": _warning("A merge criterion has no property on one or both sides."),
    "empty-dependency": _warning("`Dependant on having V in P` lacks V or P."),
    "malformed-path": _warning("A cell is not a valid property path."),
    "uneven-row": _warning("A table row has a different number of cells than the header."),
    "damaged-table": _warning("Cells of a table are outside the table."),
    "short-underline": _info("A heading's underline is shorter than the heading."),
    # Comparison with the spec of the reverse direction.
    "reverse-missing": _warning("A section is kept in sync both ways, but the spec of the reverse direction lacks it."),
    "reverse-differs": _warning("A section and its reverse in the other spec pair different properties."),
    # Comparison with the connectors of the systems.
    "no-connector": _info("A system has no connector, so its entities and properties are not checked."),
    "unknown-entity": _warning("The system's connector does not have the entity."),
    "unknown-property": _warning("The system's connector does not have the property."),
    "read-only-target": _warning("The target property cannot be written."),
    "create-only-target": _info("The target property can be written only when the record is created."),
    "type-contradiction": _warning("The data type differs from the type in the target's connector."),
}
"""Every finding code, grouped by topic."""


def make_finding(code: str, line: int, message: str) -> Finding:
    """Return a finding with the severity from the table."""
    return Finding(code, CODES[code].severity, line, message)
