"""The outcome of comparing two values, as a code for columns, and the comparison in Python."""

from __future__ import annotations

from datetime import tzinfo
from enum import IntEnum

from msgspec import Struct

from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.comparison.compare import Difference, compare
from qa_sync.values.comparison.difference_text import describe_difference
from qa_sync.values.form import Canonical, Form, Json


class OutcomeCode(IntEnum):
    """The outcome of comparing two values.

    `EMPTY`: both values are empty, or nothing is claimed; `FILLED`: the source value is empty, the target value is not,
    which is a difference only with the policy `empty = "erase"`; `UNREADABLE`: the source value does not have its
    format; `LOST`: it refers to a record without a counterpart; `ASK`: the expression cannot decide.
    """

    SAME = 0
    EMPTY = 1
    FILLED = 2
    MISSING = 3
    VALUE = 4
    TYPE = 5
    FORMAT = 6
    UNREADABLE = 7
    LOST = 8
    ASK = 9


DIFFERENT = (OutcomeCode.VALUE, OutcomeCode.TYPE, OutcomeCode.FORMAT, OutcomeCode.MISSING)
UNCLEAR = (OutcomeCode.UNREADABLE, OutcomeCode.LOST)

_OF = {
    Difference.VALUE: OutcomeCode.VALUE,
    Difference.TYPE: OutcomeCode.TYPE,
    Difference.FORMAT: OutcomeCode.FORMAT,
    Difference.MISSING: OutcomeCode.MISSING,
}


class PropertyFormats(Struct, frozen=True):
    """The value formats of both sides of a pair, and the business time zone."""

    source: Form
    target: Form
    zone: tzinfo


class Outcome(Struct, frozen=True):
    """An outcome code with a message, which may be empty."""

    code: OutcomeCode
    detail: str = ""


def compare_values(source: Json, target: Json, forms: PropertyFormats) -> Outcome:
    """Return the outcome for two values of the APIs."""
    try:
        expected = to_canonical(source, forms.source)
    except NotConvertible as error:
        return Outcome(OutcomeCode.UNREADABLE, error.message)
    return compare_canonical(expected, target, forms)


def compare_canonical(expected: Canonical, target: Json, forms: PropertyFormats) -> Outcome:
    """Return the outcome for a canonical source value and a target value of the API."""
    empty = _is_empty(expected)
    try:
        actual = to_canonical(target, forms.target)
    except NotConvertible as error:
        return Outcome(OutcomeCode.FILLED if empty else OutcomeCode.TYPE, error.message)
    if empty:
        if _is_empty(actual) or is_empty_constant(target, forms.target):
            return Outcome(OutcomeCode.EMPTY)
        return Outcome(OutcomeCode.FILLED, describe_difference(None, actual))
    verdict = compare(expected, actual, forms.source, forms.target, forms.zone)
    return Outcome(OutcomeCode.SAME if verdict.difference is None else _OF[verdict.difference], verdict.detail)


def has_empty_constant(form: Form) -> bool:
    """Return whether a format writes an empty value as a value, such as 0."""
    return not _is_empty(to_wire(None, form))


def is_empty_constant(wire: Json, form: Form) -> bool:
    """Return whether a value is the one that its format writes for an empty value."""
    empty = to_wire(None, form)
    return type(wire) is type(empty) and wire == empty


def _is_empty(value: Canonical) -> bool:
    """Return whether a canonical value is empty, or a list of empty values only."""
    return all(map(_is_empty, value)) if isinstance(value, tuple) else value is None
