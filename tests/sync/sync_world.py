"""A shop and an office with links between them, and the sections that the tests run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from sync_fakes import OFFICE, SHOP, START, FakeSystem, flow, pairs, section

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.model import Section, StatementKind
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.links import Links

EVERY = StatementKind.EVERY
LINK_FIRST = StatementKind.LINK_FIRST
MERGE_IF = StatementKind.MERGE_IF
BASIC = pairs(name="fullName", nick="alias", mail__shown="email", age="years", land="country")


@dataclass
class World:
    shop: FakeSystem
    office: FakeSystem
    links: Links

    def engine(self, *sections: Section, **more: Any) -> Engine:
        return Engine(flow(*sections), self.shop, self.office, self.links, **more)

    @property
    def writes(self) -> int:
        return len(self.shop.calls) + len(self.office.calls)

    def person(self, id: str = "O-1") -> dict[str, Any]:
        return self.office.records("person")[id]

    def buyer(self, id: str = "S-1") -> dict[str, Any]:
        return self.shop.records("people")[id]


def make_world(*, locks: bool = True) -> World:
    """Make a world; `locks`: its systems have revisions."""
    clock = VirtualClock(START)
    shop, office = (
        FakeSystem(label, {n: card if locks else replace(card, revision=None) for n, card in cards.items()}, clock)
        for label, cards in (("Shop", SHOP), ("Office", OFFICE))
    )
    return World(shop, office, Links())


def every(**parts: Any) -> Section:
    return section(1, "People", "Person", EVERY, **{"pairs": BASIC, **parts})


KEY = "Shop people = Office person"
"""What the links between people and persons are kept under."""
