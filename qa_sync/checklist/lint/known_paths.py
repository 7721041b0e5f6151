"""The properties of an entity card by the plain paths that specs use, and the data types that fit them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.form import Form
from qa_sync.values.path_grammar import parent_path

_SELECTOR = re.compile(r"(\"[^\"]*\")|\[[^\]]*\]")

# Names that no API has: additions of the connector, and a reference from a line to its record. A path with a colon
# belongs to another entity. Source: docs/explanation/grammar.rst, "Property paths".
_SPECIAL_PREFIXES = ("sesam_", "$")

# The data types that can hold every value of a JSON type, and of a meaning (an amount may be sent as a string).
_BY_WIRE = {
    "string": ("string",),
    "integer": ("integer",),
    "number": ("integer", "float", "decimal"),
    "boolean": ("boolean",),
}
_BY_MEANING = {
    "decimal": ("float", "decimal"),
    "integer": ("integer",),
    "boolean": ("boolean",),
    "identifier": ("string", "integer"),
    "reference": ("string", "integer"),
}
_ANY_TYPE = ("list", "expression")


class KnownPaths:
    """A card's paths without selectors, which specs do not write (`info.phones.items[tag=MOBILE].phone`)."""

    def __init__(self, card: EntityCard) -> None:
        self._properties: dict[str, list[PropertyCard]] = {}
        for prop in card.properties.values():
            for path in {_plain(prop.path), _plain(prop.write_path)}:
                self._properties.setdefault(path, []).append(prop)
        self.paths = tuple(dict.fromkeys(_plain(path) for path in _paths(card)))
        self._known = {*self.paths, *(parent for path in self.paths for parent in _parents(path))}

    def has(self, path: str) -> bool:
        """Return whether the card has such a property; an object with known members counts."""
        is_special = path.startswith(_SPECIAL_PREFIXES) or ":" in path
        return is_special or path in self._known

    def property(self, path: str) -> PropertyCard | None:
        """Return the property of a plain path, None when the card has no or several such properties."""
        candidates = self._properties.get(path, ())
        return candidates[0] if len(candidates) == 1 else None


def type_fits(declared: str, form: Form) -> bool:
    """Return whether a data type of a spec can hold the values of a property."""
    fitting = (*_BY_WIRE.get(form.type, ()), *_BY_MEANING.get(form.convert, ()))
    return declared in _ANY_TYPE or declared in fitting


def _paths(card: EntityCard) -> Iterator[str]:
    yield card.key
    yield from filter(None, (card.modified, card.revision and card.revision.read))
    yield from (*card.always, *card.gone)
    for prop in card.properties.values():
        yield from (prop.path, prop.write_path, *prop.also)


def _parents(path: str) -> Iterator[str]:
    while path := parent_path(path):
        yield path


def _plain(path: str) -> str:
    return _SELECTOR.sub(lambda found: found[1] or "", path)
