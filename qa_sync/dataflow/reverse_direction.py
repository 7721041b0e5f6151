"""Compares the specs of the two directions: a section that is kept in sync both ways needs both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from qa_sync.dataflow.lint_codes import make_finding
from qa_sync.dataflow.model import Dataflow, Entity, Finding, Section, StatementKind

_IDS = re.compile(r"(?P<source>[a-z0-9]+)-(?P<target>[a-z0-9]+)\Z")

Direction = tuple[str, str]
Pair = tuple[str, str]


def reverse_findings(dataflows: Sequence[Dataflow]) -> dict[str, tuple[Finding, ...]]:
    """Return, by path, findings for two-way sections that the reverse spec lacks or that pair different properties.

    Specs are matched by file name (`<source id>-<target id>`), or by the labels in their titles when one of them has no
    such name. A spec without a reverse spec in `dataflows` has no findings. A self-flow is its own reverse.
    """
    named = {ids: d for d in reversed(dataflows) if (ids := _ids(d))}
    labelled = {_labels(d): d for d in reversed(dataflows)}
    unnamed = {_labels(d): d for d in reversed(dataflows) if not _ids(d)}
    findings = {}
    for dataflow in dataflows:
        ids, labels = _ids(dataflow), _labels(dataflow)
        # Labels do not identify systems: specs may leave them empty or spell them differently in the two directions.
        by_label = (unnamed if ids else labelled).get(_reversed(labels)) if all(labels) else None
        other = (named.get(_reversed(ids)) if ids else None) or by_label
        findings[dataflow.path] = tuple(_compare(dataflow, other)) if other else ()
    return findings


def _ids(dataflow: Dataflow) -> Direction | None:
    ids = _IDS.match(PurePath(dataflow.path).stem)
    return (ids["source"], ids["target"]) if ids else None


def _labels(dataflow: Dataflow) -> Direction:
    return dataflow.source.casefold(), dataflow.target.casefold()


def _reversed(direction: Direction) -> Direction:
    return direction[1], direction[0]


def _compare(dataflow: Dataflow, other: Dataflow) -> Iterator[Finding]:
    mirrors: dict[Direction, list[Section]] = {}
    for section in other.sections:
        mirrors.setdefault((_name(section.target), _name(section.source)), []).append(section)
    for section in dataflow.sections:
        if section.duplicate_of is None and section.statement(StatementKind.KEEP):
            finding = _make_finding(
                section, mirrors.get((_name(section.source), _name(section.target)), ()), other.path
            )
            if finding:
                yield finding


def _make_finding(section: Section, mirrors: Sequence[Section], other: str) -> Finding | None:
    if not mirrors:
        message = f"`{section.heading}` is kept in sync both ways, but {other} has no section for it"
        return make_finding("reverse-missing", section.line, message)
    rows = _row_set((p.source, p.target) for p in section.pairs)
    if any(rows == _row_set((p.target, p.source) for p in mirror.pairs) for mirror in mirrors):
        return None
    mirror = mirrors[0]
    differing = rows ^ _row_set((p.target, p.source) for p in mirror.pairs)
    shown = ", ".join(f"{source} <-> {target}" for source, target in sorted(differing)[:5])
    more = f" and {len(differing) - 5} more" if len(differing) > 5 else ""  # noqa: PLR2004
    message = f"`{section.heading}` and {other}:{mirror.line} pair different properties: {shown}{more}"
    return make_finding("reverse-differs", section.line, message)


def _row_set(pairs: Iterable[Pair]) -> frozenset[Pair]:
    return frozenset(pairs)


def _name(entity: Entity) -> str:
    return f"{entity.entity} ({entity.facet or ''})".casefold()
