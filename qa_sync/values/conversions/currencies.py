"""How many decimal places an amount of money has, by its currency. Source: facts/MAPPING.md 6.1; ISO 4217.

The table is our own because no library at hand has the standard's: Babel's decimal places are CLDR's, which follow the
custom of shops (none for HUF, IDR or COP where ISO 4217 says two), and pycountry has none at all. A test holds the
table equal to the package `iso4217`, which parses an XML file whenever it is imported.
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
"""The currencies that have not two places after the point, by how many they have."""

MINOR_UNITS: Final[Mapping[str, int]] = {code: places for places, codes in OTHERS.items() for code in codes.split()}
CODE_LENGTH: Final = 3


def minor_units(code: object) -> int | None:
    """Return the decimal places of a currency by its ISO 4217 code, None for what is no such code."""
    if not isinstance(code, str) or len(code) != CODE_LENGTH or not (code.isascii() and code.isalpha()):
        return None
    return MINOR_UNITS.get(code.upper(), USUAL)


def in_currency(form: Form, value_at: Callable[[str], object]) -> Form:
    """Return a form whose option `places` is that of its record's currency.

    `value_at` gives the record's value at the path that the form's option `currency` names. Without the option, or
    where the record names no currency, the form is as it was.
    """
    path = form.options.get("currency")
    places = minor_units(value_at(path)) if path else None
    return form if places is None else replace(form, options={**form.options, "places": places})
