"""The values that records are made of: seeded, and such that they break careless syncs.

Source: DESIGN 3, "samples have teeth".

Every sample carries a mark, in the first characters of its texts, by which a record's counterpart and a leftover are
found. E-mail addresses are in a reserved domain and phone numbers in a range kept for fiction: real systems write to
real people. A property has another value in each version than in the one before: a record is made in version 0, and
each edit is a later one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from qa_sync.checklist.samples.constraints import NEGATIVE, NOTHING, VERSIONS, Slot, digest
from qa_sync.values.form import Canonical

FLAVOURS = (
    "Åse & Sønn 'naïve' \N{MATHEMATICAL FRAKTUR CAPITAL A} <&>, C:\\new",
    'Žofie "ß" çà & fils \N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO} A\N{COMBINING RING ABOVE} {x}; 50%25',
    "Ωmega \N{LATIN SMALL LIGATURE FI}n & C++\u00a0\N{MATHEMATICAL SCRIPT CAPITAL Z} e\N{COMBINING ACUTE ACCENT}",
    "ÆØÅ \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} 100 & 007 Co",
)
"""Non-ASCII, astral, combining and invisible characters, quotes, ampersands, a ligature, what HTML might take for a
tag, and what separates, escapes or stands for something else elsewhere: comma, backslash, braces, percent, plus."""

FRACTIONS = (3, 2, 20)
"""What the fraction of a decimal is a part of, in turn: many digits, a half, a zero after the point."""

LONG = 300
"""Characters of the longest text that is always tried, more than columns of 255 hold; a longer one only thoroughly."""

PHONES = tuple(
    f"+44{prefix}"
    for prefix in (
        *("1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960"),
        *("1514960", "1614960", "2079460", "1914980", "2896496", "2920180", "1632960", "7700900", "3069990"),
    )
)
"""Ofcom keeps these numbers for fiction: a thousand of each, with three digits more."""

MAY_BE_ZERO = frozenset({"stock_quantity", "cost", "weight", "price"})
"""Concepts that can be zero."""

MAY_BE_NEGATIVE = frozenset({"stock_quantity"})
"""Concepts that can be below zero: what is sold but not there yet."""

MULTI_LINE = frozenset({"note"})
"""Concepts whose texts have lines."""


def mark_of(seed: str, *names: str) -> str:
    """Return the mark of one role's records: `q` and eight letters or digits, the same for the same seed and names."""
    digest = hashlib.sha256("/".join((seed, *names)).encode()).hexdigest()
    return f"q{digest[:8]}"


def value_for(slot: Slot) -> Canonical:
    """Return the canonical value for a slot: by its concept where that has limits of its own, else by conversion."""
    make = BY_CONCEPT.get(slot.card.concept or "") or BY_CONVERSION[slot.card.form.convert]
    return make(slot)


def _text(slot: Slot) -> Canonical:
    text = _cased(slot)
    return slot.mark.join(_recased(part) for part in text.split(slot.mark)) if slot.recased else text


def _recased(text: str) -> str:
    """Return a text with its letters in the other case, those that have one of the same length."""
    return "".join(c.swapcase() if c.swapcase().swapcase() == c else c for c in text)


