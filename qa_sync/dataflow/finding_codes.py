"""The table of all that can be wrong with a document: a stable code, how much it matters, and what it means.

Codes are a contract with whoever filters findings: a code is never renamed, and never means something else later.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.dataflow.model import Finding, Severity


class Code(Struct, frozen=True):
    """What every finding of one code has in common; `meaning` is one sentence."""

    severity: Severity
    meaning: str


def _error(meaning: str) -> Code:
    return Code(Severity.ERROR, meaning)


def _warning(meaning: str) -> Code:
    return Code(Severity.WARNING, meaning)


def _info(meaning: str) -> Code:
    return Code(Severity.INFO, meaning)


CODES: Mapping[str, Code] = {
    # Not read: whatever stands there is no part of the checklist.
    "unknown-sentence": _error("No template of the document family knows this sentence."),
    "unknown-heading": _error("A heading is not of the form `<S> <Entity> to <T> <Entity>`."),
    "unknown-table": _error("A table has neither two columns (merge criteria) nor three (properties)."),
    "repeated-table": _error("A section has a second table of the same kind."),
    "homeless-statement": _error("A statement or table stands outside of any section."),
    "conflicting-statement": _error("Two statements of a section contradict each other."),
    "unknown-markup": _warning("Markup that the document family does not have."),
    "extra-text": _info("Text before the first section that is neither the date nor the introduction."),
    "unknown-date": _info("The `Generated:` line holds no date of the form `YYYY-MM-DD HH:MM:SS`."),
    # Read, but it says too little, or something doubtful.
    "empty-property-table": _warning("A property table has no rows: the section does not say what is synchronized."),
    "duplicate-section": _warning("A section says exactly what an earlier one says."),
    "conflicting-section": _warning("Two sections have the same heading and say different things."),
    "missing-statement": _warning("A section leaves out a statement or table that every section has."),
    "repeated-statement": _info("A section makes the same statement twice."),
    "untestable-condition": _warning("A condition is a note to a person and cannot be tested as it is written."),
    "entity-mismatch": _warning("A statement or table speaks of another entity than its section's heading."),
    "label-mismatch": _info("A heading calls a system by another name than the title."),
    "empty-criterion": _warning("A merge criterion names no property on one side or on both."),
    "empty-dependency": _warning("`Dependant on having V in P` lacks V or P."),
    "malformed-path": _warning("A cell is no property path."),
    "uneven-row": _warning("A table's row has another number of cells than its header."),
    "damaged-table": _warning("Cells of a table stand outside of it."),
    "short-underline": _info("A heading's underline is shorter than the heading."),
    # What two documents say of each other.
    "reverse-missing": _warning("A section is said to be kept in sync both ways, but the reverse document lacks it."),
    "reverse-differs": _warning("A section and its reverse in the other document pair different properties."),
    # What the systems' connectors know better.
    "no-connector": _info("No connector is known for a system, so its entities and properties are not checked."),
    "unknown-entity": _warning("The system's connector has no such entity."),
    "unknown-property": _warning("The system's connector has no such property."),
    "read-only-target": _warning("A property is to be synchronized to one that cannot be written."),
    "create-only-target": _info("A property is to be synchronized to one that can be written only at creation."),
    "type-contradiction": _warning("The data type is not the one that the target's connector has."),
}
"""Every code, by what it is about."""


def make_finding(code: str, line: int, message: str) -> Finding:
    """Return a finding as severe as the table says."""
    return Finding(code, CODES[code].severity, line, message)
