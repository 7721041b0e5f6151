"""Sample values: decided by the seed, and chosen to reveal faults of a sync.

Every sample has a mark at the start of its texts, which identifies a record's counterpart and records that were not
cleaned up. E-mail addresses are in a reserved domain and phone numbers in a range reserved for fiction, because real
systems may contact real people. A property has a different value in each version than in the one before: a record is
created in version 0, and each edit is a later version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from qa_sync.checklist.samples.constraints import NEGATIVE, ZERO, SampleConstraints, digest
from qa_sync.checklist.samples.order_amounts import currency_of
from qa_sync.checklist.samples.texts import sample_text
from qa_sync.values.form import Canonical

FRACTIONS = (3, 2, 20)
"""Divisors of the fraction of a decimal, in turn: many digits, a half, a zero after the decimal point."""

DIGITS = "12345678901234567890"
NUMBER_DIGITS = 4
"""The last digits of an amount of many digits, which differ between properties and versions."""

PHONES = tuple(
    f"+44{prefix}"
    for prefix in (
        *("1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960"),
        *("1514960", "1614960", "2079460", "1914980", "2896496", "2920180", "1632960", "7700900", "3069990"),
    )
)
"""Prefixes of numbers that Ofcom reserves for drama use: a thousand of each, with three more digits."""

MAY_BE_ZERO = frozenset({"stock_quantity", "cost", "weight", "price"})
"""Concepts that can be zero."""

MAY_BE_NEGATIVE = frozenset({"stock_quantity"})
"""Concepts that can be negative: stock that is sold before it arrives."""


def mark_of(seed: str, *names: str) -> str:
    """Return the mark of one role's records: `q` and eight letters or digits, the same for the same seed and names."""
    digest = hashlib.sha256("/".join((seed, *names)).encode()).hexdigest()
    return f"q{digest[:8]}"


def sample_value(constraints: SampleConstraints) -> Canonical:
    """Return the canonical value for constraints: by concept where a concept has its own rule, else by conversion.

    Where a property takes only certain values, it is one of them.
    """
    if choices := _shared_choices(constraints):
        return choices[constraints.version % len(choices)]
    make = own_rule(constraints.card.concept) or BY_CONVERSION[constraints.card.form.convert]
    return make(constraints)


def own_rule(concept: str | None) -> Callable[[SampleConstraints], Canonical] | None:
    """Return the rule of a concept with samples of its own, None for any other concept."""
    name = concept or ""
    return BY_CONCEPT.get(name) or BY_LAST_PART.get(name.rpartition(".")[2])


def _code(constraints: SampleConstraints) -> Canonical:
    return constraints.fitted(f"{constraints.mark}-00{constraints.number}0")


def _slug(constraints: SampleConstraints) -> Canonical:
    return constraints.fitted(f"{constraints.mark}-{constraints.number}")


def _email(constraints: SampleConstraints) -> Canonical:
    # What stands behind a plus belongs to the address, and is easily lost: in a query, a plus is a blank.
    return f"{constraints.mark}+{constraints.version}@{constraints.mail_domain}"


def _phone(constraints: SampleConstraints) -> Canonical:
    # The mark is part of it, because a phone number may be what identifies a record.
    at = (
        digest(f"{constraints.mark}/{constraints.card.concept or constraints.card.path}/{constraints.line}", 8)
        + constraints.version
    )
    return f"{PHONES[at // 1000 % len(PHONES)]}{at % 1000:03d}"


def _decimal(constraints: SampleConstraints) -> Canonical:
    if constraints.is_integer:
        return _integer(constraints)
    fraction = 10**constraints.decimal_places // FRACTIONS[constraints.version % len(FRACTIONS)]
    plain = Decimal(_whole(constraints) * 10**constraints.decimal_places + fraction).scaleb(-constraints.decimal_places)
    return _with_extreme(constraints, plain)


def _whole(constraints: SampleConstraints) -> int:
    """Return the whole part of a decimal: an amount of money has many digits, in every other version."""
    if not constraints.is_money or constraints.extreme == ZERO:
        return constraints.number
    leading = DIGITS[: constraints.digits - constraints.decimal_places - NUMBER_DIGITS]
    return int(leading + "0" * NUMBER_DIGITS) + constraints.number


