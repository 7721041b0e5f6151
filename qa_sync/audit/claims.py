"""Makes claims about existing records from a section's property pairs, with reasons for pairs that are not checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.model import Claim
from qa_sync.dataflow.model import PropertyPair, Section, StatementKind
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.pairing import pairs_of
from qa_sync.values.form import Form

_ENTITY = re.compile(r"(wd|p|ps):")
"""Values such as `wd:Q852835` name an entity, not the text that a system has for it.

Source: docs/explanation/grammar.rst, "Dependent properties".
"""


class EntityPair(Struct, frozen=True):
    """A section with the cards of its two entities."""

    section: Section
    source: EntityCard
    target: EntityCard


def claims_of(
    ends: EntityPair, prefix: str, sections: Mapping[int, EntityPair], *, erase: bool = False
) -> tuple[Claim, ...]:
    """Return a claim for each pair; `sections` are those of the spec, whose matches translate ids.

    `erase`: clearing a value clears it on the other side (policy `empty`).
    """
    pairs = pairs_of(ends.section, ends.source, ends.target)
    repeated = Counter((p.source, p.target) for p in pairs)
    claims = (_claim(ends, p, prefix, sections, many=repeated[p.source, p.target] > 1) for p in pairs)
    return tuple(replace(claim, erase=erase and _is_clearable(claim.target)) for claim in claims)


def _is_clearable(card: PropertyCard) -> bool:
    return not (card.required or card.derived or card.fixed)


def _claim(
    ends: EntityPair, pair: PropertyPair, prefix: str, sections: Mapping[int, EntityPair], *, many: bool
) -> Claim:
    one, other = ends.source.properties.get(pair.source), ends.target.properties.get(pair.target)
    through = _id_section(ends, one, other, sections)
    return Claim(
        id=f"{prefix}/property/{pair.source}:{pair.target}" + (f"@{pair.line}" if many else ""),
        pair=pair,
        source=one or PropertyCard(pair.source, Form()),
        target=other or PropertyCard(pair.target, Form()),
        line=pair.line or ends.section.table_line or _line(ends.section),
        skip=_unknown(ends, pair)
        or (_why_not_writable(ends, other) if other else None)
        or (through if isinstance(through, str) else None),
        manual=_condition(pair),
        note=_note(ends, other),
        id_section=through if isinstance(through, int) else None,
    )


def _line(section: Section) -> int:
    found = section.statement(StatementKind.PROPS)
    return found.line if found else section.line


def _unknown(ends: EntityPair, pair: PropertyPair) -> str | None:
    for entity, card, path in (
        (ends.section.source, ends.source, pair.source),
        (ends.section.target, ends.target, pair.target),
    ):
        if path not in card.properties:
            return f"property {path!r} of {entity} not found in the connector"
    return None


def _why_not_writable(ends: EntityPair, other: PropertyCard) -> str | None:
    if other.writable is Writable.NEVER and not other.derived:
        return f"read-only in {ends.section.target}" + (f": {other.why}" if other.why else "")
    return None


def _note(ends: EntityPair, other: PropertyCard | None) -> str | None:
    if other and other.writable is Writable.CREATE:
        return f"writable only when a {ends.section.target} is created, so later edits cannot be synced"
    return None


def _condition(pair: PropertyPair) -> str | None:
    unclear = [
        w for w in (*pair.source_when, *pair.target_when) if not w.value or not w.path.strip() or _ENTITY.match(w.value)
    ]
    if not unclear:
        return None
    conditions = "; ".join(f"{w.path.strip() or '(no path given)'} is {w.value or '(no value given)'}" for w in unclear)
    return f"applies only when {conditions}"


def _id_section(
    ends: EntityPair, one: PropertyCard | None, other: PropertyCard | None, sections: Mapping[int, EntityPair]
) -> int | str | None:
    """Return the section whose matches translate an id, a reason if there is none, or None if it is not a reference."""
    if one is None or one.references is None:
        return None
    systems = (ends.section.source.system, ends.section.target.system)
    for ordinal, found in sections.items():
        here = (found.section.source.system, found.section.target.system) == systems
        to = other.references if other else None
        if here and found.source.datatype == one.references and to in {None, found.target.datatype}:
            return ordinal
    return f"no section of the spec matches the {one.references} records that {one.path} refers to"
