"""Applies `[[properties]]` of the settings to entity cards: what a user knows of a property that nothing else says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from qa_sync.errors import SpecError, UnknownName, UsageError
from qa_sync.settings.model import ConfiguredProperty, Settings, plain_label
from qa_sync.systems.cards import EntityCard, PropertyCard, find_card
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.knowledge.concepts import CONCEPTS
from qa_sync.systems.knowledge.forms import form_by_name
from qa_sync.values.canonical import CONVERSIONS
from qa_sync.values.form import Form


def with_configured_properties(connectors: Mapping[str, Connector], settings: Settings) -> Mapping[str, Connector]:
    """Return the connectors, by label, whose properties are as `[[properties]]` says; a property may be a new one.

    Applied before the cards are completed, it also decides the form of the properties of the same value on the other
    side. Raises one error for all entries that name no entity or no conversion.
    """
    problems = [problem for label, one in connectors.items() for problem in _problems(label, one, settings)]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SpecError("\n".join([f"{len(problems)} problems:", *map(str, problems)]))
    return {label: _with_properties(label, connector, settings) for label, connector in connectors.items()}


def _of_system(label: str, settings: Settings) -> Iterator[ConfiguredProperty]:
    return (one for one in settings.properties if plain_label(one.system) == plain_label(label))


def _problems(label: str, connector: Connector, settings: Settings) -> Iterator[UsageError]:
    for one in _of_system(label, settings):
        try:
            find_card(connector.cards, one.entity, label, one.location)
        except UnknownName as problem:
            yield problem
        if one.convert is not None and one.convert not in CONVERSIONS:
            yield UnknownName("conversion", one.convert, CONVERSIONS, location=one.location)


def _with_properties(label: str, connector: Connector, settings: Settings) -> Connector:
    cards = dict(connector.cards)
    for one in _of_system(label, settings):
        card = find_card(cards, one.entity, label)
        cards[card.datatype] = _with_property(card, one)
    return replace(connector, cards=cards) if cards != connector.cards else connector


def _with_property(card: EntityCard, one: ConfiguredProperty) -> EntityCard:
    known = card.properties.get(one.path)
    if known is None:
        if not one.says_form:
            return card  # nothing is known of it yet: the rest is applied to the completed card
        inferred = form_by_name(one.path, ())
        known = PropertyCard(one.path, inferred.form, concept=inferred.concept)
    given = {
        name: value
        for name in ("concept", "unique", "required", "max_length")
        if (value := getattr(one, name)) is not None
    }
    changed = replace(known, form=_form(known.form, one), **given)
    return replace(card, properties={**card.properties, one.path: changed})


def _form(form: Form, one: ConfiguredProperty) -> Form:
    """Return a form with the type, the conversion and the concept of an entry; a concept has a usual form."""
    usual = next((concept for concept in CONCEPTS if one.concept and concept.name == one.concept), None)
    if usual and one.convert is None:
        form = Form(usual.type, usual.convert, usual.options)
    if one.convert is not None and one.convert != form.convert:
        form = Form(form.type, one.convert)
    return replace(form, type=one.type) if one.type else form