def _cased(slot: Slot) -> str:
    words = (slot.card.concept or slot.card.path).replace(".", " ").replace("_", " ")
    at = f" {slot.line}" if slot.line else ""
    flavour = FLAVOURS[(slot.number // VERSIONS + slot.version) % len(FLAVOURS)]
    lines = "\nsecond line" if slot.card.concept in MULTI_LINE else ""
    text = slot.kept(f"{slot.mark} {words}{at} {slot.version} {flavour}{lines}")
    if slot.shape is None:
        return text
    # HTML is longer on the wire than it reads.
    is_plain = slot.card.form.convert == "text" and all(c.form.convert != "html" for c in slot.twins)
    longest = (slot.limit if slot.boundary else min(slot.limit, LONG)) if is_plain else 0
    if slot.shape == NOTHING and slot.keeps_blanks and len(text) < slot.limit - 2:
        return f" {_filled(text.replace(' ', '  ', 1), longest - 2)} "
    return _filled(text, longest)


def _filled(text: str, length: int) -> str:
    return text + "x" * (length - len(text))


def _code(slot: Slot) -> Canonical:
    return slot.kept(f"{slot.mark}-00{slot.number}0")


def _slug(slot: Slot) -> Canonical:
    return slot.kept(f"{slot.mark}-{slot.number}")


def _email(slot: Slot) -> Canonical:
    return f"{slot.mark}.{slot.version}@example.test"


def _phone(slot: Slot) -> Canonical:
    # By the mark as well, since a number may be what tells that two records are the same.
    at = digest(f"{slot.mark}/{slot.card.concept or slot.card.path}/{slot.line}", 8) + slot.version
    return f"{PHONES[at // 1000 % len(PHONES)]}{at % 1000:03d}"


def _decimal(slot: Slot) -> Canonical:
    if slot.is_whole:
        return _integer(slot)
    fraction = 10**slot.places // FRACTIONS[slot.version % len(FRACTIONS)]
    plain = Decimal(slot.number * 10**slot.places + fraction).scaleb(-slot.places)
    return _shaped(slot, plain)


def _integer(slot: Slot) -> Canonical:
    return _shaped(slot, Decimal(slot.number + 1))


def _shaped(slot: Slot, plain: Decimal) -> Canonical:
    """Return a number as it is, zero or below zero, where the property can be."""
    # A whole number that nobody says more of is a count, as a stock is.
    concepts = {c.concept or ("stock_quantity" if c.form.convert == "integer" else "") for c in slot.cards}
    shaped = plain
    if slot.shape == NOTHING and concepts <= MAY_BE_ZERO:
        shaped = Decimal(0)
    elif slot.shape == NEGATIVE and concepts <= MAY_BE_NEGATIVE:
        shaped = -plain
    return int(shaped) if slot.is_whole else shaped


def _boolean(slot: Slot) -> Canonical:
    return slot.version % 2 == 0


def _choice(slot: Slot) -> Canonical:
    known = [set(c.form.options["values"].values()) for c in slot.cards if "values" in c.form.options]
    shared = [v for v in slot.card.form.options["values"].values() if all(v in values for values in known)]
    chosen: Canonical = shared[slot.version % len(shared)]
    return chosen


def _turn(values: tuple[Canonical, ...], at: int) -> Canonical:
    return values[at % len(values)]


def _date(slot: Slot) -> Canonical:
    return _turn((date(1992, 2, 29), date(1970, 1, 1), date(2000, 12, 31), date(2003, 4, 5)), slot.version)


def _instant(slot: Slot) -> Canonical:
    return datetime(2024, 2, 29, 23, 30 + slot.version, 7, tzinfo=UTC)


def _postal_code(slot: Slot) -> Canonical:
    return _turn(("0150", "10001", "00100", "0007"), slot.place)


def _country(slot: Slot) -> Canonical:
    return _turn(("NO", "US", "FI", "SE"), slot.place)


def _region(slot: Slot) -> Canonical:
    return _turn(("03", "NY", "18", "AB"), slot.place)


def _language(slot: Slot) -> Canonical:
    return _turn(("nb-no", "en-us", "sv-se", "fi-fi"), slot.version)


def _currency(slot: Slot) -> Canonical:
    return _turn(("EUR", "SEK", "USD", "GBP"), slot.version)


BY_CONVERSION: Mapping[str, Callable[[Slot], Canonical]] = {
    "text": _text,
    "escaped_text": _text,
    "html": _text,
    "identifier": _code,
    "email": _email,
    "phone": _phone,
    "decimal": _decimal,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "date": _date,
    "instant": _instant,
    "country": _country,
    "region": _region,
}

BY_CONCEPT: Mapping[str, Callable[[Slot], Canonical]] = {
    "sku": _code,
    "external_number": _code,
    "slug": _slug,
    "currency": _currency,
    "language": _language,
    "billing.postal_code": _postal_code,
    "shipping.postal_code": _postal_code,
}
