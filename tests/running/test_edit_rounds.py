"""What one edit of everything at once would hide: each sync here is broken in a way that only later edits show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from running_world import World, forth

from qa_sync.running.events import CheckFinished, Status


def failed(world: World) -> dict[str, list[CheckFinished]]:
    found = {kind: [c for c in checks if c.status is Status.FAILED] for kind, checks in world.by_kind().items()}
    return {kind: checks for kind, checks in found.items() if checks}


def before_and_after(world: World) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """Carry, and yield what became of each right record that was there before."""
    before = {b: dict(r) for b, r in world.right.records.items()}
    world.carry()
    yield from ((b, was, world.right.records[b]) for b, was in before.items() if b in world.right.records)


def first_update_only(world: World) -> None:
    for b, was, now in before_and_after(world):
        if was["title"] == now["title"]:
            continue
        if b in kept:
            world.right.records[b] = was
        kept.add(b)


kept: set[str] = set()


def resets_others(world: World) -> None:
    for _, was, now in before_and_after(world):
        if was["title"] != now["title"] and was["number"] == now["number"]:
            now["number"] = None


def also_writes_the_wrong_property(world: World) -> None:
    for _, was, now in before_and_after(world):
        if was["number"] != now["number"] and was["title"] == now["title"]:
            now["title"] = f"{now['title']} {now['number']}"


def old_value_comes_back(world: World) -> None:
    for b, was, now in before_and_after(world):
        if b in olds:
            world.right.put(b, {"title": olds.pop(b)})
        elif was["title"] != now["title"]:
            olds[b] = was["title"]


olds: dict[str, object] = {}


@pytest.mark.parametrize(
    ("sync", "kind", "named"),
    [
        (first_update_only, "update-forward", "name -> title"),
        (resets_others, "update-forward", "count -> number"),
        (also_writes_the_wrong_property, "update-forward", "name -> title"),
        (old_value_comes_back, "update-forward", "name -> title"),
    ],
)
def test_only_further_edits_show_it(sync: Callable[[World], None], kind: str, named: str) -> None:
    kept.clear()
    olds.clear()
    found = failed(World(sync=sync))
    assert kind in found
    assert named in [check.title for check in found[kind]]


def source_always_wins(world: World) -> None:
    for system in (world.left,):
        for record in system.records.values():
            record["changed"] = "9999"
    world.carry()


def target_always_wins(world: World) -> None:
    for record in world.right.records.values():
        record["changed"] = "9999"
    world.carry()


@pytest.mark.parametrize("sync", [source_always_wins, target_always_wins])
def test_newest_wins_is_tried_in_both_orders(sync: Callable[[World], None]) -> None:
    found = failed(World(sync=sync))
    assert set(found) >= {"newest-wins"}
    assert "to stay as written" in str(found["newest-wins"][0].message)


def whole_records(world: World) -> None:
    """Synchronize the whole later record, like a sync without property rows."""
    for a, b in world.links.items():
        if a in world.left.records and b in world.right.records:
            left, right = world.left.records[a], world.right.records[b]
            shown = {k: right[k] for k in ("title", "number")}
            if forth(left) != world.synced[a] and shown != world.synced[a]:
                later = shown if right["changed"] > left["changed"] else forth(left)
                world.right.put(b, later)
                world.left.put(a, {"name": later["title"], "count": later["number"]})
                world.synced[a] = later
    world.carry()


def test_edits_of_two_properties_on_two_sides_must_both_survive() -> None:
    assert set(failed(World(sync=whole_records))) == {"independent"}


def test_a_copy_without_a_mark_is_found_where_no_other_client_writes() -> None:
    def copies_without_a_mark(world: World) -> None:
        before = len(world.links)
        world.carry()
        if len(world.links) > before:
            world.right.insert("thing", {"title": "nobody", "number": 0})

    assert "unique" in failed(World(sync=copies_without_a_mark))
    assert "unique" not in failed(World(sync=copies_without_a_mark, alone=False))


def test_a_record_alike_that_was_there_before_is_left_alone() -> None:
    def merges_by_number(world: World) -> None:
        for a, record in world.left.records.items():
            same = [b for b, r in world.right.records.items() if r["number"] == record.get("count", "")]
            if a not in world.links and same and same[0] not in world.links.values():
                world.links[a], world.synced[a] = same[0], {"title": None, "number": None}
        world.carry()

    (check,) = failed(World(sync=merges_by_number))["isolated"]
    assert "Right Thing title" in str(check.message)
