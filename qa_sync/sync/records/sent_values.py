"""The values of a write in the form in which they are read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.sync.lanes import Row, Side
from qa_sync.sync.store.encoding import encode
from qa_sync.values.canonical import sent_value
from qa_sync.values.form import Json
from qa_sync.values.paths import read
from qa_sync.values.regions import with_country


def sent_texts(
    rows: Iterable[Row], side: Side, values: Mapping[str, Json], before: Mapping[str, Json] | None = None
) -> dict[str, str]:
    """Return the wire values (by write path) of a write to a side as encoded canonical values, by property path.

    `before` are the data of the record that is updated: a region can depend on a country that is not written.
    """
    cards = {row.card(side).write_path: row.card(side) for row in rows}

    def value_at(path: str) -> Json:
        return values[path] if path in values else read(before or {}, path)

    return {
        cards[path].path: encode(sent_value(value, with_country(cards[path].form, value_at)))
        for path, value in values.items()
        if path in cards
    }
