"""Faults that alter texts; pure functions."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote_plus

from qa_sync.sync.faults.property_kinds import is_free_text
from qa_sync.sync.faults.values.altered_values import Change, on_each_element
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.canonical import to_wire
from qa_sync.values.conversions.countries import country_code
from qa_sync.values.conversions.html import TAGS
from qa_sync.values.form import Form, Json

LONG = 20
"""A text with more characters counts as long."""

FEW = 90
"""The size of a column that is too short: more characters than most texts have, fewer than their limits allow."""

COLUMN, MANY = 255, 500
"""A common size of columns, and one that few test data fill."""

LAST_OF_PLANE = "\uffff"
"""The last character that UTF-8 encodes in three bytes."""

NUMBERED = frozenset({"text", "escaped_text", "identifier"})
NAMED = Form(convert="country", options={"style": "name"})


def _text(card: PropertyCard, value: Json) -> str | None:
    return value if isinstance(value, str) and is_free_text(card) else None


def _cut(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None or len(text) <= LONG else text[: len(text) // 3]


def _cut_late(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else text[:FEW]


def _cut_to(length: int) -> Change:
    def cut_to(card: PropertyCard, value: Json) -> Json:
        text = _text(card, value)
        return value if text is None else text[:length]

    return on_each_element(cut_to)


def _lower(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else text.lower()


def _without_tags(card: PropertyCard, value: Json) -> Json:
    has_tags = card.form.options.get(TAGS) and isinstance(value, str)
    return re.sub("<[^<>]*>", " ", value) if has_tags else value


def _with_other_tags(card: PropertyCard, value: Json) -> Json:
    has_tags = card.form.options.get(TAGS) and isinstance(value, str)
    return re.sub(r"(</?)(strong|em)\b", r"\1u", value) if has_tags else value


def _stripped(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else text.strip()


def _without_accents(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    if text is None:
        return value
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _without_astral(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else "".join(c for c in text if c <= LAST_OF_PLANE)


def _escaped_twice(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else html.escape(html.escape(text, quote=False), quote=False)


def _url_decoded(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else unquote_plus(text)


def _unescaped(card: PropertyCard, value: Json) -> Json:
    text = _text(card, value)
    return value if text is None else text.replace("\\", "")


def _without_leading_zeros(card: PropertyCard, value: Json) -> Json:
    digits = card.form.convert in NUMBERED and isinstance(value, str) and value.isdecimal()
    return str(int(value)) if digits else value


def _country_named(card: PropertyCard, value: Json) -> Json:
    is_code = card.form.convert == "country" and card.form.options.get("style", "iso2") == "iso2"
    code = country_code(value) if is_code else None
    return to_wire(code, NAMED) if code else value


def _country_coded(card: PropertyCard, value: Json) -> Json:
    is_name = card.form.convert == "country" and card.form.options.get("style") == "name"
    return (country_code(value) if is_name else None) or value


cut: Change = on_each_element(_cut)
cut_to_column: Change = _cut_to(COLUMN)
cut_to_many: Change = _cut_to(MANY)
cut_late: Change = on_each_element(_cut_late)
without_tags: Change = on_each_element(_without_tags)
with_other_tags: Change = on_each_element(_with_other_tags)
lower: Change = on_each_element(_lower)
stripped: Change = on_each_element(_stripped)
without_accents: Change = on_each_element(_without_accents)
without_astral: Change = on_each_element(_without_astral)
escaped_twice: Change = on_each_element(_escaped_twice)
url_decoded: Change = on_each_element(_url_decoded)
unescaped: Change = on_each_element(_unescaped)
without_leading_zeros: Change = on_each_element(_without_leading_zeros)
country_named: Change = on_each_element(_country_named)
country_coded: Change = on_each_element(_country_coded)
