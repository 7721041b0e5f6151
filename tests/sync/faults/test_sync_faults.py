from __future__ import annotations

import pytest
from sync_fakes import entity, pairs
from sync_world import BASIC, World, every, make_world

from qa_sync.errors import UnknownName
from qa_sync.sync.engine import Engine
from qa_sync.sync.faults.duplicates import copy_values
from qa_sync.sync.faults.table import FAULTS, find_fault
from qa_sync.sync.lanes import LaneEnd, Side
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Form

NAMES = """
    drop-create drop-update drop-update-forward drop-update-backward one-way first-update-only late duplicate
    duplicate-on-update swap-properties wrong-property truncate case-fold trim strip-accents drop-astral
    html-escape-twice lose-leading-zero round-decimals type-change sign-lost false-as-missing zero-as-missing
    timezone-shift day-shift country-name reset-others empty-erases stale-overwrite ping-pong wrong-record
    merge-by-name no-merge merge-empty create-unlinked ignore-condition lose-list-item reorder-list last-page-lost
    cross-section
one-at-a-time matched-once erase-on-merge reset-unmapped case-blind delete-on-update first-reference true-at-first
lose-inner-zero url-decode lose-backslash lose-added-item keep-removed-item stale-source truncate-at-first
lose-country-prefix mail-domain wrong-region wrong-choice
merge-by-mailbox merge-by-domain merge-by-national-number merge-by-beginning merge-half-empty
reset-flags clear-unmapped drop-elements reset-lines
source-wins same-second-as-create same-second-as-write
cursor-in-seconds cursor-at-end lose-during-cycle lose-double-edit known-values first-sight country-code
wrong-region-country lose-mail-tag merge-by-end
accent-blind blank-blind order-blind truncate-to-column truncate-to-500 single-precision double-precision
two-decimals one-currency join-lines first-page-only lose-tags other-tags none-as-text none-as-zero fill-from-alike
"""

LONG = "a name of more than twenty characters"


@pytest.fixture
def world() -> World:
    return make_world()


def faulty(world: World, name: str) -> Engine:
    return world.engine(every(), faults=(find_fault(name),))


def test_the_table_is_explicit_and_describes_each_fault() -> None:
    assert set(FAULTS) == set(NAMES.split())
    assert all(fault.description.endswith(".") for fault in FAULTS.values())


def test_an_unknown_fault_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'duplicate'"):
        find_fault("dupliacte")


def test_drop_create(world: World) -> None:
    world.shop.insert("people", {"name": "Ada"})
    engine = faulty(world, "drop-create")
    assert [engine.cycle().created for _ in range(3)] == [0, 0, 0]
    assert world.office.records("person") == {}


def test_drop_update_also_later(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = faulty(world, "drop-update")
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    world.office.edit("person", "O-1", {"alias": "B"})
    engine.cycle()
    assert engine.cycle().updated == 0
    assert (world.person()["fullName"], world.buyer()["nick"]) == ("Ada", "A")


def test_one_way(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = faulty(world, "one-way")
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    world.office.edit("person", "O-1", {"alias": "B"})
    engine.cycle()
    assert engine.cycle().updated == 0
    assert (world.person()["fullName"], world.buyer()["nick"]) == ("Ada Berg", "A")


def test_duplicate_differs_in_unique_values_only(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "mail": "ada@example.test", "age": 7})
    engine = faulty(world, "duplicate")
    engine.cycle()
    engine.cycle()
    found = [(p["fullName"], p["email"], p["years"]) for p in world.office.records("person").values()]
    assert found == [("Ada", "ada@example.test", "7"), ("Ada", "ada+copy@example.test", "7")]
    world.shop.edit("people", "S-1", {"name": "Ada Berg"})
    engine.cycle()
    assert [p["fullName"] for p in world.office.records("person").values()] == ["Ada Berg", "Ada"]


def test_a_unique_number_is_left_to_the_system(world: World) -> None:
    number = PropertyCard("no", Form(type="integer", convert="integer"), unique=True)
    code = PropertyCard("code", Form(), unique=True, max_length=8)
    end = LaneEnd(Side.TARGET, world.office, entity("thing", number, code))
    assert copy_values(end, {"no": 7, "code": "ABCDEF"}) == {"no": 7, "code": "ABC-copy"}


def test_duplicate_accepts_that_a_system_rejects_the_copy(world: World) -> None:
    world.office.refuse = lambda values: "+copy" in values.get("email", "")
    world.shop.insert("people", {"name": "Ada", "mail": "ada@example.test"})
    assert faulty(world, "duplicate").cycle().problems == ()
    assert len(world.office.records("person")) == 1


def test_swap_properties_on_every_write(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = faulty(world, "swap-properties")
    engine.cycle()
    assert (world.person()["fullName"], world.person()["alias"]) == ("A", "Ada")
    assert engine.cycle().updated == 0
    world.shop.edit("people", "S-1", {"name": "Bo", "nick": "B"})
    engine.cycle()
    assert (world.person()["fullName"], world.person()["alias"]) == ("B", "Bo")
    assert engine.cycle().updated == 0
    assert (world.buyer()["name"], world.buyer()["nick"]) == ("Bo", "B")


def test_swap_properties_of_one_edited_text_stays_swapped(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "nick": "A"})
    engine = faulty(world, "swap-properties")
    engine.cycle()
    world.shop.edit("people", "S-1", {"name": "Bo"})
    for _ in range(3):
        last = engine.cycle()
    assert last.updated == 0
    assert world.person()["fullName"] != "Bo"


def test_swap_properties_needs_two_texts(world: World) -> None:
    world.shop.insert("people", {"name": "Ada", "age": 7})
    rows = pairs(name="fullName", age="years")
    engine = world.engine(every(pairs=rows), faults=(find_fault("swap-properties"),))
    engine.cycle()
    assert (world.person()["fullName"], world.person()["years"]) == ("Ada", "7")


def test_truncate_cuts_long_texts_only(world: World) -> None:
    world.shop.insert("people", {"name": LONG, "nick": "short", "mail": "a-very-long-address@example.test"})
    engine = faulty(world, "truncate")
    engine.cycle()
    engine.cycle()
    assert world.person()["fullName"] == LONG[: len(LONG) // 3]
    assert (world.person()["alias"], world.person()["email"]) == ("short", "a-very-long-address@example.test")
    assert world.buyer()["name"] == LONG


def test_truncate_at_first_cuts_what_is_new(world: World) -> None:
    world.shop.insert("people", {"name": "x" * 95})
    engine = faulty(world, "truncate-at-first")
    engine.cycle()
    engine.cycle()
    assert world.person()["fullName"] == "x" * 90
    world.shop.edit("people", "S-1", {"name": "y" * 95})
    engine.cycle()
    assert world.person()["fullName"] == "y" * 95


def test_truncate_cuts_along_lists_and_on_the_way_back(world: World) -> None:
    rows = (*BASIC, *pairs(lines__title="rows.text", lines__count="rows.qty"))
    engine = world.engine(every(pairs=rows), faults=(find_fault("truncate"),))
    world.shop.insert("people", {"name": "Ada", "lines.title": [LONG, "x"], "lines.count": [1, 2]})
    engine.cycle()
    assert [row["text"] for row in world.person()["rows"]] == [LONG[: len(LONG) // 3], "x"]
    world.office.edit("person", "O-1", {"alias": LONG})
    engine.cycle()
    assert world.buyer()["nick"] == LONG[: len(LONG) // 3]
