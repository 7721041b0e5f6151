"""Gives entity cards the names that the settings say specs use for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from qa_sync.errors import SpecError, UnknownName, UsageError
from qa_sync.settings.model import ConfiguredEntity, Settings, plain_label
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.load import Connector


def with_configured_names(connectors: Mapping[str, Connector], settings: Settings) -> Mapping[str, Connector]:
    """Return the connectors, by label, whose cards have the names of `[[entities]]`.

    Raises one error for all entries whose datatype the connector does not have.
    """
    problems = [problem for label, one in connectors.items() for problem in _problems(label, one, settings)]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SpecError("\n".join([f"{len(problems)} problems:", *map(str, problems)]))
    return {label: _named(connector, _of_system(label, settings)) for label, connector in connectors.items()}


def _of_system(label: str, settings: Settings) -> list[ConfiguredEntity]:
    return [entity for entity in settings.entities if plain_label(entity.system) == plain_label(label)]


def _problems(label: str, connector: Connector, settings: Settings) -> Iterator[UsageError]:
    for entity in _of_system(label, settings):
        if entity.datatype not in connector.cards:
            what = f"datatype of {label}"
            yield UnknownName(what, entity.datatype, connector.cards, location=entity.location, all_near=True)


def _named(connector: Connector, entities: list[ConfiguredEntity]) -> Connector:
    """Return a connector whose entities have these names; they come first, so that they win over names of others."""
    if not entities:
        return connector
    named = {entity.datatype: _with_names(connector.cards[entity.datatype], entities) for entity in entities}
    return replace(
        connector, cards={**named, **{name: named.get(name, card) for name, card in connector.cards.items()}}
    )


def _with_names(card: EntityCard, entities: list[ConfiguredEntity]) -> EntityCard:
    given = [entity.name for entity in entities if entity.datatype == card.datatype]
    return replace(card, names=tuple(dict.fromkeys([*card.names, *given])))
