"""Plans the comparison of two files without a spec and connectors: columns are paired by name, records by a key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from msgspec import Struct

from qa_sync.audit.model import AuditableSection, Claim, MatchMethod, MatchRule, SectionPlan
from qa_sync.audit.reading.column_kinds import ColumnKind, column_kinds
from qa_sync.audit.sources.source import ExportSource
from qa_sync.dataflow.model import Dataflow, Entity, PropertyPair, Section
from qa_sync.errors import UsageError, did_you_mean
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.form import Form

IDENTIFIER: Final = Form(convert="identifier")
NUMBERS: Final = frozenset({ColumnKind.INTEGER, ColumnKind.DECIMAL})
DAYS: Final = frozenset({ColumnKind.DATE, ColumnKind.INSTANT})

FORMS: Final[Mapping[ColumnKind, Form]] = {
    ColumnKind.ANY: Form(),
    ColumnKind.TEXT: Form(),
    ColumnKind.INTEGER: Form("number", "integer"),
    ColumnKind.DECIMAL: Form("number", "decimal"),
    ColumnKind.BOOLEAN: Form("boolean", "boolean"),
    ColumnKind.DATE: Form(convert="date"),
    ColumnKind.INSTANT: Form(convert="instant", options={"style": "naive_utc"}),
}


class TwoFiles(Struct, frozen=True):
    """The comparison of two files: a dataflow of one section, and its plan."""

    dataflow: Dataflow
    plan: SectionPlan


def plan_two_files(left: ExportSource, right: ExportSource, key: str, *, erase: bool) -> TwoFiles:
    """Plan the comparison of two files whose records have the same `key` (`name`, or `left=right`).

    Raises UsageError for a key that a file does not have, and what reading raises.
    """
    keys = _keys(key)
    kinds = column_kinds(left), column_kinds(right)
    for source, name, known in zip((left, right), keys, kinds, strict=True):
        if name not in known:
            raise UsageError(f"{source.name}: no column {name!r}, which is the --key", hint=did_you_mean(name, known))
    labels = (left.label, right.label) if left.label != right.label else (left.name, right.name)
    ends = [Entity(label, "record") for label in labels]
    section = Section(1, f"{labels[0]} to {labels[1]}", 1, ends[0], ends[1])
    dataflow = Dataflow(
        f"{PurePath(left.label).stem}-{PurePath(right.label).stem}", "Two files", labels[0], labels[1], None, (section,)
    )
    match = MatchRule(MatchMethod.KEY, ((PropertyCard(keys[0], IDENTIFIER), PropertyCard(keys[1], IDENTIFIER)),))
    names = [name for name in dict.fromkeys([*kinds[0], *kinds[1]]) if name not in keys]
    prefix = f"{dataflow.path}/{section.key}"
    claims = tuple(_claim(name, kinds, prefix, erase=erase) for name in names)
    cards = [_card(label, name, claims, at) for at, (label, name) in enumerate(zip(labels, keys, strict=True))]
    ready = AuditableSection(cards[0], cards[1], match, claims, None, None, None)
    return TwoFiles(dataflow, SectionPlan(section, prefix, ready))


def _keys(key: str) -> tuple[str, str]:
    left, _, right = key.partition("=")
    return left, right or left


def _claim(name: str, kinds: tuple[Mapping[str, ColumnKind], ...], prefix: str, *, erase: bool) -> Claim:
    one, other = _forms(*(known.get(name, ColumnKind.ANY) for known in kinds))
    pair, ends = PropertyPair(name, name), (PropertyCard(name, one), PropertyCard(name, other))
    return Claim(f"{prefix}/property/{name}:{name}", pair, ends[0], ends[1], 1, erase=erase)


def _forms(one: ColumnKind, other: ColumnKind) -> tuple[Form, Form]:
    """Return the formats in which two columns are compared: texts are read as what the other column has."""
    kinds = {one, other} - {ColumnKind.ANY}
    if kinds == {ColumnKind.INSTANT} and one is other:
        return FORMS[ColumnKind.TEXT], FORMS[ColumnKind.TEXT]  # fractions of a second count
    if len(kinds) <= 1:
        form = FORMS[next(iter(kinds), ColumnKind.TEXT)]
        return form, form
    if kinds == NUMBERS:
        return FORMS[ColumnKind.DECIMAL], FORMS[ColumnKind.DECIMAL]
    return (FORMS[one], FORMS[other]) if kinds == DAYS else (FORMS[ColumnKind.TEXT], FORMS[ColumnKind.TEXT])


def _card(label: str, key: str, claims: tuple[Claim, ...], at: int) -> EntityCard:
    properties = {card.path: card for card in ((claim.source, claim.target)[at] for claim in claims)}
    return EntityCard(label, "records", ("record",), key, properties)
