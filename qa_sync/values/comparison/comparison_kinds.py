"""How two values are compared: by the less precise kind of their two forms.

A comparison kind normalizes a canonical value. A value that is invalid for the kind stays unchanged, so it differs.
Source: docs/explanation/mapping.rst, "Conversions".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from decimal import Decimal
from functools import cache

from msgspec import Struct

from qa_sync.values.conversions.choices import truth_of
from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.conversions.countries import country_code
from qa_sync.values.conversions.html import TAGS, collapsed, with_tags
from qa_sync.values.conversions.numbers import (
    in_single_precision,
    is_single_precision,
    number_without_loss,
    places_of,
    quantised,
)
from qa_sync.values.conversions.phones import lacks_named_country, phone_number
from qa_sync.values.conversions.times import day_of, instant_of
from qa_sync.values.form import Form, Scalar
from qa_sync.values.regions import bare_region


class Sides(Struct, frozen=True):
    """The forms of the two values, and the business time zone, which determines the date of an instant."""

    source: Form
    target: Form
    zone: tzinfo


Normalize = Callable[[Scalar, Sides], Scalar]


def normalize(value: Scalar, sides: Sides) -> Scalar:
    """Return the value normalized for a comparison of the two sides."""
    return _comparison_kind(sides)(value, sides)


def equal(one: Scalar, other: Scalar, sides: Sides) -> bool:
    """Return whether the normalized values of the source (`one`) and the target are the same."""
    if isinstance(one, bool) or isinstance(other, bool):
        # In Python, True == 1; here a boolean never equals a number.
        return one is other
    return one == other or (_comparison_kind(sides) is _phone and _differ_in_named_country(one, other, sides))


def _differ_in_named_country(one: Scalar, other: Scalar, sides: Sides) -> bool:
    source, target = to_text(one), to_text(other)
    return lacks_named_country(source, target, sides.source) or lacks_named_country(target, source, sides.target)


def _comparison_kind(sides: Sides) -> Normalize:
    return _equivalent(sides.source.convert, sides.target.convert)


@cache
def _equivalent(one: str, other: str) -> Normalize:
    return next((kind for convert, kind in COMPARISON_KINDS.items() if convert in {one, other}), _exact)


def _html(value: Scalar, sides: Sides) -> Scalar:
    both = all(form.options.get(TAGS) for form in (sides.source, sides.target))
    return with_tags(to_text(value)) if both else collapsed(to_text(value))


def _email(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001 - one signature for the table
    # Full case folding would join two mailboxes: straße and strasse.
    return to_text(value).strip().lower()


def _phone(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return phone_number(value) or value


def _country(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return country_code(value) or value


def _region(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return bare_region(to_text(value))


def _day(value: Scalar, sides: Sides) -> Scalar:
    moment = instant_of(value, None) if isinstance(value, str) else None
    day: date | None = day_of(moment or value, sides.zone)
    return value if day is None else day


def _instant(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return instant_of(value, None) or value


def _number(value: Scalar, sides: Sides) -> Scalar:
    number = number_without_loss(value)
    if number is None:
        return value
    if is_single_precision(sides.source) or is_single_precision(sides.target):
        number = in_single_precision(number)
    places = (places_of(sides.source), places_of(sides.target))
    return number if None in places else quantised(number, min(p for p in places if p is not None))


def _truth(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    truth = truth_of(value)
    return value if truth is None else truth


def _as_choice_text(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    # An identifier is a text in any JSON type except a boolean.
    return to_text(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _exact(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return value


def _as_text(value: Scalar, sides: Sides) -> Scalar:  # noqa: ARG001
    return to_text(value)


COMPARISON_KINDS: Mapping[str, Normalize] = {
    "phone": _phone,
    "country": _country,
    "date": _day,
    "instant": _instant,
    "decimal": _number,
    "integer": _number,
    "boolean": _truth,
    "email": _email,
    "html": _html,
    "region": _region,
    "reference": _as_choice_text,
    "identifier": _as_choice_text,
    "choice": _as_text,
}
"""The first row that matches either form applies, so less precise kinds come first; other kinds compare exactly."""
