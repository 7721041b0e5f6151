"""The settings of a site: what its owner chooses, and what makes sites differ.

Source: docs/explanation/vendors/wix.rst, "Sites that differ".
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from qa_sync.sandbox.option_words import Words, currency, one_of, read_words


class SiteSettings(Struct, frozen=True):
    """The settings of one site: the currency of its prices, and the unit of its weights."""

    currency: str = "NOK"
    weight: str = "KG"


WORDS: Final[Words] = {
    "currency": ("a currency's code, such as EUR", currency),
    "weight": ("KG or LB", one_of("KG", "LB")),
}
"""The words of `--site`, each with its values and the function that reads one."""


def read_settings(text: str) -> SiteSettings:
    """Return the settings of a text such as `currency=EUR,weight=LB`.

    Raises UnknownName for an unknown word, UsageError for an invalid value.
    """
    return SiteSettings(**read_words("--site", text, WORDS))
