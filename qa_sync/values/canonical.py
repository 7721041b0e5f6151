"""Converts wire values to canonical values and back. Source: docs/explanation/mapping.rst, "Conversions"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

from msgspec.structs import replace

from qa_sync.errors import UnknownName
from qa_sync.values.conversions.choices import BOOLEAN, CHOICE
from qa_sync.values.conversions.conversion import Conversion, Target, exact_scalar, not_convertible
from qa_sync.values.conversions.countries import COUNTRY
from qa_sync.values.conversions.html import ESCAPED_TEXT, HTML, KEEPS_ENTITIES
from qa_sync.values.conversions.ids import IDENTIFIER, REFERENCE
from qa_sync.values.conversions.numbers import DECIMAL, INTEGER
from qa_sync.values.conversions.phones import PHONE
from qa_sync.values.conversions.text import EMAIL, TEXT
from qa_sync.values.conversions.times import DATE, INSTANT, instant_of
from qa_sync.values.form import Canonical, Form, Json, Scalar
from qa_sync.values.regions import REGION

CONVERSIONS: Mapping[str, Conversion] = {
    "text": TEXT,
    "escaped_text": ESCAPED_TEXT,
    "html": HTML,
    "email": EMAIL,
    "phone": PHONE,
    "identifier": IDENTIFIER,
    "reference": REFERENCE,
    "decimal": DECIMAL,
    "integer": INTEGER,
    "boolean": BOOLEAN,
    "instant": INSTANT,
    "date": DATE,
    "country": COUNTRY,
    "region": REGION,
    "choice": CHOICE,
}

MAX_DEPTH = 20
"""The maximum depth of nested lists; no known API nests values deeper."""

DOUBLED = "doubled"
"""The option with the characters that are sent twice, because the system stores one of two."""

_EMPTY = {"null": None, "omit": None}


def to_canonical(wire: Json, form: Form) -> Canonical:
    """Return the canonical value of a wire value, None for an empty one: missing, null, "", [], whitespace only.

    False and 0 are values. A list becomes a tuple, element by element. Raises NotConvertible for a value that its form
    does not allow, UnknownName for an unknown conversion.
    """
    return _canonical(wire, form, 0)


def _canonical(wire: Json, form: Form, depth: int) -> Canonical:
    if isinstance(wire, (list, tuple)):  # quicker than a union, ten thousand times a run
        if depth == MAX_DEPTH:
            raise not_convertible(wire, f"a list nested less than {MAX_DEPTH} times", form)
        return tuple(_canonical(element, form, depth + 1) for element in wire) or None
    if is_empty(wire):
        return None
    value = _conversion(form).read(exact_scalar(wire, form), form)
    return None if is_empty(value) else value


def to_wire(value: Canonical, form: Form, siblings: Mapping[str, Canonical] | None = None, zone: tzinfo = UTC) -> Json:
    """Return the wire value of a canonical value, which may come from another form.

    `siblings` are the canonical values of the same write, by the paths in the form's options (a prefixed region needs
    its country); `zone` is the business time zone. None becomes the form's option `empty`: `null` (also for `omit`),
    `""`, or another constant, unchanged. Raises NotConvertible when anything but decimal places (option `places`) would
    be lost, UnknownName for an unknown conversion, type or style.
    """
    siblings = siblings or {}
    if isinstance(value, tuple):
        return [to_wire(v, form, _element_siblings(siblings, n), zone) for n, v in enumerate(value)]
    if value is None or is_empty(value):
        return _empty(form)
    wire = _conversion(form).write(_scalar(value, form), Target(form, siblings, zone))
    return _doubled(wire, form) if DOUBLED in form.options else wire


def sent_value(wire: Json, form: Form) -> Canonical:
    """Return the canonical value that a wire value of `to_wire` is stored as; raises as `to_canonical`."""
    if isinstance(wire, list | tuple):
        return tuple(sent_value(element, form) for element in wire) or None
    for character in form.options.get(DOUBLED, "") if isinstance(wire, str) else "":
        wire = wire.replace(character * 2, character)
    escapes_all = form.convert == "escaped_text" and not form.options.get(KEEPS_ENTITIES)
    return to_canonical(wire, replace(form, convert="text") if escapes_all else form)


def _doubled(wire: Json, form: Form) -> Json:
    for character in form.options[DOUBLED] if isinstance(wire, str) else "":
        wire = wire.replace(character, character * 2)
    return wire


def is_empty(value: object) -> bool:
    """Return whether a wire or canonical value is empty; false and 0 are not.

    Source: docs/explanation/mapping.rst, "Empty values".
    """
    if isinstance(value, str):  # the most frequent type
        return not value or value.isspace()
    return value is None or (isinstance(value, (list, tuple)) and not value)


def _conversion(form: Form) -> Conversion:
    if form.convert not in CONVERSIONS:
        raise UnknownName("conversion", form.convert, CONVERSIONS)
    return CONVERSIONS[form.convert]


def _scalar(value: Scalar, form: Form) -> Scalar:
    """Return the value in canonical form: UTC in whole seconds, exact numbers."""
    if isinstance(value, datetime):
        moment = instant_of(value, None)
        if moment is None:
            raise not_convertible(value, "an instant with its zone", form)
        return moment
    return value if isinstance(value, date) else exact_scalar(value, form)


def _element_siblings(siblings: Mapping[str, Canonical], index: int) -> Mapping[str, Canonical]:
    """Return the siblings of one element: for a tuple, its element with the same index."""
    return {key: v[index] if isinstance(v, tuple) and index < len(v) else v for key, v in siblings.items()}


def _empty(form: Form) -> Json:
    empty = form.options.get("empty", "null")
    return _EMPTY.get(empty, empty) if isinstance(empty, str) else empty
