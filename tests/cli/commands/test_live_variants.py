"""Live runs against served shops and sites of all settings: nothing fails, and each skipped check has a true reason."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from cli_caller import QaSync, Serve

from qa_sync.sandbox.wix.settings import WORDS as SITE_WORDS
from qa_sync.sandbox.woocommerce.settings import WORDS as SHOP_WORDS

SHOPS: Final = (
    "",
    "taxes=25",
    "taxes=25,prices=with",
    "decimals=0,currency=JPY",
    "decimals=3,currency=KWD",
    "zone=Asia/Kolkata",
    "zone=America/St_Johns",
    "orders=posts",
    "taxes=25,prices=with,decimals=0,currency=JPY,zone=Asia/Kolkata,orders=posts",
)
SITES: Final = ("", "currency=EUR", "currency=JPY,weight=LB", "currency=KWD")
VARIANTS: Final = [("specs/003.txt", "--shop", text) for text in SHOPS] + [
    ("specs/000.txt", "--site", text) for text in SITES
]
REASONS: Final = {
    r"read-only in Custom Webshop Order( after creation)?: The webshop ": "its orders take a status and a note",
    r"read-only in WooCommerce Order: WooCommerce (computes|derives) ": "measured: what is sent is ignored",
    r"read-only in Wix\.com Orders( after creation)?: Wix ": "documented: orders have no update",
    r"read-only in Wix\.com Products: Wix ": "documented: the site's currency, the inventory, the discount",
    r"read-only in Customerp Order( after creation)?: The ERP ": "entities.py: the ERP computes it or keeps it",
    r"Wix has no endpoint for it|Wix\.com Orders has no ": "documented: orders have neither update nor delete",
    r"no (property|two properties) can be (edited|cleared)": "as above: of orders in Wix nothing can be changed",
    r"Wix\.com Products stock\.quantity has no value to synchronize": "documented: the inventory has its own calls",
    r"this run does not start the cycles of the sync": "the served sync works on its own, which the run waits for",
}
"""Why a check may be skipped: a pattern of its message, and where that is known from."""


def test_every_word_is_tried() -> None:
    for words, texts in ((SHOP_WORDS, SHOPS), (SITE_WORDS, SITES)):
        assert {word for text in texts for word in words if f"{word}=" in text} == set(words)


@pytest.mark.slow
@pytest.mark.parametrize(("spec", "option", "text"), VARIANTS)
def test_nothing_fails_and_each_skip_has_a_true_reason(
    qa_sync: QaSync, serve: Serve, spec: str, option: str, text: str
) -> None:
    config = serve(spec, option, text)
    got = qa_sync("check", spec, "--mode", "live", "--config", str(config), "--report", "json")
    checks: list[Any] = [c for s in json.loads(got.out)["specs"][0]["sections"] for c in s["checks"]]
    assert [c for c in checks if c["status"] in {"failed", "error"}] == []
    assert got.code == 0, got.err
    skipped = {c["message"] for c in checks if c["status"] == "skipped"}
    assert sorted(message for message in skipped if not any(re.match(reason, message) for reason in REASONS)) == []
    assert len(skipped) < sum(c["status"] == "passed" for c in checks)
