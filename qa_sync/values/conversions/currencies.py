"""The number of decimal places of a currency. Source: docs/explanation/mapping.rst, "Money"; ISO 4217.

The project has its own table because common libraries lack the values of the standard: Babel uses CLDR, which follows
retail practice (no decimal places for HUF, IDR and COP; ISO 4217 has two), and pycountry has none. A test compares the
table with the package `iso4217`, which is not used here because it parses an XML file on import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from qa_sync.values.form import Form

USUAL: Final = 2
OTHERS: Final[Mapping[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""The currencies without the usual two decimal places, by number of decimal places."""

MINOR_UNITS: Final[Mapping[str, int]] = {code: places for places, codes in OTHERS.items() for code in codes.split()}
CODE_LENGTH: Final = 3


def minor_units(code: object) -> int | None:
    """Return the decimal places of a currency by its ISO 4217 code, or None for an invalid code."""
    if not isinstance(code, str) or len(code) != CODE_LENGTH or not (code.isascii() and code.isalpha()):
        return None
    return MINOR_UNITS.get(code.upper(), USUAL)


def in_currency(form: Form, value_at: Callable[[str], object]) -> Form:
    """Return the form with its option `places` set for the record's currency.

    `value_at` returns the record's value at the path in the form's option `currency`. Without the option or without a
    currency in the record, the form is unchanged.
    """
    path = form.options.get("currency")
    places = minor_units(value_at(path)) if path else None
    return form if places is None else replace(form, options={**form.options, "places": places})
