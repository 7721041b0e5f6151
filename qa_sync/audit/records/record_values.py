"""Reads what an audit needs of a record: the value at a path, and the time of the last change."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.errors import NotConvertible
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.canonical import to_canonical
from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.form import Json
from qa_sync.values.paths import read
from qa_sync.values.regions import iso_region


def value_of(data: Mapping[str, Json], path: str, card: PropertyCard | None) -> Json:
    """Return a record's value at a path; a region with its country, because the columns are compared one by one."""

    def value_at(path: str) -> Json:
        return data[path] if path in data else read(data, path)

    wire = value_at(path)
    return iso_region(wire, card.form, value_at) if card and card.form.convert == "region" else wire


def modified_of(data: Mapping[str, Json], card: EntityCard) -> str | None:
    """Return the time of a record's last change as UTC text, None if it has none."""
    if card.modified is None:
        return None
    wire = data[card.modified] if card.modified in data else read(data, card.modified)
    try:
        value = to_canonical(wire, card.modified_form)
    except NotConvertible:
        return None
    return None if value is None or isinstance(value, tuple) else to_text(value)
