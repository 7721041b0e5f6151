"""A late or lost case as JSON, with the values of both records as they were last read, so that it can be judged again.

{"schema": "qa-sync/observed-case/1", "spec": ..., "section": ..., "state": "lost", "pairs": [...],
 "source": {"id": ..., "values": {path: value}}, "target": {...} or null, "links": [...]}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.expressions.cells import decode_cell, exact_json
from qa_sync.errors import NotConvertible
from qa_sync.observe.judging import Judge
from qa_sync.observe.model import Case, CaseKind, CaseState, ObservedSection, ReadRecord
from qa_sync.observe.pair import path_of
from qa_sync.observe.reporting.case_text import audit_command
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Canonical, Json
from qa_sync.values.json_text import read_exact_json, read_json

SCHEMA: Final = "qa-sync/observed-case/1"


class KeptRecord(Struct, frozen=True):
    """A record as it was last read: `values` by path, `before` those of edited properties before the edit."""

    system: str
    entity: str
    id: str
    values: dict[str, Any]
    before: dict[str, Any] = {}


class KeptLink(Struct, frozen=True):
    """The counterpart of a record that one of the records refers to; `section` matches the two."""

    section: str
    source: str
    target: str


class KeptCase(Struct, frozen=True):
    """A case that was late or lost; `pairs` are the pairs of properties that it is about, as the spec has them.

    Times are ISO 8601 in UTC; `lag_s` and `max_lag_s` are in seconds. A record is None where there was none.
    """

    spec: str
    section: str
    direction: Direction
    kind: CaseKind
    state: CaseState
    changed: datetime
    lag_s: float | None
    max_lag_s: float
    pairs: tuple[str, ...]
    pending: tuple[str, ...]
    source: KeptRecord | None
    target: KeptRecord | None
    links: tuple[KeptLink, ...] = ()
    audit: str = ""


def kept_case(
    case: Case,
    section: ObservedSection,
    *,
    sections: Iterable[ObservedSection],
    judge: Judge,
    state: ObserveState,
    max_lag_s: float,
) -> KeptCase:
    """Return a case with its records; `sections` are those that match referenced records."""
    titles = {c.id: f"{c.pair.source} -> {c.pair.target}" for c in section.auditable.checked_claims}
    pairs = [*case.pending, *case.arrived, *case.edits]
    source, target = (_record(section, at, state, case) for at in (0, 1))
    headings = {one.plan.section.ordinal: one.plan.section.heading for one in sections if one.spec == section.spec}
    return KeptCase(
        section.spec,
        section.plan.section.heading,
        case.direction,
        case.kind,
        case.state,
        case.opened,
        case.lag_s,
        max_lag_s,
        tuple(dict.fromkeys(titles[one] for one in pairs if one in titles)),
        tuple(titles[one] for one in case.pending if one in titles),
        source,
        target,
        tuple(_links(section, judge, headings, source)),
        audit_command(section, case),
    )


def _record(section: ObservedSection, at: int, state: ObserveState, case: Case) -> KeptRecord | None:
    is_changed = at == (0 if case.direction is Direction.FORWARD else 1)
    id_ = case.record if is_changed else case.counterpart
    record = state.record(section.entities[at], id_) if id_ else None
    if record is None:
        return None
    claims = {c.id: c for c in section.auditable.checked_claims}
    before = {path_of(claims[one], at): decode_cell(*both[at]) for one, both in case.before.items() if one in claims}
    card = section.auditable.card(at)
    return KeptRecord(section.plan.labels[at], card.names[0], record.id, dict(record.values), before)


def _links(
    section: ObservedSection, judge: Judge, headings: Mapping[int, str], source: KeptRecord | None
) -> Iterator[KeptLink]:
    for claim in section.auditable.checked_claims if source else ():
        heading = headings.get(claim.id_section) if claim.id_section is not None else None
        if heading is None or source is None or claim.id_section is None:
            continue
        try:
            value = to_canonical(source.values.get(claim.source.path), claim.source.form)
        except NotConvertible:
            continue
        for id_ in _flat(value):
            if (found := judge.translate(claim.id_section, id_)) is not None:
                yield KeptLink(heading, id_, found)


def _flat(value: Canonical) -> Iterator[str]:
    if isinstance(value, tuple):
        for one in value:
            yield from _flat(one)
    elif value is not None:
        yield str(value)


def to_text(case: KeptCase) -> str:
    """Return a case as JSON, a line for each member; numbers are exact."""
    found: Mapping[str, Json] = msgspec.to_builtins(case, builtin_types=(Decimal,))
    members = {"schema": SCHEMA, **found}
    return "{\n" + ",\n".join(f'  "{key}": {exact_json(value)}' for key, value in members.items()) + "\n}\n"


def from_content(content: bytes) -> KeptCase:
    """Return a case from JSON; raises ValueError for another schema or a member of the wrong type."""
    document, exact = read_json(content), read_exact_json(content)
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SCHEMA or not isinstance(exact, Mapping):
        raise ValueError(f"expected a case of schema {SCHEMA!r}, got {schema!r}")
    case = msgspec.convert(document, KeptCase)
    source, target = (
        kept and replace(kept, values=exact[side]["values"])
        for side, kept in (("source", case.source), ("target", case.target))
    )
    return replace(case, source=source, target=target)


def read_record(kept: KeptRecord | None) -> ReadRecord | None:
    """Return the record of a case as an observation reads it."""
    return None if kept is None else ReadRecord(kept.id, kept.values, None, "")
