"""People edit while a cycle is at work, between any two requests of the engine: no edit is lost, both sides agree."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sync_fakes import FakeSystem, pairs
from sync_world import KEY, World, every, make_world

from qa_sync.systems.system import Record

TWINS = {"name": "fullName", "nick": "alias", "kind": "kind"}


class People:
    """Those who edit: names in the shop only, aliases in the office only, kinds on both sides."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.edits = 0
        self.last: dict[tuple[str, str], str] = {}
        self.patience = rng.randint(1, 8)
        """How often they interrupt a cycle."""
        self.watching = False

    def act(self) -> None:
        self.edits += 1
        buyers, persons = (
            sorted(s.records(d)) for s, d in ((self.world.shop, "people"), (self.world.office, "person"))
        )
        if self.rng.random() < 0.2 or not persons:
            self.world.shop.insert("people", {"name": self.text, "nick": "x", "kind": "k"})
        elif self.rng.random() < 0.5:
            self.edit(self.world.shop, "people", self.rng.choice(buyers), self.rng.choice(["name", "kind"]))
        else:
            self.edit(self.world.office, "person", self.rng.choice(persons), self.rng.choice(["alias", "kind"]))

    @property
    def text(self) -> str:
        return f"edit {self.edits}"

    def edit(self, system: FakeSystem, datatype: str, id: str, name: str) -> None:
        system.edit(datatype, id, {name: self.text})
        self.last[id, name] = self.text

    def interrupt(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return a request of the engine, before and after which they may act."""

        def interrupted(*words: Any) -> Any:
            self.perhaps()
            response = call(*words)
            self.perhaps()
            return response

        return interrupted

    def perhaps(self) -> None:
        if self.watching and self.patience and self.rng.random() < 0.25:
            self.watching, self.patience = False, self.patience - 1
            self.act()
            self.watching = True


@settings(max_examples=many(30), deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.booleans(), st.booleans())
def test_no_edit_is_lost(seed: int, tells_changes: bool, knows_the_time: bool, locks: bool) -> None:
    world = make_world(locks=locks)
    world.shop.tells_changes = world.office.tells_changes = tells_changes
    people = People(world, random.Random(seed))  # noqa: S311 - chance that repeats itself
    for system in (world.shop, world.office):
        system.lookup = people.interrupt(system.lookup)  # type: ignore[method-assign]
        system.update = people.interrupt(system.update)  # type: ignore[method-assign]
    world.office.insert = people.interrupt(world.office.insert)  # type: ignore[method-assign]
    for _ in range(4):
        engine = world.engine(every(pairs=pairs(**TWINS)), clock=world.shop.clock if knows_the_time else None)
        people.act()
        people.watching = True
        engine.cycle()
        people.watching = False
    for _ in range(4):
        summary = engine.cycle()
    assert (summary.writes, summary.problems) == (0, ())
    assert len(world.office.records("person")) == len(world.shop.records("people"))
    for each, buyer in world.shop.records("people").items():
        link = world.links.by_source(KEY, each)
        assert link is not None
        person = world.person(link.target)
        assert [buyer[name] for name in TWINS] == [person[name] for name in TWINS.values()]
        assert buyer["name"] == people.last.get((each, "name"), buyer["name"])
        assert person["alias"] == people.last.get((link.target, "alias"), "x")
        kinds = {people.last.get((each, "kind")), people.last.get((link.target, "kind"))} - {None}
        assert buyer["kind"] in (kinds or {"k"})


def test_what_a_system_computes_by_itself_is_no_edit_meanwhile() -> None:
    """Both sides are written; a member that differs from read to read does not keep the second write back."""
    world = make_world(locks=False)
    for system in (world.shop, world.office):
        system.cards = {n: replace(card, volatile=("visits",)) for n, card in system.cards.items()}
        system.lookup = counting_visits(system)  # type: ignore[method-assign, assignment]
    engine = world.engine(every(pairs=pairs(**TWINS)))
    world.shop.insert("people", {"name": "a", "nick": "x", "kind": "k"})
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "b"})
    world.office.edit("person", "O-1", {"alias": "y"})
    summary = engine.cycle()
    assert summary.problems == ()
    assert (world.person()["fullName"], world.buyer()["nick"]) == ("b", "y")


def counting_visits(system: FakeSystem) -> Callable[[str, str], Record | None]:
    """Return a lookup whose records have one more visit each time."""
    lookup = system.lookup

    def counted(datatype: str, id: str) -> Record | None:
        found = lookup(datatype, id)
        return found and replace(found, data={**found.data, "visits": system.reads})

    return counted
