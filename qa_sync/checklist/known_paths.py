"""The properties of an entity card by the plain paths that documents write, and which data types fit them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.form import Form

_SELECTOR = re.compile(r"\[[^\]]*\]")

# Names that no API has: the connector's own additions, and a reference to the record that a line came from
# (facts/GRAMMAR.md 6.2). A path with a colon belongs to another entity.
_SPECIAL_PREFIXES = ("sesam_", "$")

# Which data types hold every value of a JSON type, and of a meaning (an amount may travel as a string).
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
    """A card's paths without the selectors that no document has (`info.phones.items[tag=MOBILE].phone`)."""

    def __init__(self, card: EntityCard) -> None:
        self._properties: dict[str, list[PropertyCard]] = {}
        for prop in card.properties.values():
            for path in {_plain(prop.path), _plain(prop.write_path)}:
                self._properties.setdefault(path, []).append(prop)
        self.paths = tuple(dict.fromkeys(_plain(path) for path in _paths(card)))
        self._known = {*self.paths, *(parent for path in self.paths for parent in _parents(path))}

    def has(self, path: str) -> bool:
        """Tell whether the API has such a property, as far as the card knows; a whole object counts."""
        is_special = path.startswith(_SPECIAL_PREFIXES) or ":" in path
        return is_special or path in self._known

    def property(self, path: str) -> PropertyCard | None:
        """Return the property that a plain path means, None when it may mean none or several."""
        candidates = self._properties.get(path, ())
        return candidates[0] if len(candidates) == 1 else None


def type_fits(declared: str, form: Form) -> bool:
    """Tell whether a document's data type can hold what a property has."""
    fitting = (*_BY_WIRE.get(form.type, ()), *_BY_MEANING.get(form.convert, ()))
    return declared in _ANY_TYPE or declared in fitting


def _paths(card: EntityCard) -> Iterator[str]:
    yield card.key
    yield from filter(None, (card.modified, card.revision and card.revision.read))
    yield from (*card.always, *card.gone)
    for prop in card.properties.values():
        yield from (prop.path, prop.write_path, *prop.also)


def _parents(path: str) -> Iterator[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def _plain(path: str) -> str:
    return _SELECTOR.sub("", path)
