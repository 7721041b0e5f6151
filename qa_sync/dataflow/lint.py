"""What is wrong with a document by itself: pure functions from a Dataflow to findings, in a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from qa_sync.dataflow.finding_codes import make_finding
from qa_sync.dataflow.model import (
    Criterion,
    Dataflow,
    Finding,
    PropertyPair,
    Section,
    Statement,
    StatementKind,
)
from qa_sync.dataflow.parsing.headings import split_heading
from qa_sync.dataflow.parsing.statements import find_other_entity, match_template, normalize_blanks

_PATH = re.compile(r"[^\s.()\[\]/]+(\.[^\s.()\[\]/]+)*\Z")

_BEGINNINGS = (StatementKind.EVERY, StatementKind.LINK_FIRST, StatementKind.CONDITION)


def lint(dataflow: Dataflow) -> list[Finding]:
    """Return the findings of all rules below."""
    found = chain.from_iterable(rule(section) for section in dataflow.sections for rule in SECTION_RULES)
    return [*found, *conflicting_sections(dataflow), *label_mismatches(dataflow)]


def empty_tables(section: Section) -> Iterator[Finding]:
    """Find property tables without a row: the document does not say which properties it promises."""
    if section.table_line is not None and not section.pairs:
        message = f"the property table of `{section.heading}` has no rows"
        yield make_finding("empty-property-table", section.table_line, message)


def duplicates(section: Section) -> Iterator[Finding]:
    """Find sections that say nothing new."""
    if section.duplicate_of is not None:
        message = f"`{section.heading}` repeats section {section.duplicate_of}"
        yield make_finding("duplicate-section", section.line, message)


def untestable_conditions(section: Section) -> Iterator[Finding]:
    """Find conditions that are a note to a person."""
    for statement in section.statements:
        if statement.condition and statement.condition.template == "free":
            message = f"a condition that cannot be tested as written: {statement.condition.text[:200]!r}"
            yield make_finding("untestable-condition", statement.line, message)


def statements_about_other_entities(section: Section) -> Iterator[Finding]:
    """Find statements about other entities than the heading's."""
    a, b = map(normalize_blanks, split_heading(section.heading) or ("", ""))
    for statement in section.statements:
        sentence = match_template(statement.text)
        if sentence and (other := find_other_entity(sentence, a, b)):
            message = f"the statement speaks of {other[1]!r}, the heading of {other[0]!r}"
            yield make_finding("entity-mismatch", statement.line, message)


def empty_criteria(section: Section) -> Iterator[Finding]:
    """Find rows of the merge table, or merge tables, that name no property."""
    merge = section.statement(StatementKind.MERGE_IF)
    if merge and not section.criteria:
        yield make_finding("empty-criterion", merge.line, "the merge table has no rows")
    for row in section.criteria:
        if not (row.source and row.target):
            yield make_finding("empty-criterion", row.line, "a merge criterion without a property on both sides")


def empty_dependencies(section: Section) -> Iterator[Finding]:
    """Find `Dependant on having V in P` without V or P."""
    for pair in section.pairs:
        whens = (*pair.source_when, *pair.target_when)
        if not all(when.value and when.path for when in whens):
            message = f"a dependency of `{pair.source}` -> `{pair.target}` without a value or without a property"
            yield make_finding("empty-dependency", pair.line or section.line, message)


def malformed_paths(section: Section) -> Iterator[Finding]:
    """Find paths that no record can have: empty, with an empty segment, a blank or a bracket."""
    rows: tuple[PropertyPair | Criterion, ...] = (*section.pairs, *section.criteria)
    for row in rows:
        for path in (row.source, row.target):
            if not is_path(path) and not (isinstance(row, Criterion) and not path):
                yield make_finding("malformed-path", row.line or section.line, f"no property path: {path[:200]!r}")


def is_path(text: str) -> bool:
    """Tell whether a record can have a property at such a path."""
    return bool(_PATH.match(text))


def missing_statements(section: Section) -> Iterator[Finding]:
    """Find sections that leave out what every section says."""
    kinds = {statement.kind for statement in section.statements}
    missing = [str(kind) for kind in (StatementKind.KEEP, StatementKind.PROPS) if kind not in kinds]
    if not kinds.intersection(_BEGINNINGS):
        missing.insert(0, " or ".join(_BEGINNINGS))
    if section.table_line is None:
        missing.append("the property table")
    if missing:
        yield make_finding("missing-statement", section.line, f"`{section.heading}` lacks: {', '.join(missing)}")


def repeated_statements(section: Section) -> Iterator[Finding]:
    """Find statements of one kind that stand twice, and sections that say in two ways when a record is created."""
    first: dict[str, Statement] = {}
    for statement in section.statements:
        group = "when a record is created" if statement.kind in _BEGINNINGS else str(statement.kind)
        earlier = first.setdefault(group, statement)
        if earlier is statement:
            continue
        if earlier.text == statement.text:
            message = f"the statement of line {earlier.line} again"
            yield make_finding("repeated-statement", statement.line, message)
        else:
            message = f"contradicts line {earlier.line}: both tell {group}"
            yield make_finding("conflicting-statement", statement.line, message)


def conflicting_sections(dataflow: Dataflow) -> Iterator[Finding]:
    """Find sections under an earlier section's heading that say something else."""
    first: dict[str, Section] = {}
    for section in dataflow.sections:
        earlier = first.setdefault(section.heading, section)
        if earlier is not section and section.duplicate_of is None:
            message = f"`{section.heading}` says something else than section {earlier.ordinal} of the same heading"
            yield make_finding("conflicting-section", section.line, message)


def label_mismatches(dataflow: Dataflow) -> Iterator[Finding]:
    """Find, once per pair of labels, headings that call a system by another name than the title."""
    seen = set()
    for section in dataflow.sections:
        for title, side in ((dataflow.source, section.source), (dataflow.target, section.target)):
            if side.system != title and (title, side.system) not in seen:
                seen.add((title, side.system))
                message = f"the heading calls the system {side.system!r}, the title {title!r}"
                yield make_finding("label-mismatch", section.line, message)


SECTION_RULES: tuple[Callable[[Section], Iterator[Finding]], ...] = (
    empty_tables,
    duplicates,
    untestable_conditions,
    statements_about_other_entities,
    empty_criteria,
    empty_dependencies,
    malformed_paths,
    missing_statements,
    repeated_statements,
)
