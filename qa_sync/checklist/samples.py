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

from qa_sync.frozen import dataclass
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Canonical

VERSIONS = 12
"""More than any scenario edits a record."""

FLAVOURS = (
    "Åse & Sønn 'naïve' \N{MATHEMATICAL FRAKTUR CAPITAL A} <&>",
    'Žofie "ß" çà & fils \N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO} A\N{COMBINING RING ABOVE}',
    "Ωmega \N{EM DASH} \N{LATIN SMALL LIGATURE FI}n & C° \N{MATHEMATICAL SCRIPT CAPITAL Z} e\N{COMBINING ACUTE ACCENT}",
    "ÆØÅ \N{GRINNING FACE} 100 & 007 Co",
)
"""Non-ASCII, astral, a combining mark, quotes, ampersands, a ligature, what HTML might take for a tag."""

LONG = 300
"""A text as long as its property allows is tried up to this many characters; beyond it only thoroughly."""

MANY_PLACES = 4

SHAPES = (PLAIN, NOTHING, LONGEST, NEGATIVE) = range(4)
"""What is special about a value in each version, over and over: nothing, zero, the longest text, below zero."""
BLANK = NOTHING
"""The shape in which a text has blanks at its ends."""

MAY_BE_ZERO = frozenset({"stock_quantity", "cost", "weight"})
"""Concepts that can be zero, and if they are whole numbers, negative (what is sold but not there yet)."""

MULTI_LINE = frozenset({"note"})
"""Concepts whose texts have lines."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value is wanted: the property on the side it is written, its twin on the other, and which version."""

    card: PropertyCard
    twin: PropertyCard | None
    mark: str
    version: int
    line: int = 0

    @property
    def limit(self) -> int:
        """The longest text that both sides keep."""
        limits = [c.max_length for c in (self.card, self.twin) if c and c.max_length]
        return min(limits, default=200)

    @property
    def number(self) -> int:
        """A small number that differs between properties, lines and versions, the same in every run."""
        key = f"{self.card.concept or self.card.path}/{self.line}"
        return VERSIONS * (int(hashlib.sha256(key.encode()).hexdigest()[:4], 16) % 300) + self.version

    @property
    def place(self) -> int:
        """Which sample place the value belongs to: country, region and postal code of one address agree."""
        return self.version + (self.card.concept or "").startswith("shipping.")

    def kept(self, text: str) -> str:
        """Return the text without what one of the systems does not keep, cut to the limit."""
        avoided = self.card.avoid + (self.twin.avoid if self.twin else "")
        return "".join(c for c in text if c not in avoided)[: self.limit].strip()

    @property
    def keeps_blanks(self) -> bool:
        """Whether both sides keep blanks at the ends of a text."""
        return self.card.blanks and (self.twin is None or self.twin.blanks)

    @property
    def places(self) -> int:
        """How many decimal places both sides keep: four where neither says."""
        known = [c.form.options["places"] for c in (self.card, self.twin) if c and "places" in c.form.options]
        return min(known, default=MANY_PLACES)


def mark_of(seed: str, *names: str) -> str:
    """Return the mark of one role's records: `q` and eight letters or digits, the same for the same seed and names."""
    digest = hashlib.sha256("/".join((seed, *names)).encode()).hexdigest()
    return f"q{digest[:8]}"


def value_for(slot: Slot) -> Canonical:
    """Return the canonical value for a slot: by its concept where that has limits of its own, else by conversion."""
    make = BY_CONCEPT.get(slot.card.concept or "") or BY_CONVERSION[slot.card.form.convert]
    return make(slot)


def _text(slot: Slot) -> Canonical:
    words = (slot.card.concept or slot.card.path).replace(".", " ").replace("_", " ")
    at = f" {slot.line}" if slot.line else ""
    flavour = FLAVOURS[(slot.number // VERSIONS + slot.version) % len(FLAVOURS)]
    lines = "\nsecond line" if slot.card.concept in MULTI_LINE else ""
    text = slot.kept(f"{slot.mark} {words}{at} {slot.version} {flavour}{lines}")
    if slot.version % len(SHAPES) == LONGEST and slot.limit <= LONG and slot.card.form.convert == "text":
        return text + "x" * (slot.limit - len(text))
    if slot.version % len(SHAPES) == BLANK and slot.keeps_blanks and len(text) < slot.limit - 1:
        return f" {text} "
    return text


def _code(slot: Slot) -> Canonical:
    return slot.kept(f"{slot.mark}-00{slot.number}0")


def _slug(slot: Slot) -> Canonical:
    return slot.kept(f"{slot.mark}-{slot.number}")


def _email(slot: Slot) -> Canonical:
    return f"{slot.mark}.{slot.version}@example.test"


def _phone(slot: Slot) -> Canonical:
    # Kept for fiction by Ofcom: a thousand numbers, so that no two properties of a record share one.
    return f"+447700900{slot.number % 1000:03d}"


def _decimal(slot: Slot) -> Canonical:
    if slot.version % len(SHAPES) == NOTHING and (slot.card.concept or "") in MAY_BE_ZERO:
        return Decimal(0)
    return Decimal(slot.number * 10**slot.places + 10**slot.places // 3 + slot.version).scaleb(-slot.places)


def _integer(slot: Slot) -> Canonical:
    if (slot.card.concept or "stock_quantity") not in MAY_BE_ZERO:
        return slot.number + 1
    if slot.version % len(SHAPES) == NOTHING:
        return 0
    return -slot.number - 1 if slot.version % len(SHAPES) == NEGATIVE else slot.number + 1


def _boolean(slot: Slot) -> Canonical:
    return slot.version % 2 == 0


def _choice(slot: Slot) -> Canonical:
    known = [set(c.form.options["values"].values()) for c in (slot.card, slot.twin) if c and "values" in c.form.options]
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
