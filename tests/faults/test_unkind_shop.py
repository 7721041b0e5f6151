"""A shop with other settings: nothing fails in a healthy run, and every fault is caught as in a kind one.

The default run has all settings of `qa-sync sandbox --shop` at once, and the faults that are about what they change;
each setting alone, and all other faults, are slow.
"""

from __future__ import annotations

from functools import cache

import pytest
from fault_facts import ROOT, facts_of
from fault_rules import RULES, places
from fault_runs import Outcome, play
from matrix import SEED, Cell, told

from qa_sync.checklist.depth import Depth
from qa_sync.modes.embedded import world
from qa_sync.sandbox.load import NO_LOAD
from qa_sync.sandbox.vendors import vendors_under
from qa_sync.sandbox.woocommerce.settings import WORDS, read_settings

SPEC = ROOT / "specs/003.txt"
MOST = 90
"""Checks that pass at least, so that none passes by being skipped."""
UNKIND = "taxes=25,prices=with,decimals=0,currency=JPY,zone=Asia/Kolkata,orders=posts"
FEW = ("lose-backslash", "two-decimals")
"""Faults about what the settings change."""
ALONE = (
    "taxes=25",
    "taxes=25,prices=with",
    "decimals=0",
    "decimals=3,currency=KWD",
    "currency=EUR",
    "zone=UTC",
    "zone=America/St_Johns",
    "orders=posts",
)


@pytest.fixture
def shop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the embedded shop the settings of the parameter."""
    text: str = request.param
    monkeypatch.setattr(world, "VENDORS", vendors_under(NO_LOAD, read_settings(text)))
    return text


def test_every_word_is_tried() -> None:
    assert all(word in UNKIND for word in WORDS)
    assert {word for text in ALONE for word in WORDS if f"{word}=" in text} == set(WORDS)


@pytest.mark.parametrize(
    "shop", [UNKIND, *(pytest.param(text, marks=pytest.mark.slow) for text in ALONE)], indirect=True
)
def test_a_healthy_run_fails_nowhere_and_skips_no_more(shop: str) -> None:
    outcome = _healthy(shop)
    assert (outcome.told, outcome.errors) == ((), ()), shop
    assert outcome.passed > MOST


@pytest.mark.parametrize("shop", [UNKIND], indirect=True)
@pytest.mark.parametrize(
    "fault", [fault if fault in FEW else pytest.param(fault, marks=pytest.mark.slow) for fault in RULES]
)
def test_a_fault_is_caught_as_in_a_kind_shop(shop: str, fault: str) -> None:
    depth = RULES[fault].depth
    outcome = play(SPEC, SEED, fault, depth=depth)
    found = Cell(fault, SPEC, places(fault, facts_of(SPEC)), outcome, _healthy(shop, depth))
    assert found.ok, told(found)


@cache
def _healthy(_shop: str, depth: Depth = Depth.STANDARD) -> Outcome:
    """Run the document without a fault in the shop of the test."""
    return play(SPEC, SEED, depth=depth)
