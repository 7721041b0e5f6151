"""How the statements of a section link a new source record with a target record, or why they cannot.

EVERY, a condition      the counterpart is created
LINK-FIRST, MERGE-IF    an existing record is matched by a criterion
NEW-IF-CONNECTED        the counterpart is created once a record of the list is synchronized
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from qa_sync.checklist.pair_capabilities import EntityPair
from qa_sync.checklist.reasons import Reason, ReasonCode, combined
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import SampleValue
from qa_sync.dataflow.model import Criterion, StatementKind
from qa_sync.settings.model import ConfiguredCondition
from qa_sync.systems.cards import PropertyCard, Writable

UNMATCHABLE = frozenset({"boolean", "choice", "reference", "country", "region"})
"""Conversions of values that many records share, so that a sample cannot identify a record."""


class Linking(Struct, frozen=True):
    """How a source record gets its counterpart; `skip_reason` is set when no linked pair can be created.

    `match_criterion` is the criterion that matches a pair, `connection` the property that refers to a record of the
    list, and the datatype of that record; with neither, the sync creates the counterpart. `condition_values` are the
    values that keep a source record inside the section's condition.
    """

    skip_reason: Reason | None = None
    match_criterion: Criterion | None = None
    connection: tuple[str, str] | None = None
    condition_values: Mapping[str, SampleValue] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether a new source record always gets a new counterpart."""
        return not self.match_criterion and not self.connection


def linking_of(
    entities: EntityPair, siblings: Mapping[int, EntityPair], setting: ConfiguredCondition | None
) -> Linking:
    """Return how a section links a pair."""
    if entities.section.statement(StatementKind.LINK_FIRST):
        return _link_first(entities, siblings)
    if reason := entities.reason_not_creatable():
        return Linking(reason)
    if not entities.section.statement(StatementKind.CONDITION):
        return Linking()
    if setting is None:
        return Linking(NO_CONDITION)
    return _linking_inside_condition(entities, setting)


NO_CONDITION = Reason(
    ReasonCode.NO_CONDITION, "the condition is not configured; add an entry to [[conditions]] in qa-sync.toml"
)


def _linking_inside_condition(entities: EntityPair, setting: ConfiguredCondition) -> Linking:
    from qa_sync.values.canonical import to_canonical  # noqa: PLC0415 - few specs have conditions

    card = entities.source.properties.get(setting.property)
    if card is None or card.writable is Writable.NEVER:
        what = "is not in the connector" if card is None else f"is read-only: {card.why}"
        text = f"{entities.section.source} {setting.property}, the property of the condition, {what}"
        return Linking(Reason(ReasonCode.CONDITION_PROPERTY, text))
    return Linking(condition_values={card.path: to_canonical(setting.values[0], card.form)})


def _link_first(entities: EntityPair, siblings: Mapping[int, EntityPair]) -> Linking:
    """Return how a pair is linked when the sync does not simply create the counterpart; a new record is preferred."""
    connection = connection_or_reason(entities, siblings)
    if isinstance(connection, tuple) and not entities.reason_not_creatable():
        return Linking(connection=connection)
    reasons = [reason_untestable(entities, c) for c in entities.section.criteria]
    testable = next((c for c, reason in zip(entities.section.criteria, reasons, strict=True) if reason is None), None)
    if testable:
        return Linking(match_criterion=testable)
    connected_statement = entities.section.statement(StatementKind.NEW_IF_CONNECTED)
    reason = connection if isinstance(connection, Reason) else entities.reason_not_creatable()
    reasons_given = [r for r in (*reasons, reason if connected_statement else None) if r] or [
        Reason(ReasonCode.NO_CRITERION, "no statement says which records are the same")
    ]
    return Linking(combined("no linked pair can be created", reasons_given, ReasonCode.NOT_LINKABLE))


def reason_untestable(entities: EntityPair, criterion: Criterion) -> Reason | None:
    """Return why two records cannot share the value of a criterion, None when they can."""
    if not (criterion.source and criterion.target):
        return Reason(ReasonCode.NO_CRITERION, "the row of the merge table is empty")
    if reason := entities.reason_no_operation(Side.SOURCE, "insert") or entities.reason_no_operation(
        Side.TARGET, "insert"
    ):
        return reason
    for side, path in ((Side.SOURCE, criterion.source), (Side.TARGET, criterion.target)):
        card = entities.card(side).properties.get(path)
        if card is None:
            text = f"the connector has no property {path!r} of {entities.entity(side)}"
            return Reason(ReasonCode.UNKNOWN_PROPERTY, text)
        if card.writable is Writable.NEVER or card.form.convert in UNMATCHABLE:
            return _reason_no_key(card, f"{entities.entity(side)} {path}")
    return None


def _reason_no_key(card: PropertyCard, name: str) -> Reason:
    if card.writable is Writable.NEVER:
        return Reason(ReasonCode.READ_ONLY_PROPERTY, f"{name} is read-only: {card.why}")
    return Reason(ReasonCode.COMMON_VALUE, f"{name} holds a value that many records share")


def connection_or_reason(entities: EntityPair, siblings: Mapping[int, EntityPair]) -> tuple[str, str] | Reason:
    """Return the source property that refers to a synchronized entity of the section's list, and its datatype.

    Returns a reason instead when there is none.
    """
    statement = entities.section.statement(StatementKind.NEW_IF_CONNECTED)
    if statement is None or statement.connection is None:
        return Reason(ReasonCode.NO_CONNECTION, "the section names no entity to connect to")
    named = {w for e in statement.connection.entities for w in (e.casefold(), *e.casefold().split("-"))}
    synced = {
        e.source.datatype
        for e in siblings.values()
        if e is not entities
        and e.section.statement(StatementKind.EVERY)
        and {e.source.datatype.casefold(), *(n.casefold() for n in e.source.names)} & named
    }
    for card in entities.source.properties.values():
        if card.references in synced and card.writable is not Writable.NEVER:
            return card.path, card.references or ""
    if not synced:
        text = f"the spec synchronizes none of: {', '.join(statement.connection.entities)}"
    else:
        text = f"no writable property of {entities.section.source} refers to one of: {', '.join(sorted(synced))}"
    return Reason(ReasonCode.NO_CONNECTION, text)
