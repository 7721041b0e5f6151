"""What a system sends to people is said before the first write of such a record, in each cycle."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sync_world import World, every, make_world

from qa_sync.sync.writer import AnnouncingWriter

SAID = ("Office", "mails each new person")


@pytest.fixture
def world() -> World:
    world = make_world()
    cards: Any = {name: replace(card, announces=SAID[1]) for name, card in world.office.cards.items()}
    world.office.cards = cards
    return world


def test_it_is_said_once_a_cycle_before_the_first_write(world: World) -> None:
    said: list[tuple[str, str, int]] = []
    writer = AnnouncingWriter(lambda system, text: said.append((system, text, world.writes)))
    engine = world.engine(every(), writer=writer)
    world.shop.insert("people", {"name": "Ada"})
    world.shop.insert("people", {"name": "Bo"})
    before = world.writes
    engine.cycle()
    assert said == [(*SAID, before)]
    writer.end_cycle()
    engine.cycle()
    assert len(said) == 1  # nothing was written
    world.shop.edit("people", "S-1", {"nick": "A"})
    engine.cycle()
    assert len(said) == 2


def test_what_the_question_said_is_not_said_again_in_its_cycle(world: World) -> None:
    said: list[str] = []
    writer = AnnouncingWriter(lambda system, _text: said.append(system), [SAID])
    engine = world.engine(every(), writer=writer)
    for name in ("Ada", "Bo"):
        world.shop.insert("people", {"name": name})
        engine.cycle()
        writer.end_cycle()
    assert said == ["Office"]
