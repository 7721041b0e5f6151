"""The settings of a shop: what its owner chooses, and what makes shops differ.

Source: docs/explanation/vendors/woocommerce.rst, "Shops that differ".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from qa_sync.sandbox.option_words import Words, matching, one_of, read_words
from qa_sync.sandbox.woocommerce import money


class ShopSettings(Struct):
    """The settings of one shop, which may change while it runs.

    `taxes` is one rate in percent for everything, also for shipping (0: taxes are off); `prices` are entered `without`
    or `with` tax; `decimals` are those of amounts in orders; `zone` is that of local times; `separator` and `thousands`
    are the signs in entered amounts; `orders` are kept in `tables` of their own or as `posts`. During `maintenance` the
    shop answers 503.
    """

    taxes: Decimal = Decimal(0)
    prices: str = "without"
    decimals: int = 2
    currency: str = "NOK"
    zone: str = "Europe/Oslo"
    separator: str = "."
    thousands: str = ","
    orders: str = "tables"
    maintenance: bool = False

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone of local times."""
        return ZoneInfo(self.zone)

    @property
    def with_tax(self) -> bool:
        """Whether prices are entered with tax."""
        return self.prices == "with"


def _percent(value: str) -> Decimal:
    return Decimal(matching(r"[0-9]{1,2}(\.[0-9]{1,4})?", value))


def _decimals(value: str) -> int:
    return int(matching("[0-8]", value))


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(value) from None


WORDS: Final[Words] = {
    "taxes": ("a rate in percent, such as 25", _percent),
    "prices": ("without or with (tax)", one_of("without", "with")),
    "decimals": ("a number from 0 to 8", _decimals),
    "currency": ("the code of one of WooCommerce's currencies, such as NOK", one_of(*money.CODES)),
    "zone": ("a time zone, such as Asia/Kolkata", _zone),
    "orders": ("tables or posts", one_of("tables", "posts")),
}
"""The words of `--shop`, each with its values and the function that reads one."""


def read_settings(text: str) -> ShopSettings:
    """Return the settings of a text such as `taxes=25,decimals=0,zone=Asia/Kolkata`.

    Raises UnknownName for an unknown word, UsageError for an invalid value.
    """
    return ShopSettings(**read_words("--shop", text, WORDS))
