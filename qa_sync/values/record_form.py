"""The form of a property in one record, whose other values decide how it is compared."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.values.conversions.currencies import in_currency
from qa_sync.values.conversions.phones import country_path, in_country
from qa_sync.values.form import Form


def in_record(form: Form, value_at: Callable[[str], object]) -> Form:
    """Return the form with what the record says: the places of its currency, the country of its phone numbers.

    `value_at` returns the record's value at a path.
    """
    return in_country(in_currency(form, value_at), value_at)


def deciding_path(form: Form) -> str | None:
    """Return the path of the value that `in_record` needs from the record, None if it needs none."""
    return form.options.get("currency") or country_path(form)
