"""When two values are the same, and if not, why. Source: facts/MAPPING.md 6; DESIGN 3 (`property`)."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from qa_sync.values.comparison_kinds import Sides, equal, normalize
from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.difference_text import describe_difference, describe_scalar_difference, notation, type_name
from qa_sync.values.form import Canonical, Form, Json, Scalar


class Difference(StrEnum):
    """How two values differ.

    `missing`: nothing arrived; `type`: a text where a number was expected, and the like; `format`: the same content in
    another notation (case, outer blanks, grouped digits); `value`: all else. Each of them is a broken promise.
    """

    VALUE = "value"
    TYPE = "type"
    FORMAT = "format"
    MISSING = "missing"


class Verdict(Struct, frozen=True):
    """Whether two canonical values are the same; `difference` is None and `detail` empty when they are."""

    same: bool
    expected: Canonical
    actual: Canonical
    difference: Difference | None
    detail: str


_Finding = tuple[Difference, str]


def compare(expected: Canonical, actual: Canonical, source: Form, target: Form, zone: tzinfo = UTC) -> Verdict:
    """Compare what the source answers with what the target shows, in the coarser of their two forms.

    A list of one counts as its element, because a path does not tell a list from an object (GRAMMAR 6.2). An empty
    source against a full target is a `value` difference: the policy for empty values is the caller's. `zone` is the
    business time zone, in which an instant has a date.
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
    found = next(((at, finding) for at, (e, a) in pairs if (finding := _difference(e, a, sides))), None)
    if len(expected) == len(actual):
        return found and (found[1][0], f"[{found[0]}]: {found[1][1]}")
    where = (
        f"; first at [{found[0]}]: {found[1][1]}"
        if found
        else f"; the first {_difference_in_length(expected, actual)} agree"
    )
    fewer = len(actual) < len(expected)
    return (
        Difference.MISSING if fewer else Difference.VALUE,
        f"expected {len(expected)} values, got {len(actual)}{where}",
    )


def _difference_in_length(expected: tuple[Canonical, ...], actual: tuple[Canonical, ...]) -> int:
    return min(len(expected), len(actual))


def _single_value(value: Canonical) -> Canonical:
    """Return a list of one as its element and a list of nothing but empty values as empty."""
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
