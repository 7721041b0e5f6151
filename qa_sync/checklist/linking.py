"""How a section's sentences bring a new source record together with a target record, and why they may not.

EVERY, a condition      the counterpart is created
LINK-FIRST, MERGE-IF    one that is there already is matched by a criterion
NEW-IF-CONNECTED        the counterpart is created once a record of the list is synchronised
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from qa_sync.checklist.model import SampleValue, Side
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.dataflow.model import Criterion, StatementKind
from qa_sync.frozen import dataclass
from qa_sync.settings.model import SettledCondition
from qa_sync.systems.cards import PropertyCard, Writable

UNMATCHABLE = frozenset({"boolean", "choice", "reference", "country", "region"})
"""Conversions of values that many records share: a sample of them is no key."""


@dataclass(frozen=True, slots=True)
class Linking:
    """How a source record gets its counterpart; `why_not` tells why no linked pair can be made here.

    `matched` is the criterion that a pair is matched by, `connected` the property that connects with a record of the
    list and the datatype that it points to; with neither the counterpart is created. `inside` are the values that keep
    a source record inside the section's condition.
    """

    why_not: str | None = None
    matched: Criterion | None = None
    connected: tuple[str, str] | None = None
    inside: Mapping[str, SampleValue] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether a new source record gets a new counterpart without more ado."""
        return not self.matched and not self.connected


def linking_of(ends: Ends, siblings: Mapping[int, Ends], settled: SettledCondition | None) -> Linking:
    """Return how a pair is linked in a section."""
    if ends.section.statement(StatementKind.LINK_FIRST):
        return _link_first(ends, siblings)
    if why := ends.no_create():
        return Linking(why)
    if not ends.section.statement(StatementKind.CONDITION):
        return Linking()
    if settled is None:
        return Linking(f"what the condition means is not told; {HOW_TO_TELL}")
    return _inside(ends, settled)


HOW_TO_TELL = "qa-sync.toml says it in [[conditions]]"


def _inside(ends: Ends, settled: SettledCondition) -> Linking:
    from qa_sync.values.canonical import to_canonical  # noqa: PLC0415 - few documents have conditions

    card = ends.source.properties.get(settled.property)
    if card is None or card.writable is Writable.NEVER:
        what = "is not known" if card is None else f"is read-only: {card.why}"
        return Linking(f"{ends.section.source} {settled.property}, which the condition is about, {what}")
    return Linking(inside={card.path: to_canonical(settled.values[0], card.form)})


def _link_first(ends: Ends, siblings: Mapping[int, Ends]) -> Linking:
    """Return how a pair is linked that is not simply created; where both can be tried, a new one shows more."""
    connected = connection_of(ends, siblings)
    if isinstance(connected, tuple) and not ends.no_create():
        return Linking(connected=connected)
    reasons = [untestable(ends, c) for c in ends.section.criteria]
    found = next((c for c, why in zip(ends.section.criteria, reasons, strict=True) if why is None), None)
    if found:
        return Linking(matched=found)
    said = ends.section.statement(StatementKind.NEW_IF_CONNECTED)
    why = connected if isinstance(connected, str) else ends.no_create()
    told = [r for r in (*reasons, why if said else None) if r] or ["nothing tells which records are the same"]
    return Linking("no linked pair can be made: " + "; ".join(told))


def untestable(ends: Ends, criterion: Criterion) -> str | None:
    """Return why two records cannot be made that share a criterion's value, None when they can."""
    if not (criterion.source and criterion.target):
        return "the row of the merge table is empty"
    if why := ends.no_operation(Side.SOURCE, "insert") or ends.no_operation(Side.TARGET, "insert"):
        return why
    for side, path in ((Side.SOURCE, criterion.source), (Side.TARGET, criterion.target)):
        card = ends.card(side).properties.get(path)
        if card is None:
            return f"the connector knows no property {path!r} of {ends.entity(side)}"
        if card.writable is Writable.NEVER or card.form.convert in UNMATCHABLE:
            return f"{ends.entity(side)} {path} " + _why_no_key(card)
    return None


def _why_no_key(card: PropertyCard) -> str:
    return f"is read-only: {card.why}" if card.writable is Writable.NEVER else "holds what many records share"


def connection_of(ends: Ends, siblings: Mapping[int, Ends]) -> tuple[str, str] | str:
    """Return the source property that points to a synchronised entity of the section's list, and its datatype.

    Else why there is none.
    """
    statement = ends.section.statement(StatementKind.NEW_IF_CONNECTED)
    if statement is None or statement.connection is None:
        return "the section names no entity to be connected to"
    named = {w for e in statement.connection.entities for w in (e.casefold(), *e.casefold().split("-"))}
    synced = {
        e.source.datatype
        for e in siblings.values()
        if e is not ends
        and e.section.statement(StatementKind.EVERY)
        and {e.source.datatype.casefold(), *(n.casefold() for n in e.source.names)} & named
    }
    for card in ends.source.properties.values():
        if card.references in synced and card.writable is not Writable.NEVER:
            return card.path, card.references or ""
    if not synced:
        return f"the document synchronises none of: {', '.join(statement.connection.entities)}"
    return f"no writable property of {ends.section.source} points to one of: {', '.join(sorted(synced))}"
