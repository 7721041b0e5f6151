"""Describes the difference between two values in messages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.form import Canonical, Scalar

_LONG = 60
_CONTEXT = 20

_KINDS: Mapping[type, str] = {
    # In this order: in Python, bool is a subclass of int, and datetime of date.
    bool: "boolean",
    int: "number",
    Decimal: "number",
    datetime: "date-time",
    date: "date",
}


def type_name(value: Scalar) -> str:
    """Return the type of a value for messages: `text`, `number`, `boolean`, `date-time`, `date`."""
    if isinstance(value, str):
        return "text"  # the most frequent type
    return _KINDS.get(type(value)) or next(
        (word for python, word in _KINDS.items() if isinstance(value, python)), "text"
    )


def notation(text: str) -> str:
    """Return the text normalized in case, blanks, Unicode form and digit grouping.

    Texts that are equal after this still differ; this only distinguishes `format` from `value` differences. Accents,
    signs, leading zeros and decimal points are content.
    """
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    folded = " ".join(composed.split())
    if re.fullmatch(r"[-+(]?[0-9][0-9\s'\u2019()/.-]*", folded):
        sign = folded[0] if folded[0] in "-+" else ""
        folded = sign + re.sub(r"[\s'\u2019()/+-]", "", folded)
    if re.fullmatch(r"-?[0-9]+\.[0-9]+", folded):
        folded = folded.rstrip("0").rstrip(".")
    return folded


def describe_scalar_difference(expected: Scalar, actual: Scalar) -> str:
    """Return `expected 'Åse', got 'Ase'`; long texts are shown at the first difference, lookalikes with escapes."""
    one, other = to_text(expected), to_text(actual)
    kinds = type_name(expected), type_name(actual)
    if kinds[0] != kinds[1]:
        return f"expected the {kinds[0]} {_quoted(expected)}, got the {kinds[1]} {_quoted(actual)}"
    if kinds[0] != "text":
        return f"expected {one}, got {other}"
    if max(len(one), len(other)) > _LONG:
        return _describe_long_difference(one, other)
    return f"expected {_distinct(one, other)}, got {_distinct(other, one)}"


def describe_difference(expected: Canonical, actual: Canonical) -> str:
    """Return the message for two values of which one is empty or a list."""
    return f"expected {_quoted(expected)}, got {_quoted(actual)}"


def _quoted(value: Canonical) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return f"a list of {len(value)} values"
    text = repr(value) if isinstance(value, str) else to_text(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}... ({len(text)} characters)"


def _distinct(text: str, other: str) -> str:
    """Return the text quoted, with escapes when it would look like the other text."""
    alike = unicodedata.normalize("NFKC", text) == unicodedata.normalize("NFKC", other)
    return ascii(text) if alike else repr(text)


def _describe_long_difference(expected: str, actual: str) -> str:
    at = next((i for i, (e, a) in enumerate(zip(expected, actual, strict=False)) if e != a), None)
    if at is None:
        at = min(len(expected), len(actual))
        if at == len(actual):
            return (
                f"expected {len(expected)} characters, got only the first {at}, truncated after {actual[-_CONTEXT:]!r}"
            )
    start = max(0, at - _CONTEXT)
    one, other = expected[start : at + _CONTEXT], actual[start : at + _CONTEXT]
    return f"from character {at + 1} on: expected ...{_distinct(one, other)}, got ...{_distinct(other, one)}"