def _integer(constraints: SampleConstraints) -> Canonical:
    return _with_extreme(constraints, Decimal(constraints.number + 1))


def _with_extreme(constraints: SampleConstraints, plain: Decimal) -> Canonical:
    """Return a number unchanged, zero or negative, as far as the property allows."""
    # An integer without a concept is treated as a count, like a stock.
    concepts = {c.concept or ("stock_quantity" if c.form.convert == "integer" else "") for c in constraints.cards}
    number = plain
    if constraints.extreme == ZERO and concepts <= MAY_BE_ZERO:
        number = Decimal(0)
    elif constraints.extreme == NEGATIVE and concepts <= MAY_BE_NEGATIVE:
        number = -plain
    return int(number) if constraints.is_integer else number


def _boolean(constraints: SampleConstraints) -> Canonical:
    return constraints.version % 2 == 0


def _choice(constraints: SampleConstraints) -> Canonical:
    """Return a value of the property's own, where its counterparts have no choice in common with it."""
    own: list[Canonical] = list(constraints.card.form.options["values"].values())
    return own[constraints.version % len(own)]


def _shared_choices(constraints: SampleConstraints) -> list[Canonical]:
    """Return the values that all properties with a list of values have in common; empty without such a property."""
    lists = [list(c.form.options["values"].values()) for c in constraints.cards if "values" in c.form.options]
    return [value for value in lists[0] if all(value in other for other in lists)] if lists else []


def _pick(values: tuple[Canonical, ...], at: int) -> Canonical:
    return values[at % len(values)]


def _date(constraints: SampleConstraints) -> Canonical:
    return _pick((date(1992, 2, 29), date(1970, 1, 1), date(2000, 12, 31), date(2003, 4, 5)), constraints.version)


def _instant(constraints: SampleConstraints) -> Canonical:
    return datetime(2024, 2, 29, 23, 30 + constraints.version, 7, tzinfo=UTC)


def _postal_code(constraints: SampleConstraints) -> Canonical:
    return _pick(("0150", "02108", "00100", "0007"), constraints.place)


def _country(constraints: SampleConstraints) -> Canonical:
    return _pick(("NO", "US", "FI", "SE"), constraints.place)


def _region(constraints: SampleConstraints) -> Canonical:
    return _pick(("03", "MA", "18", "AB"), constraints.place)


def _language(constraints: SampleConstraints) -> Canonical:
    return _pick(("nb-no", "en-us", "sv-se", "fi-fi"), constraints.version)


def _currency(constraints: SampleConstraints) -> Canonical:
    return currency_of(constraints.version, constraints.most_places)


def _url(constraints: SampleConstraints) -> Canonical:
    return f"https://{constraints.mark}.example.test/{constraints.number}"


def _percent(constraints: SampleConstraints) -> Canonical:
    """Return a share of the lines' price, another one for each line."""
    return Decimal(5 * constraints.line + constraints.version + 1)


def _org_number(constraints: SampleConstraints) -> Canonical:
    """Return nine digits, of which the last is the check digit of Norwegian organization numbers (modulus 11)."""
    start = 80000000 + 90 * (digest(f"{constraints.mark}/{constraints.line}", 8) % 100000) + constraints.version
    digits = next(number for number in range(start, start + 90) if _check_digit(number) < 10)  # noqa: PLR2004
    return f"{digits}{_check_digit(digits)}"


def _check_digit(number: int) -> int:
    weighed = zip((3, 2, 7, 6, 5, 4, 3, 2), map(int, str(number)), strict=True)
    return -sum(weight * digit for weight, digit in weighed) % 11


BY_CONVERSION: Mapping[str, Callable[[SampleConstraints], Canonical]] = {
    "text": sample_text,
    "escaped_text": sample_text,
    "html": sample_text,
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

BY_CONCEPT: Mapping[str, Callable[[SampleConstraints], Canonical]] = {
    "sku": _code,
    "external_number": _code,
    "slug": _slug,
    "currency": _currency,
    "language": _language,
    "website": _url,
    "organization_number": _org_number,
}

BY_LAST_PART: Mapping[str, Callable[[SampleConstraints], Canonical]] = {
    "postal_code": _postal_code,
    "url": _url,
    "discount_percent": _percent,
}
"""The rules of concepts that have what they belong to before them: `billing.postal_code`."""
