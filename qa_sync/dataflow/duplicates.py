"""Marks sections that repeat an earlier one: same heading, same statements, same tables."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from qa_sync.dataflow.model import Section


def mark_duplicates(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections; each copy has the ordinal of the first section that it repeats."""
    first: dict[object, int] = {}
    marked = []
    for section in sections:
        ordinal = first.setdefault(_content(section), section.ordinal)
        marked.append(section if ordinal == section.ordinal else replace(section, duplicate_of=ordinal))
    return tuple(marked)


def _content(section: Section) -> object:
    """Return the content of a section without its position."""
    return (
        section.heading,
        tuple(statement.text for statement in section.statements),
        tuple((row.source, row.target) for row in section.criteria),
        tuple((p.source, p.source_when, p.target, p.target_when, p.type, p.expression) for p in section.pairs),
        section.table_line is None,
    )
