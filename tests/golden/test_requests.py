"""A standard run sends at most half as many requests again as the first version did: the price of more checks.

`python tests/golden/test_requests.py` prints both side by side. Counted are the interactions of the recordings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

RECORDINGS = Path(__file__).parents[2] / "cassettes"
FIRST: Mapping[str, int] = {
    "000/1-wix-com-contacts-to-customerp-contact": 189,
    "000/2-wix-com-orders-to-customerp-order": 95,
    "000/3-wix-com-products-to-customerp-product": 186,
    "003/1-woocommerce-order-to-custom-webshop-order": 205,
    "003/2-woocommerce-product-to-custom-webshop-product": 186,
    "003/3-woocommerce-customer-to-custom-webshop-customer": 189,
}
"""The requests of each section in commit 12e0839."""

MOST = 1.5


def counted() -> Mapping[str, int]:
    return {
        name: len(json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))["interactions"])
        for name in FIRST
    }


def test_a_standard_run_sends_at_most_half_as_many_requests_again() -> None:
    assert sum(counted().values()) <= MOST * sum(FIRST.values())


if __name__ == "__main__":
    now = counted()
    for name, first in FIRST.items():
        print(f"{first:6} {now[name]:6} {now[name] / first:5.2f}  {name}")
    print(f"{sum(FIRST.values()):6} {sum(now.values()):6} {sum(now.values()) / sum(FIRST.values()):5.2f}  both specs")
