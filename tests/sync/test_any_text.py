"""Any text that a card allows arrives in the other system as it is, or the sync reports it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from cli_caller import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from qa_sync.checklist.side import Side
from qa_sync.errors import QaSyncError
from qa_sync.modes.documents import connectors_of, read_all
from qa_sync.modes.embedded.world import build_world
from qa_sync.modes.job import Job
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import PropertyCard, find_card
from qa_sync.systems.system import Record, System
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.paths import read

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30), min_size=8)


class Way(Struct, frozen=True):
    """A section in one direction: the text property and the key on both sides, by their paths."""

    spec: str
    section: int
    origin: Side
    texts: dict[Side, str]
    keys: dict[Side, str]


NAMES = {Side.SOURCE: "first_name", Side.TARGET: "firstName"}
PERSONS = {Side.SOURCE: "info.name.first", Side.TARGET: "firstName"}
MAILS = {Side.SOURCE: "primaryInfo.email", Side.TARGET: "email"}
WAYS = {
    "customer-to-webshop": Way("specs/003.txt", 3, Side.SOURCE, NAMES, {Side.SOURCE: "email", Side.TARGET: "email"}),
    "product-to-webshop": Way(
        "specs/003.txt", 2, Side.SOURCE, {Side.SOURCE: "name", Side.TARGET: "title"}, dict.fromkeys(Side, "sku")
    ),
    "contact-to-erp": Way("specs/000.txt", 1, Side.SOURCE, PERSONS, MAILS),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
@settings(
    max_examples=2, derandomize=True, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(texts=TEXTS)
def test_a_text_arrives_as_it_is_or_is_reported(way: Way, texts: list[str]) -> None:
    dataflows = read_all([str(ROOT / way.spec)])
    job = Job(dataflows, connectors_of(dataflows, Settings()), ROOT)
    section = dataflows[0].sections[way.section - 1]
    world = build_world(job, dataflows[0], section, "texts", lambda transport: transport)
    ends = {Side.SOURCE: section.source, Side.TARGET: section.target}
    cards = {side: find_card(job.cards[end.system], end.entity, end.system) for side, end in ends.items()}
    with closing(world):
        systems = world.environment.systems
        other = next(side for side in Side if side is not way.origin)
        text_card, key_card = (cards[way.origin].properties[paths[way.origin]] for paths in (way.texts, way.keys))
        made: dict[str, str] = {}
        for number, text in enumerate(texts):
            allowed = "".join(c for c in text if c not in text_card.avoid).strip()
            key = f"t{number}@example.org" if "mail" in key_card.path else f"T-{number}"
            values = {text_card.write_path: to_wire(allowed or None, text_card.form), key_card.write_path: key}
            made[systems[way.origin].insert(cards[way.origin].datatype, values)] = key
        for _ in range(2):
            world.environment.let_sync_work()
        stored = _by_key(systems[way.origin], cards[way.origin], way, way.origin)
        arrived = _by_key(systems[other], cards[other], way, other)
        reported = {problem.id for problem in world.environment.sync_problems()}
        lost = [(made_id, stored[k], arrived.get(k)) for made_id, k in made.items() if stored[k] != arrived.get(k)]
        assert [each for each in lost if each[0] not in reported] == []
        assert len(lost) < len(made)


def _by_key(system: System, card: Any, way: Way, side: Side) -> dict[str, Any]:
    text, key = card.properties[way.texts[side]], card.properties[way.keys[side]]
    return {str(_value(record, key)): _value(record, text) for record in system.list(card.datatype)}


def _value(record: Record, card: PropertyCard) -> Any:
    try:
        return to_canonical(read(record.data, card.path), card.form)
    except QaSyncError as error:
        return str(error)
