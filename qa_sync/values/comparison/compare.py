"""Compares two values and describes the difference. Source: docs/explanation/mapping.rst, "Conversions"."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from qa_sync.values.comparison.comparison_kinds import Sides, equal, normalize
from qa_sync.values.comparison.difference_text import (
    describe_difference,
    describe_scalar_difference,
    notation,
    type_name,
)
from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.form import Canonical, Form, Json, Scalar


class Difference(StrEnum):
    """How two values differ.

    `missing`: the actual value is empty; `type`: another type, such as a text for a number; `format`: the same content
    in another notation (case, surrounding blanks, grouped digits); `value`: all other differences. Each fails a check.
    """

    VALUE = "value"
    TYPE = "type"
    FORMAT = "format"
    MISSING = "missing"


class Verdict(Struct, frozen=True):
    """The result of a comparison; `difference` is None and `detail` empty when the values are the same."""

    same: bool
    expected: Canonical
    actual: Canonical
    difference: Difference | None
    detail: str


_Finding = tuple[Difference, str]


def compare(expected: Canonical, actual: Canonical, source: Form, target: Form, zone: tzinfo = UTC) -> Verdict:
    """Compare the value of the source with the value of the target, in the less precise of their two forms.

    A list with one element equals its element, because a path does not distinguish a list from an object. An empty
    expected value and a non-empty actual value are a `value` difference: the caller applies the policy for empty
    values. `zone` is the business time zone, which determines the date of an instant. Source:
    docs/explanation/grammar.rst, "Property paths".
    """
    finding = _difference(expected, actual, Sides(source, target, zone))
    if finding is None:
        return Verdict(same=True, expected=expected, actual=actual, difference=None, detail="")
    return Verdict(same=False, expected=expected, actual=actual, difference=finding[0], detail=finding[1])


def _difference(expected: Canonical, actual: Canonical, sides: Sides) -> _Finding | None:
    if isinstance(expected, tuple) and isinstance(actual, tuple):
        return _in_lists(expected, actual, sides)
    expected, actual = _single_value(expected), _single_value(actual)
    if expected is None or actual is None:
        if expected is actual:
            return None
        return (Difference.MISSING if actual is None else Difference.VALUE), describe_difference(expected, actual)
    if isinstance(expected, tuple) or isinstance(actual, tuple):
        return Difference.TYPE, describe_difference(expected, actual)
    one, other = normalize(expected, sides), normalize(actual, sides)
    return (
        None if equal(one, other, sides) else (_kind_of_difference(one, other), describe_scalar_difference(one, other))
    )


def _in_lists(expected: tuple[Canonical, ...], actual: tuple[Canonical, ...], sides: Sides) -> _Finding | None:
    pairs = enumerate(zip(expected, actual, strict=False))
    first = next(((index, finding) for index, (e, a) in pairs if (finding := _difference(e, a, sides))), None)
    if len(expected) == len(actual):
        return first and (first[1][0], f"[{first[0]}]: {first[1][1]}")
    where = (
        f"; first difference at [{first[0]}]: {first[1][1]}"
        if first
        else f"; the first {min(len(expected), len(actual))} are equal"
    )
    fewer = len(actual) < len(expected)
    return (
        Difference.MISSING if fewer else Difference.VALUE,
        f"expected {len(expected)} values, got {len(actual)}{where}",
    )


def _single_value(value: Canonical) -> Canonical:
    """Return the element of a list with one element, None for a list of empty values, other values unchanged."""
    if isinstance(value, tuple):
        if all(_single_value(element) is None for element in value):
            return None
        if len(value) == 1:
            return _single_value(value[0])
    return value


def _kind_of_difference(expected: Scalar, actual: Scalar) -> Difference:
    if type_name(expected) != type_name(actual):
        return Difference.TYPE
    if isinstance(expected, str) and notation(expected) == notation(to_text(actual)):
        return Difference.FORMAT
    return Difference.VALUE


def format_value(value: Canonical) -> Json:
    """Return a canonical value as JSON: decimals and times as text (ISO 8601, instants with Z), tuples as lists."""
    if isinstance(value, tuple):
        return [format_value(element) for element in value]
    return to_text(value) if isinstance(value, Decimal | datetime | date) else value
