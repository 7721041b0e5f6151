"""What the judge holds money against: the minor units of the currency that the record itself names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
import running_world
from running_world import SPEC, Memory, World

from qa_sync.running.events import Status
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

MONEY = Form("string", "decimal", {"places": 2, "currency": "currency"})


@dataclass(eq=False)
class Priced(Memory):
    """A system whose amounts are always the same, in one currency."""

    currency: str = ""

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        return super().insert(datatype, {**values, "currency": self.currency}, found)


def card(system: str, text: str, amount: str) -> EntityCard:
    properties = {
        text: PropertyCard(text, Form(), concept="name"),
        amount: PropertyCard(amount, MONEY, concept="price"),
    }
    return EntityCard(system, "thing", ("Thing",), "id", properties, modified="changed")


@pytest.mark.parametrize(("currency", "verdict"), [("KWD", Status.FAILED), ("NOK", Status.PASSED)])
def test_a_third_decimal_that_is_lost(currency: str, verdict: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = {"Left": {"thing": card("left", "name", "count")}, "Right": {"thing": card("right", "title", "number")}}
    monkeypatch.setattr(running_world, "CARDS", cards)

    def amount(path: str, value: Json) -> Json:
        return value and {"count": "7.004", "number": "7"}.get(path, value)

    world = World(
        Priced("Left", cards["Left"], keep=amount, currency=currency),
        Priced("Right", cards["Right"], keep=amount, currency=currency),
        spec=SPEC.replace('- "integer"', '- "string"'),
    )
    found = {c.title: c.status for c in world.results().checks if c.kind == "property"}
    assert found["count -> number"] is verdict
