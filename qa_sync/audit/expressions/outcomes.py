"""What is said of two values, as a small number in a column, and the last word on it in Python."""

from __future__ import annotations

from datetime import tzinfo
from enum import IntEnum

from msgspec import Struct

from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical
from qa_sync.values.compare import Difference, compare
from qa_sync.values.form import Canonical, Form, Json


class OutcomeCode(IntEnum):
    """What two values are to each other.

    `EMPTY`: nothing is claimed; `UNREADABLE`: the source's value is not of its own form; `LOST`: it refers to a record
    without a counterpart; `ASK`: the expression cannot decide.
    """

    SAME = 0
    EMPTY = 1
    MISSING = 2
    VALUE = 3
    TYPE = 4
    FORMAT = 5
    UNREADABLE = 6
    LOST = 7
    ASK = 8


DIFFERENT = (OutcomeCode.VALUE, OutcomeCode.TYPE, OutcomeCode.FORMAT, OutcomeCode.MISSING)
UNCLEAR = (OutcomeCode.UNREADABLE, OutcomeCode.LOST)

_OF = {
    Difference.VALUE: OutcomeCode.VALUE,
    Difference.TYPE: OutcomeCode.TYPE,
    Difference.FORMAT: OutcomeCode.FORMAT,
    Difference.MISSING: OutcomeCode.MISSING,
}


class PropertyFormats(Struct, frozen=True):
    """The forms of a pair's two ends, and the business time zone."""

    source: Form
    target: Form
    zone: tzinfo


class Outcome(Struct, frozen=True):
    """A verdict with its words; `detail` is empty when there is nothing to tell."""

    code: OutcomeCode
    detail: str = ""


def compare_values(source: Json, target: Json, forms: PropertyFormats) -> Outcome:
    """Return what two wire values are to each other; an empty source claims nothing (policy `empty = keep`)."""
    try:
        expected = to_canonical(source, forms.source)
    except NotConvertible as error:
        return Outcome(OutcomeCode.UNREADABLE, error.message)
    return compare_canonical(expected, target, forms)


def compare_canonical(expected: Canonical, target: Json, forms: PropertyFormats) -> Outcome:
    """Return the verdict for a canonical source value and a target's wire value."""
    if _is_empty(expected):
        return Outcome(OutcomeCode.EMPTY)
    try:
        actual = to_canonical(target, forms.target)
    except NotConvertible as error:
        return Outcome(OutcomeCode.TYPE, error.message)
    verdict = compare(expected, actual, forms.source, forms.target, forms.zone)
    return Outcome(OutcomeCode.SAME if verdict.difference is None else _OF[verdict.difference], verdict.detail)


def _is_empty(value: Canonical) -> bool:
    """Tell whether a canonical value is empty, or a list of nothing but empty values."""
    return all(map(_is_empty, value)) if isinstance(value, tuple) else value is None
