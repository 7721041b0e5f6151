"""A change whose answer was lost: read and compared before it is sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from qa_sync.errors import Conflict, UncertainWrite
from qa_sync.systems.cards import EntityCard, PropertyCard, Revision
from qa_sync.systems.rest.uncertain_writes import update_idempotently
from qa_sync.systems.system import Record
from qa_sync.values.form import Form, Json

LOST = UncertainWrite("no answer", succeeded=False)
Fate = Callable[["Shop"], None]


@dataclass
class Shop:
    """One record with a name and a revision; `fates` are what becomes of one change after the other."""

    locked: bool
    fates: list[Fate]
    data: dict[str, Json] = field(default_factory=lambda: {"name": "old", "rev": 1})
    looked: int = 0

    def look(self) -> Record:
        self.looked += 1
        return Record("Shop", "thing", "1", dict(self.data))

    def put(self, name: str) -> None:
        self.data = {"name": name, "rev": self.data["rev"] + 1}

    def change(self) -> None:
        revision = Revision(read="rev", header="If-Match") if self.locked else None
        card = EntityCard("shop", "thing", ("Thing",), "id", {"name": PropertyCard("name", Form())}, revision=revision)
        update_idempotently(
            lambda _now: self.fates.pop(0)(self),
            Record("Shop", "thing", "1", dict(self.data)),
            self.look,
            card=card,
            values={"name": "new"},
            wait=lambda _seconds: None,
        )


def taken(shop: Shop) -> None:
    shop.put("new")


def taken_and_lost(shop: Shop) -> None:
    shop.put("new")
    raise LOST


def lost(_shop: Shop) -> None:
    raise LOST


def lost_and_overtaken(shop: Shop) -> None:
    shop.put("another's")
    raise LOST


def repeated_beneath(shop: Shop) -> None:
    shop.put("new")
    raise Conflict("stale", status=412, repeated=True)


def stale(_shop: Shop) -> None:
    raise Conflict("stale", status=412)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize(
    ("fates", "looks"),
    [
        ([taken], 0),
        ([taken_and_lost], 1),
        ([lost, taken], 1),
        ([lost, lost, taken_and_lost], 3),
        ([repeated_beneath], 1),
    ],
)
def test_it_is_made_once(fates: list[Fate], looks: int, *, locked: bool) -> None:
    shop = Shop(locked, list(fates))
    shop.change()
    assert (shop.data, shop.looked, shop.fates) == ({"name": "new", "rev": 2}, looks, [])


def test_what_another_user_changed_meanwhile_is_not_overwritten() -> None:
    shop = Shop(True, [lost_and_overtaken, taken])
    with pytest.raises(UncertainWrite):
        shop.change()
    assert shop.data["name"] == "another's"


def test_where_nothing_protects_a_record_the_change_is_sent_again() -> None:
    shop = Shop(False, [lost_and_overtaken, taken])
    shop.change()
    assert shop.data["name"] == "new"


def test_a_conflict_at_the_first_attempt_is_one() -> None:
    shop = Shop(True, [stale])
    with pytest.raises(Conflict):
        shop.change()
    assert shop.looked == 0
