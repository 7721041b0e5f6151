"""What the values of a property say about its line: type, style of times, choices, empty values, places, uniqueness."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from qa_sync.openapi.editing.merge import NOTHING
from qa_sync.openapi.learning.model import Proposal, Reading
from qa_sync.openapi.properties.times import STYLES
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values import paths
from qa_sync.values.form import Json

FEW: Final = 3
"""The fewest values that say what all are like."""

ENOUGH: Final = 10
"""The fewest different values of which it is proposed that no two records share one."""

IDENTIFYING: Final = frozenset(("email", "sku", "number", "external_number", "org_number", "organization_number"))
"""Concepts that may identify a record."""

PLACES: Final = re.compile(r"-?\d+(?:\.(\d+))?")
COUNTRY: Final = re.compile(r"[A-Z]{2}")
TYPES: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}


def learn_properties(reading: Reading) -> Iterator[Proposal]:
    """Yield the proposals for the properties of an entity."""
    for card in reading.card.properties.values():
        values = [paths.read(row, card.path) for row in reading.values]
        values = [value for value in values if not isinstance(value, (list, dict))]
        for about in ABOUT:
            yield from about(reading.card.datatype, card, values)
        yield from _unique(reading, card)
    yield from _modified(reading)


def style_of(values: list[Json]) -> str:
    """Return the style in which most texts are written as times; empty unless all are times."""
    texts = [value for value in values if isinstance(value, str) and value]
    found = [next((style for style, pattern in STYLES if pattern.fullmatch(text)), "") for text in texts]
    return Counter(found).most_common(1)[0][0] if found and all(found) else ""


def _type(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    seen = {TYPES[type(value)] for value in values if type(value) in TYPES}
    if seen == {"integer", "number"} or (seen == {"integer"} and card.form.type == "number"):
        seen = {"number"}
    if len(seen) == 1 and (kind := seen.pop()) != card.form.type:
        yield Proposal(entity, f"all values seen are {kind}s", card.path, keys=("type",), value=kind)


def _style(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    style = style_of(values)
    if not style:
        return
    if card.form.convert == "instant":
        same = style == card.form.options.get("style", "z")
        keys = () if same else ("style",)
        why = f"the times seen are written as {style}"
        yield Proposal(entity, why, card.path, keys=keys, value=style, settles=("the style of times",))
    elif card.form.convert == "text" and len([v for v in values if v]) >= FEW:
        yield Proposal(entity, "all values seen are times", card.path, keys=("convert",), value="instant")
        yield Proposal(entity, f"the times seen are written as {style}", card.path, keys=("style",), value=style)


def _choice(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    known = card.form.options.get("values")
    if card.form.convert != "choice" or not isinstance(known, dict):
        return
    for value in dict.fromkeys(v for v in values if v not in {None, ""}):
        text = str(value) if not isinstance(value, bool) else str(value).lower()
        if text not in known and not isinstance(value, float):
            yield Proposal(entity, "a value that was seen", card.path, keys=("values", text), value=text)


def _empty(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    if card.form.type != "string" or card.writable is Writable.NEVER or card.required:
        return
    is_blank = card.form.options.get("empty") == ""
    if is_blank and None in values and "" not in values:
        yield Proposal(entity, "an empty value is read as null", card.path, keys=("empty",), value=NOTHING)
    elif "empty" not in card.form.options and "" in values and None not in values:
        yield Proposal(entity, 'an empty value is read as ""', card.path, keys=("empty",), value="")


def _places(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    texts = [PLACES.fullmatch(value) for value in values if isinstance(value, str) and value]
    if card.form.convert != "decimal" or len(texts) < FEW or not all(texts):
        return
    seen = {len(found[1] or "") for found in texts if found}
    if len(seen) == 1:
        (places,) = seen
        keys = () if places == card.form.options.get("places") else ("places",)
        why = f"all values seen have {places} decimal places"
        yield Proposal(entity, why, card.path, keys=keys, value=places, settles=("places of an amount",))


def _country(entity: str, card: PropertyCard, values: list[Json]) -> Iterator[Proposal]:
    texts = [value for value in values if isinstance(value, str) and value]
    if card.form.convert != "country" or not texts:
        return
    style = "iso2" if all(map(COUNTRY.fullmatch, texts)) else "name" if all(len(t) > FEW for t in texts) else ""
    if style:
        keys = () if style == card.form.options.get("style", "iso2") else ("style",)
        why = f"the countries seen are written as {style}"
        yield Proposal(entity, why, card.path, keys=keys, value=style, settles=("the style of countries",))


ABOUT: Final[tuple[Callable[[str, PropertyCard, list[Json]], Iterator[Proposal]], ...]] = (
    _type,
    _style,
    _choice,
    _empty,
    _places,
    _country,
)
"""What is asked of the values of each property."""


def _unique(reading: Reading, card: PropertyCard) -> Iterator[Proposal]:
    values = [value for row in reading.rows if (value := paths.read(row, card.path)) not in (None, "")]
    may_identify = card.concept in IDENTIFYING or card.form.convert == "identifier"
    if card.unique or not may_identify or card.references or any(isinstance(v, (list, dict)) for v in values):
        return
    if len(values) >= ENOUGH and len({str(value).casefold() for value in values}) == len(values):
        why = f"no two of {len(values)} records have the same value"
        yield Proposal(reading.card.datatype, why, card.path, keys=("unique",), value=True, guess=f"unique: {why}")


def _modified(reading: Reading) -> Iterator[Proposal]:
    card = reading.card
    if card.modified is None or not (style := style_of([paths.read(row, card.modified) for row in reading.values])):
        return
    same = style == card.modified_form.options.get("style", "z")
    keys = () if same else ("modified_form", "style")
    why = f"the times of the last change are written as {style}"
    yield Proposal(card.datatype, why, about="modified_form", keys=keys, value=style, settles=("the style of times",))
