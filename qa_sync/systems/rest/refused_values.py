"""Which property a system refuses, and what to say of it in the settings, from the words of its refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from qa_sync.errors import Conflict, RequestRejected
from qa_sync.systems.cards import EntityCard
from qa_sync.values.form import Json

INVALID: Final = frozenset({400, 409, 422})
"""The statuses with which systems refuse values."""

LINES: Final[tuple[tuple[str, Callable[[re.Match[str]], str]], ...]] = (
    (r"\b(?:already|taken|unique|duplicate|exists?)\b", lambda _: "unique = true"),
    (r"\b(?:max\w*|at most|up to|longer than|exceeds?)\D{0,40}(\d{1,6})\b", lambda found: f"max_length = {found[1]}"),
    (r"\b(?:required|missing|mandatory|must not be (?:blank|empty)|can(?:no|')t be (?:blank|empty))\b",
     lambda _: "required = true"),
    (r"\be-?mail", lambda _: 'concept = "email"'),
    (r"\b(?:phone|telephone|e\.?164)\b", lambda _: 'concept = "phone"'),
    (r"\b(?:url|uri|website)\b", lambda _: 'concept = "website"'),
    (r"\b(?:country|iso.?3166)\b", lambda _: 'concept = "country"'),
    (r"\b(?:currency|iso.?4217)\b", lambda _: 'concept = "currency"'),
    (r"\b(?:date.?time|timestamp)\b", lambda _: 'convert = "instant"'),
    (r"\bdate\b", lambda _: 'convert = "date"'),
    (r"\b(?:integer|int|long)\b", lambda _: 'type = "integer", convert = "integer"'),
    (r"\b(?:number|numeric|decimal|double|float)\b", lambda _: 'type = "number", convert = "decimal"'),
    (r"\b(?:boolean|true or false)\b", lambda _: 'type = "boolean", convert = "boolean"'),
)  # fmt: skip
"""What a refusal says, with the keys of `[[properties]]` that tell it; the first that fits counts."""


@contextmanager
def refusals_explained(label: str, card: EntityCard, values: Mapping[str, Json]) -> Iterator[None]:
    """Give a refusal of written values, by write path, a hint with the entry of the settings that avoids it."""
    try:
        yield
    except RequestRejected as refusal:
        if refusal.status in INVALID and (entry := settings_entry(label, card, values, refusal)):
            refusal.hint = f"{label} refuses a value: add to qa-sync.toml\n{entry}"
        raise


def settings_entry(label: str, card: EntityCard, values: Mapping[str, Json], refusal: RequestRejected) -> str | None:
    """Return the entry of `[[properties]]` for the property that a refusal names, None if it names none.

    A conflict is a refusal of a value only if it names one.
    """
    text = f"{refusal.code or ''} {refusal.message.partition(': rejected with ')[2]}"
    path = _named_path(card, values, text)
    says = next((line(found) for words, line in LINES if (found := re.search(words, _words(text)))), None)
    if path is None or says is None or (isinstance(refusal, Conflict) and says != "unique = true"):
        return None
    where = {"system": label, "entity": card.datatype, "path": path}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in where.items()]
    return "\n".join(["[[properties]]", *lines, *says.split(", ")])


def _named_path(card: EntityCard, values: Mapping[str, Json], text: str) -> str | None:
    """Return the path of the property whose name stands in a text; of several the longest name."""
    paths = {own.write_path: own.path for own in card.properties.values()}
    names = {paths.get(path, path): path.rpartition(".")[2].partition("[")[0] for path in {**paths, **values}}
    named = [path for path, name in names.items() if name and re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text)]
    return max(named, key=lambda path: (len(names[path]), path in values), default=None)


def _words(text: str) -> str:
    """Return a text in lower case, with the words of `INVALID_EMAIL` and `invalidEmail` apart."""
    return re.sub(r"_|(?<=[a-z])(?=[A-Z])", " ", text).lower()
