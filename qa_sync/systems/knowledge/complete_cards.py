"""Completes entity cards: with the properties that the specs, the settings and the connector's schema mention.

A user's connector has no entity cards, or cards that only add to its pipes. Properties that a card already has do not
change. Source: docs/explanation/inference.rst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.systems.cards import EntityCard, PropertyCard, Writable
from qa_sync.systems.knowledge.concepts import concept_of
from qa_sync.systems.knowledge.forms import InferredForm, adapted, form_by_name
from qa_sync.systems.knowledge.mentions import EntityKey, Mentions, PropertyKey
from qa_sync.systems.knowledge.references import IdKind, IdProperty, datatypes_by_words, id_property
from qa_sync.systems.words import words_of
from qa_sync.values.form import Form

OWN_ID: Final = "the system assigns the id"
SET_BY_SYSTEM: Final = "the name says that the system itself sets it"
UNKNOWN_REFERENCE: Final = "it is an id of a record of another entity, and nothing says of which"
MAYBE_LINK: Final = "it may be the id of this record's counterpart, which differs from the record's own id"
LIST: Final = "the spec says that it is a list, and nothing says of what"

Schema = Mapping[str, Mapping[str, str]]
"""The properties of a connector's schema: data types by path, by datatype."""


class KnownSystem(Struct, frozen=True):
    """A system whose cards can be completed: its name for all labels, its cards, and its schema."""

    name: str
    cards: Mapping[str, EntityCard]
    schema: Schema


def completed_cards(systems: Iterable[KnownSystem], mentions: Mentions) -> dict[str, dict[str, EntityCard]]:
    """Return the completed cards of each system, by its name and by datatype."""
    return _Knowledge({system.name: system for system in systems}, mentions).completed()


class _Knowledge:
    def __init__(self, systems: Mapping[str, KnownSystem], mentions: Mentions) -> None:
        self._systems = systems
        self._mentions = mentions
        self._datatypes = {name: datatypes_by_words(system.cards.values()) for name, system in systems.items()}

    def completed(self) -> dict[str, dict[str, EntityCard]]:
        mentioned = self._mentions.paths()
        return {
            name: {
                datatype: card if card.complete else self._card((name, datatype), card, mentioned)
                for datatype, card in system.cards.items()
            }
            for name, system in self._systems.items()
        }

    def _card(self, entity: EntityKey, card: EntityCard, mentioned: Mapping[EntityKey, list[str]]) -> EntityCard:
        schema = self._systems[entity[0]].schema.get(entity[1], {})
        named = [path for path in schema if _has_concept(path)] if entity in self._mentions.without_rows else []
        paths = dict.fromkeys([*mentioned.get(entity, ()), *named])
        if not paths:
            return card
        added = {path: self._property((entity, path)) for path in paths if path not in card.properties}
        return replace(card, properties={**card.properties, **added})

    def _property(self, key: PropertyKey) -> PropertyCard:
        path, types = key[1], self._types(key)
        if found := self._id(key):
            return self._id_card(key, found)
        if words_of(path)[-1:] == ("id",) and self._has_own_id_as_partner(key):
            return PropertyCard(path, Form(), writable=Writable.NEVER, why=MAYBE_LINK)
        own = adapted(self._form(key), [self._form(other) for other in self._partners(key)])
        why = LIST if "list" in types else SET_BY_SYSTEM if own.system else None
        return PropertyCard(
            path, own.form, concept=own.concept, writable=Writable.NEVER if why else Writable.ALWAYS, why=why
        )

    def _types(self, key: PropertyKey) -> list[str]:
        (system, datatype), path = key
        of_schema = self._systems[system].schema.get(datatype, {}).get(path)
        return [*self._mentions.types.get(key, ()), *([of_schema] if of_schema else [])]

    def _partners(self, key: PropertyKey) -> list[PropertyKey]:
        return [other for other in self._mentions.partners.get(key, ()) if other[0][0] in self._systems]

    def _form(self, key: PropertyKey) -> InferredForm:
        card = self._systems[key[0][0]].cards[key[0][1]]
        if known := card.properties.get(key[1]):
            return InferredForm(known.form, known.concept, declared=True)
        return form_by_name(key[1], self._types(key))

    # -- ids

    def _id(self, key: PropertyKey) -> IdProperty | None:
        (system, datatype), path = key
        card = self._systems[system].cards[datatype]
        if known := card.properties.get(path):
            return IdProperty(IdKind.KNOWN, known.references) if known.references else None
        return id_property(path, self._types(key), card, self._datatypes[system])

    def _id_card(self, key: PropertyKey, found: IdProperty) -> PropertyCard:
        path = key[1]
        form = Form("integer" if "integer" in self._types(key) else "string", "reference")
        if found.kind is IdKind.OWN:
            return PropertyCard(path, Form(form.type, "identifier"), writable=Writable.NEVER, why=OWN_ID)
        if self._has_own_id_as_partner(key):
            return PropertyCard(path, Form(form.type, "identifier"), writable=Writable.NEVER, why=MAYBE_LINK)
        datatype = found.datatype or self._by_heading(key)
        if not datatype:
            return PropertyCard(path, Form(form.type, "identifier"), writable=Writable.NEVER, why=UNKNOWN_REFERENCE)
        return PropertyCard(path, form, references=datatype)

    def _has_own_id_as_partner(self, key: PropertyKey) -> bool:
        others = [self._id(other) for other in self._partners(key)]
        return any(other and other.kind is IdKind.OWN for other in others)

    def _by_heading(self, key: PropertyKey) -> str:
        """Return the datatype to which a heading leads from the entity of the same value on the other side."""
        for other in self._partners(key):
            points_to = self._id(other)
            if points_to and points_to.kind is IdKind.KNOWN:
                for entity in self._mentions.leads_to.get((other[0][0], points_to.datatype), ()):
                    if entity[0] == key[0][0]:
                        return entity[1]
        return ""


def _has_concept(path: str) -> bool:
    named = concept_of(path)
    return bool(named and named.name)
