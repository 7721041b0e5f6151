"""A spec may describe a flow from a system to itself: records must not multiply there.

Source: docs/explanation/grammar.rst, "Bytes, file names and frame".
"""

from __future__ import annotations

import pytest
from sync_fakes import SHOP, START, FakeSystem, criteria, flow, pairs, section

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Section, StatementKind
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.links import Links

EVERY = StatementKind.EVERY


@pytest.fixture
def shop() -> FakeSystem:
    return FakeSystem("Shop", SHOP, VirtualClock(START))


def engine(shop: FakeSystem, *sections: Section) -> Engine:
    return Engine(flow(*sections), shop, shop, Links())


def test_a_record_is_its_own_counterpart(shop: FakeSystem) -> None:
    shop.insert("people", {"name": "Ada"})
    people = section(1, "People", "People", EVERY, pairs=pairs(nick="nick"))
    assert engine(shop, people).cycle().writes == 0


def test_two_records_that_match_stay_in_sync(shop: FakeSystem) -> None:
    shop.insert("people", {"name": "Ada"})
    shop.insert("people", {"name": "Ada", "nick": "A"})
    rows = criteria(("name", "name"))
    people = section(1, "People", "People", EVERY, StatementKind.MERGE_IF, pairs=pairs(nick="nick"), criteria=rows)
    keeper = engine(shop, people)
    assert keeper.cycle().linked == 1
    assert shop.records("people")["S-1"]["nick"] == "A"
    assert keeper.cycle().writes == 0


def test_two_entities_that_feed_each_other_do_not_breed(shop: FakeSystem) -> None:
    shop.insert("people", {"name": "Ada"})
    shop.insert("groups", {"title": "G"})
    there = section(1, "People", "Groups", EVERY, pairs=pairs(name="title"))
    back = section(2, "Groups", "People", EVERY, pairs=pairs(title="name"))
    both = engine(shop, there, back)
    assert both.cycle().created == 2
    assert both.cycle().writes == 0
    assert len(shop.records("people")) == len(shop.records("groups")) == 2
