"""A record is given values that no row is about, also while the sync writes to it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from running_world import CARDS, Memory, World

from qa_sync.errors import Conflict
from qa_sync.running.events import Status
from qa_sync.systems.cards import PropertyCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

REMARK = PropertyCard("remark", Form())


@dataclass(eq=False)
class Written(Memory):
    """A system with revisions; the sync writes each record just before it is given a remark."""

    given: int = 0

    def update(self, record: Record, values: dict[str, Json]) -> None:  # type: ignore[override]
        if "remark" in values and "touched" not in self.records[record.id]:
            self.records[record.id]["touched"] = True
            raise Conflict("the record has changed since it was read", status=412)
        self.given += "remark" in values
        super().update(record, values)


def test_a_record_that_the_sync_has_just_written_is_given_the_values_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = CARDS["Right"]["thing"]
    more = replace(card, properties={**card.properties, "remark": REMARK})
    monkeypatch.setitem(CARDS, "Right", {"thing": more})
    right = Written("Right", CARDS["Right"])
    checks = World(right=right).by_kind()
    assert {c.status for c in checks["isolated"]} == {Status.PASSED}
    assert right.given == 1
