"""Completes the cards of connectors with the properties that the specs and the settings of a run mention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from qa_sync.dataflow.model import Dataflow
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import EntityCard, Writable
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.pipes.requested_members import requested_members
from qa_sync.systems.connectors.schema import read_schema
from qa_sync.systems.knowledge.complete_cards import KnownSystem, Schema, completed_cards
from qa_sync.systems.knowledge.mentions import mentions_of
from qa_sync.values.path_grammar import root_name

REQUESTED: Final[Mapping[str, str]] = {"properties": "properties.", "fields": "", "$select": ""}
"""Parameters of a list that name the properties to answer, and the member that holds them."""


def with_known_properties(
    connectors: Mapping[str, Connector], dataflows: Iterable[Dataflow], settings: Settings
) -> Mapping[str, Connector]:
    """Return the connectors, by label, with completed cards; those whose cards are complete do not change."""
    unfinished = {label: c for label, c in connectors.items() if not all(card.complete for card in c.cards.values())}
    if not unfinished:
        return connectors
    names = {label: f"{connector.name} {label.casefold()}" for label, connector in connectors.items()}
    mentions = mentions_of(dataflows, {label: c.cards for label, c in connectors.items()}, settings, names.__getitem__)
    systems = {
        names[label]: KnownSystem(names[label], connector.cards, _schema(connector) if label in unfinished else {})
        for label, connector in connectors.items()
    }
    cards = completed_cards(systems.values(), mentions)
    return {
        label: _with_cards(connector, cards[names[label]]) if label in unfinished else connector
        for label, connector in connectors.items()
    }


def _with_cards(connector: Connector, cards: Mapping[str, EntityCard]) -> Connector:
    """Return a connector with these cards; an insert is unsupported if it needs a member that no property has."""
    return replace(connector, cards={name: _checked(connector, name, card) for name, card in cards.items()})


def _checked(connector: Connector, datatype: str, card: EntityCard) -> EntityCard:
    operation = connector.operations.get(f"{datatype}-insert")
    if card.complete or not card.properties or operation is None or "insert" in card.cannot:
        return card
    given = {root_name(p.path) for p in card.properties.values() if p.writable is not Writable.NEVER}
    lost = next((m for m in requested_members(operation) if m not in {*given, *NOT_MEMBERS}), None)
    if lost is None:
        return card
    reason = f"its request needs {lost!r}, and no known property gives it"
    return replace(card, cannot={**card.cannot, "insert": reason}, unsupported=card.unsupported | {"insert"})


NOT_MEMBERS: Final = frozenset({"payload", "payload2", "get", "items"})
"""What follows `entity.` in a template and is no member of the record: the body, and functions of objects."""


def _schema(connector: Connector) -> Schema:
    written = read_schema(connector.folder) if connector.folder else {}
    return {datatype: {**_requested(connector, datatype), **written.get(datatype, {})} for datatype in connector.cards}


def _requested(connector: Connector, datatype: str) -> dict[str, str]:
    """Return the properties that a list asks for by name, without their types."""
    operation = connector.operations.get(f"{datatype}-list")
    found: dict[str, str] = {}
    for parameter, prefix in REQUESTED.items() if operation else ():
        given = operation.params.get(parameter) if operation else None
        if isinstance(given, str) and "{" not in given:
            found |= {prefix + name.strip(): "" for name in given.split(",") if name.strip().isidentifier()}
    return found
