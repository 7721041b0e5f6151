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
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Canonical

VERSIONS = 12
"""More than any scenario edits a record."""

FLAVOURS = (
    "Åse & Sønn 'naïve' \N{MATHEMATICAL FRAKTUR CAPITAL A}",
    'Žofie "ß" çà & fils \N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO}',
    "Ωmega \N{EM DASH} \N{LATIN SMALL LIGATURE FI}n & C° \N{MATHEMATICAL SCRIPT CAPITAL Z}",
)
"""Non-ASCII, astral, quotes, ampersand and a ligature; no character that HTML takes for markup."""


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
    return slot.kept(
        f"{slot.mark} {words}{at} {slot.version} {FLAVOURS[(slot.number // VERSIONS + slot.version) % len(FLAVOURS)]}"
    )


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
    places = slot.card.form.options.get("places", 2)
    return Decimal(slot.number * 100 + 9 + slot.version).scaleb(-places)


def _integer(slot: Slot) -> Canonical:
    return slot.number + 1


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
