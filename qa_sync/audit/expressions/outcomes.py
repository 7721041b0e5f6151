"""What is said of two values, as a small number in a column, and the last word on it in Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from enum import IntEnum

from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical
from qa_sync.values.compare import Difference, compare
from qa_sync.values.form import Canonical, Form, Json


class Code(IntEnum):
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


DIFFERENT = (Code.VALUE, Code.TYPE, Code.FORMAT, Code.MISSING)
UNCLEAR = (Code.UNREADABLE, Code.LOST)

_OF = {
    Difference.VALUE: Code.VALUE,
    Difference.TYPE: Code.TYPE,
    Difference.FORMAT: Code.FORMAT,
    Difference.MISSING: Code.MISSING,
}


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a pair's two ends, and the business time zone."""

    source: Form
    target: Form
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict with its words; `detail` is empty when there is nothing to tell."""

    code: Code
    detail: str = ""


def judged(source: Json, target: Json, forms: Forms) -> Said:
    """Return what two wire values are to each other; an empty source claims nothing (policy `empty = keep`)."""
    try:
        expected = to_canonical(source, forms.source)
    except NotConvertible as error:
        return Said(Code.UNREADABLE, error.message)
    return judged_canonical(expected, target, forms)


def judged_canonical(expected: Canonical, target: Json, forms: Forms) -> Said:
    """Return the verdict for a canonical source value and a target's wire value."""
    if _is_nothing(expected):
        return Said(Code.EMPTY)
    try:
        actual = to_canonical(target, forms.target)
    except NotConvertible as error:
        return Said(Code.TYPE, error.message)
    verdict = compare(expected, actual, forms.source, forms.target, forms.zone)
    return Said(Code.SAME if verdict.difference is None else _OF[verdict.difference], verdict.detail)


def _is_nothing(value: Canonical) -> bool:
    """Tell whether a canonical value is empty, or a list of nothing but empty values."""
    return all(map(_is_nothing, value)) if isinstance(value, tuple) else value is None
