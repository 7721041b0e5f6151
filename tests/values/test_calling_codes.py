"""The table of calling codes is that of a library that is kept up to date."""

from __future__ import annotations

import pycountry
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from qa_sync.values.conversions.calling_codes import calling_codes

OWN = {"AQ": "672", "GS": "500", "PN": "64"}
"""Countries that the library leaves out: hardly anyone lives there."""
UNCOMMON = {"AC": "247", "TA": "290"}
"""Islands of Saint Helena, which have no code of their own in ISO 3166-1."""
UNINHABITED = {"BV", "HM", "TF", "UM"}


def test_each_country_has_the_code_of_the_library() -> None:
    library = {
        region: str(code)
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        for region in regions
        if region.isalpha()
    }
    assert dict(calling_codes()) == {c: code for c, code in library.items() if c not in UNCOMMON} | OWN
    assert UNCOMMON.items() <= library.items()


def test_each_country_of_the_standard_has_one() -> None:
    assert {country.alpha_2 for country in pycountry.countries} - set(calling_codes()) == UNINHABITED
