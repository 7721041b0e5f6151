"""Which values a fault can damage: told from the two property cards, the receiver's and the giver's."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.sync.faults.property_kinds import NUMBERS, is_free_text, is_written
from qa_sync.sync.faults.values.numbers import DOUBLE
from qa_sync.sync.faults.values.texts import FEW, LONG
from qa_sync.systems.cards import PropertyCard

NEGATIVE = frozenset({"stock_quantity"})
"""Concepts of which a value below zero makes sense: more was sold than there is."""

ZERO = frozenset({"stock_quantity", "cost", "weight", "price"})
"""Concepts of which zero makes sense, and does not depend on another number as a total does."""


ANY_LENGTH = 200
"""How long a text is made whose limit nobody knows."""


def is_free(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_free_text(receiver) and not giver.references


def is_long(receiver: PropertyCard, giver: PropertyCard) -> bool:
    limits = [card.max_length or LONG + 1 for card in (receiver, giver)]
    return is_free(receiver, giver) and min(limits) > LONG


def longest(*cards: PropertyCard) -> int:
    """Return how long a text is made: HTML is longer in an API than the text that it shows."""
    halved = {"html", "escaped_text"}
    limits = [card.max_length // (2 if card.form.convert in halved else 1) for card in cards if card.max_length]
    return min(limits, default=ANY_LENGTH)


def is_longer_than(length: int) -> Callable[[PropertyCard, PropertyCard], bool]:
    """Return whether a text is tried with more characters, as is done where both systems have them."""
    return lambda receiver, giver: is_free(receiver, giver) and longest(receiver, giver) > length


is_filled = is_longer_than(FEW)


def is_astral(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_free(receiver, giver)


def is_spaced(receiver: PropertyCard, giver: PropertyCard) -> bool:
    """Tell whether outer blanks of a text are kept on both sides; HTML has none that count."""
    plain = {receiver.form.convert, giver.form.convert} == {"text"}
    return is_free(receiver, giver) and plain and receiver.blanks and giver.blanks


def is_tagged(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_free(receiver, giver) and {receiver.form.convert, giver.form.convert} == {"html"}


def is_postal_code(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return (receiver.concept or "").endswith("postal_code") and is_written(receiver)


def is_decimal(receiver: PropertyCard, giver: PropertyCard) -> bool:
    both = {receiver.form.convert, giver.form.convert} == {"decimal"}
    return both and is_written(receiver)


def is_typed(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert in {*NUMBERS, "boolean"}


def is_negative(receiver: PropertyCard, giver: PropertyCard) -> bool:
    both = all(is_written(card) and card.form.convert in NUMBERS for card in (receiver, giver))
    return both and receiver.concept in NEGATIVE


def is_zero(receiver: PropertyCard, giver: PropertyCard) -> bool:
    both = all(is_written(card) and card.form.convert in NUMBERS for card in (receiver, giver))
    return both and receiver.concept in ZERO


def is_truth(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "boolean"


def is_date(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "date"


def is_instant_or_its_date(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_written(receiver) and giver.form.convert == "instant" and receiver.form.convert in {"instant", "date"}


def is_country_code(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    codes = receiver.form.convert == "country" and receiver.form.options.get("style", "iso2") == "iso2"
    return codes and is_written(receiver)


def is_country_name(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    names = receiver.form.convert == "country" and receiver.form.options.get("style") == "name"
    return names and is_written(receiver)


def is_prefixed_region(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_region(receiver, giver) and receiver.form.options.get("style") == "prefixed"


def is_list(receiver: PropertyCard, giver: PropertyCard) -> bool:
    """Tell whether a pair runs along a list; a reference along it, or what is derived from it, shows its order too."""
    return (receiver.concept or "").startswith("lines.") and (giver.concept or "").startswith("lines.")


def is_phone(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "phone"


def is_email(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "email"


def is_region(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "region"


def is_choice(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return is_written(receiver) and receiver.form.convert == "choice"


AMOUNTS = frozenset({"price", "cost", "lines.unit_price", "lines.total", "subtotal", "total"})
"""Concepts of amounts that are tried with many digits."""


def is_amount(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_decimal(receiver, giver) and receiver.concept in AMOUNTS


def is_exact_amount(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_amount(receiver, giver) and min(card.digits or 0 for card in (receiver, giver)) > DOUBLE


def is_currency(receiver: PropertyCard, _giver: PropertyCard) -> bool:
    return receiver.concept == "currency" and is_written(receiver)


def may_lack_text(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return is_free(receiver, giver) and _may_lack(receiver, giver)


def may_lack_number(receiver: PropertyCard, giver: PropertyCard) -> bool:
    """Tell whether a number may be missing; totals are computed."""
    numbers = all(card.form.convert in NUMBERS for card in (receiver, giver)) and is_written(receiver)
    return numbers and receiver.concept in {"price", "cost", "weight", "stock_quantity"} and _may_lack(receiver, giver)


def _may_lack(receiver: PropertyCard, giver: PropertyCard) -> bool:
    return may_lack(receiver, giver) and "." not in receiver.write_path


def may_lack(receiver: PropertyCard, giver: PropertyCard) -> bool:
    """Tell whether a new record may have no value there."""
    return not (receiver.required or giver.required or giver.derived or receiver.has_default)
