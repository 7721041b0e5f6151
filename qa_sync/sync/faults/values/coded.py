"""Faults that alter values with a notation of their own: addresses, numbers, codes; pure functions."""

from __future__ import annotations

from qa_sync.sync.faults.values.altered_values import Change, on_each_element
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.conversions.calling_codes import calling_codes
from qa_sync.values.form import Json

ONLY_CURRENCY = "EUR"
OTHER_DOMAIN = "@mail.test"
OTHER_COUNTRY = "DK"


def _without_prefix(card: PropertyCard, value: Json) -> Json:
    """Return a phone number without its country's prefix."""
    if card.form.convert != "phone" or not isinstance(value, str) or not value.startswith("+"):
        return value
    number = value.removeprefix("+")
    longest = sorted(calling_codes().values(), key=len, reverse=True)
    return number.removeprefix(next((code for code in longest if number.startswith(code)), ""))


def _elsewhere(card: PropertyCard, value: Json) -> Json:
    """Return an e-mail address with another domain."""
    if card.form.convert != "email" or not isinstance(value, str) or "@" not in value:
        return value
    return value.partition("@")[0] + OTHER_DOMAIN


def _other_region(card: PropertyCard, value: Json) -> Json:
    """Return a region with its last character changed."""
    if card.form.convert != "region" or not isinstance(value, str) or not value:
        return value
    return value[:-1] + ("1" if value[-1] != "1" else "2")


def _region_elsewhere(card: PropertyCard, value: Json) -> Json:
    """Return a region with the prefix of another country."""
    is_prefixed = card.form.convert == "region" and isinstance(value, str) and value[2:3] == "-"
    return f"{OTHER_COUNTRY}{value[2:]}" if is_prefixed and isinstance(value, str) else value


def _without_tag(card: PropertyCard, value: Json) -> Json:
    """Return an e-mail address without what stands behind a plus in its mailbox."""
    if card.form.convert != "email" or not isinstance(value, str):
        return value
    mailbox, at, domain = value.partition("@")
    return f"{mailbox.partition('+')[0]}{at}{domain}"


def _other_choice(card: PropertyCard, value: Json) -> Json:
    """Return another of the values of a choice."""
    choices = list(card.form.options.get("values", {})) if card.form.convert == "choice" else []
    return next((choice for choice in choices if choice != value), value)


def _one_currency(card: PropertyCard, value: Json) -> Json:
    """Return the same currency for each."""
    return ONLY_CURRENCY if card.concept == "currency" and value else value


without_prefix: Change = on_each_element(_without_prefix)
elsewhere: Change = on_each_element(_elsewhere)
other_region: Change = on_each_element(_other_region)
region_elsewhere: Change = on_each_element(_region_elsewhere)
without_tag: Change = on_each_element(_without_tag)
other_choice: Change = on_each_element(_other_choice)
one_currency: Change = on_each_element(_one_currency)
