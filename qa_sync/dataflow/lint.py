"""Lint rules for a single spec: pure functions from a Dataflow to findings, listed in a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from qa_sync.dataflow.lint_codes import make_finding
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
    """Return the findings of every rule in this module."""
    findings = chain.from_iterable(rule(section) for section in dataflow.sections for rule in SECTION_RULES)
    return [*findings, *conflicting_sections(dataflow), *label_mismatches(dataflow)]


def empty_tables(section: Section) -> Iterator[Finding]:
    """Find property tables without rows: the spec does not list the properties to synchronize."""
    if section.table_line is not None and not section.pairs:
        message = f"the property table of `{section.heading}` has no rows"
        yield make_finding("empty-property-table", section.table_line, message)


def duplicates(section: Section) -> Iterator[Finding]:
    """Find sections that repeat an earlier section."""
    if section.duplicate_of is not None:
        message = f"`{section.heading}` repeats section {section.duplicate_of}"
        yield make_finding("duplicate-section", section.line, message)


def untestable_conditions(section: Section) -> Iterator[Finding]:
    """Find conditions in free text, which need a manual check."""
    for statement in section.statements:
        if statement.condition and statement.condition.template == "free":
            message = f"the condition cannot be tested as written: {statement.condition.text[:200]!r}"
            yield make_finding("untestable-condition", statement.line, message)


def statements_about_other_entities(section: Section) -> Iterator[Finding]:
    """Find statements that name other entities than the section's heading."""
    a, b = map(normalize_blanks, split_heading(section.heading) or ("", ""))
    for statement in section.statements:
        sentence = match_template(statement.text)
        if sentence and (other := find_other_entity(sentence, a, b)):
            message = f"the statement names {other[1]!r}, the heading names {other[0]!r}"
            yield make_finding("entity-mismatch", statement.line, message)


def empty_criteria(section: Section) -> Iterator[Finding]:
    """Find merge tables without rows, and merge criteria without a property on both sides."""
    merge = section.statement(StatementKind.MERGE_IF)
    if merge and not section.criteria:
        yield make_finding("empty-criterion", merge.line, "the merge table has no rows")
    for row in section.criteria:
        if not (row.source and row.target):
            yield make_finding("empty-criterion", row.line, "the merge criterion needs a property on both sides")


def empty_dependencies(section: Section) -> Iterator[Finding]:
    """Find `Dependant on having V in P` without V or P."""
    for pair in section.pairs:
        whens = (*pair.source_when, *pair.target_when)
        if not all(when.value and when.path for when in whens):
            message = f"the dependency of `{pair.source}` -> `{pair.target}` has no value or no property"
            yield make_finding("empty-dependency", pair.line or section.line, message)


def malformed_paths(section: Section) -> Iterator[Finding]:
    """Find invalid property paths: empty, or with an empty segment, a space or a bracket."""
    rows: tuple[PropertyPair | Criterion, ...] = (*section.pairs, *section.criteria)
    for row in rows:
        for path in (row.source, row.target):
            if not is_path(path) and not (isinstance(row, Criterion) and not path):
                yield make_finding("malformed-path", row.line or section.line, f"invalid property path: {path[:200]!r}")


def is_path(text: str) -> bool:
    """Return whether the text is a valid property path."""
    return bool(_PATH.match(text))


def missing_statements(section: Section) -> Iterator[Finding]:
    """Find sections that lack a statement or table that every section needs."""
    kinds = {statement.kind for statement in section.statements}
    missing = [str(kind) for kind in (StatementKind.KEEP, StatementKind.PROPS) if kind not in kinds]
    if not kinds.intersection(_BEGINNINGS):
        missing.insert(0, " or ".join(_BEGINNINGS))
    if section.table_line is None:
        missing.append("the property table")
    if missing:
        yield make_finding("missing-statement", section.line, f"`{section.heading}` is missing: {', '.join(missing)}")


def repeated_statements(section: Section) -> Iterator[Finding]:
    """Find repeated statements, and statements of one section that contradict each other."""
    first: dict[str, Statement] = {}
    for statement in section.statements:
        group = "when a record is created" if statement.kind in _BEGINNINGS else f"the `{statement.kind}` rule"
        earlier = first.setdefault(group, statement)
        if earlier is statement:
            continue
        if earlier.text == statement.text:
            message = f"repeats the statement on line {earlier.line}"
            yield make_finding("repeated-statement", statement.line, message)
        else:
            message = f"contradicts line {earlier.line}: both state {group}"
            yield make_finding("conflicting-statement", statement.line, message)


def conflicting_sections(dataflow: Dataflow) -> Iterator[Finding]:
    """Find sections that have the heading of an earlier section but different content."""
    first: dict[str, Section] = {}
    for section in dataflow.sections:
        earlier = first.setdefault(section.heading, section)
        if earlier is not section and section.duplicate_of is None:
            message = f"`{section.heading}` differs from section {earlier.ordinal}, which has the same heading"
            yield make_finding("conflicting-section", section.line, message)


def label_mismatches(dataflow: Dataflow) -> Iterator[Finding]:
    """Find headings that give a system another name than the title does; one finding per pair of names."""
    reported = set()
    for section in dataflow.sections:
        for title, side in ((dataflow.source, section.source), (dataflow.target, section.target)):
            if side.system != title and (title, side.system) not in reported:
                reported.add((title, side.system))
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
