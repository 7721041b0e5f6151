"""The keys of one value: equal texts are the same value, and empty values have no key."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qa_sync.audit.expressions.cells import is_unicode
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.errors import NotConvertible
from qa_sync.values.canonical import to_canonical
from qa_sync.values.comparison.comparison_kinds import Sides, normalize
from qa_sync.values.comparison.difference_text import type_name as word_of
from qa_sync.values.conversions.conversion import to_text
from qa_sync.values.conversions.phones import country_path, with_country_code
from qa_sync.values.form import Canonical, Form, Json, Scalar


def keys_of(wire: Json, form: Form, forms: PropertyFormats) -> tuple[str, ...]:
    """Return the keys of a value: one per element for a list; none for an empty or unreadable value.

    A phone number without its country, where the card names it, also has the key of the whole number.
    """
    try:
        value = to_canonical(wire, form)
    except NotConvertible:
        return ()
    sides = Sides(forms.source, forms.target, forms.zone)
    keys = [key for scalar in _flat(value) for key in _keys_of(normalize(scalar, sides), form)]
    return tuple(dict.fromkeys(keys))


def _keys_of(value: Scalar, form: Form) -> Iterator[str]:
    yield _key(value)
    if names_country(form) and (whole := with_country_code(to_text(value), form)):
        yield whole


def names_country(form: Form) -> bool:
    """Return whether the card names the country of its phone numbers."""
    return form.convert == "phone" and "country" in form.options and country_path(form) is None


def _flat(value: Canonical) -> Iterator[Scalar]:
    if isinstance(value, tuple):
        for element in value:
            yield from _flat(element)
    elif value is not None:
        yield value


def _key(value: Scalar) -> str:
    """Return a text that is equal only for equal values; values other than texts get a prefix."""
    if isinstance(value, str):
        return value if is_unicode(value) else f"\x01text:{value!a}"
    if isinstance(value, Decimal):
        value = int(value) if value == int(value) else value.normalize()
    return f"\x01{word_of(value)}:{to_text(value)}"
