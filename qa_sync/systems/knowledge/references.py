"""Which properties are ids: the record's own, one of another entity, or one of an unknown entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.words import segment_words, words_of


class IdKind(StrEnum):
    """What an id points to."""

    OWN = "own"
    KNOWN = "known"
    UNKNOWN = "unknown"


class IdProperty(Struct, frozen=True):
    """A property that holds an id; `datatype` is the entity that it points to, if that is known."""

    kind: IdKind
    datatype: str = ""


def id_property(path: str, types: Iterable[str], card: EntityCard, datatypes: Mapping[str, str]) -> IdProperty | None:
    """Return what the id at a path points to, None for a property that is no id.

    `customer.id` and `customerId` point to the datatype of that name; a text such as `employee_id` without such a
    datatype is an ordinary value. `datatypes` are the datatypes of the system by `datatype_words`.
    """
    if path == card.key or (path == "id" and card.key == "_id"):
        return IdProperty(IdKind.OWN)
    if path.startswith("$"):
        return IdProperty(IdKind.UNKNOWN)
    words = words_of(path)
    if not words or words[-1] != "id":
        return None
    if datatype := _datatype_named(words[:-1], datatypes):
        return IdProperty(IdKind.KNOWN, datatype)
    nested = "." in path and segment_words(path.rpartition(".")[2]) == ("id",)
    return IdProperty(IdKind.UNKNOWN) if nested or "integer" in types else None


def _datatype_named(words: tuple[str, ...], datatypes: Mapping[str, str]) -> str | None:
    return next((datatypes[name] for at in range(len(words)) if (name := "".join(words[at:])) in datatypes), None)


def datatypes_by_words(cards: Iterable[EntityCard]) -> dict[str, str]:
    """Return the datatypes of a system by their words without separators: `sales_orders` is `salesorder`."""
    found: dict[str, str] = {}
    for card in cards:
        for name in (card.datatype, *card.names):
            found.setdefault("".join(words_of(name)), card.datatype)
    return found
