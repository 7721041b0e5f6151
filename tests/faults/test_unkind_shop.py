"""A shop with other settings: nothing fails in a healthy run, and every fault is caught as in a kind one.

The default run has all settings of `qa-sync sandbox --shop` at once; each alone, and all faults, are slow.
"""

from __future__ import annotations

import pytest
from fault_facts import ROOT, facts_of
from fault_rules import RULES, places
from fault_runs import Outcome, play
from matrix import SEED, Cell, told

from qa_sync.modes.embedded import world
from qa_sync.sandbox.load import NO_LOAD
from qa_sync.sandbox.vendors import vendors_under
from qa_sync.sandbox.woocommerce.settings import WORDS, read_settings

SPEC = ROOT / "specs/003.txt"
MOST = 90
"""Checks that pass at least, so that none passes by being skipped."""
UNKIND = "taxes=25,prices=with,decimals=0,currency=JPY,zone=Asia/Kolkata,orders=posts"
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
    outcome = play(SPEC, SEED)
    assert (outcome.told, outcome.errors) == ((), ()), shop
    assert outcome.passed > MOST


@pytest.mark.slow
@pytest.mark.parametrize("shop", [UNKIND], indirect=True)
def test_every_fault_is_caught_as_in_a_kind_shop(shop: str) -> None:
    healthy = play(SPEC, SEED)
    found = {fault: _cell(fault, healthy) for fault in RULES}
    assert [told(cell) for cell in found.values() if not cell.ok] == [], shop


def _cell(fault: str, healthy: Outcome) -> Cell:
    return Cell(fault, SPEC, places(fault, facts_of(SPEC)), play(SPEC, SEED, fault), healthy)
