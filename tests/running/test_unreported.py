"""A check that is selected alone passes neither on one of two counterparts nor on edits that never arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from running_world import SelectedWorld, World, forth

from qa_sync.running.events import Status

KINDS = sorted({check.kind for plan in World().checklist().sections for check in plan.checks})

Sync = Callable[[World], None]


def twice(world: World) -> None:
    """Create every counterpart twice."""
    known = set(world.links)
    world.carry()
    for a in world.links.keys() - known:
        world.right.insert("thing", forth(world.left.records[a]))


def copying(world: World) -> None:
    """Make a copy of each record that it updates."""
    before = {b: dict(record) for b, record in world.right.records.items()}
    world.carry()
    for b, record in before.items():
        if b in world.right.records and world.right.records[b]["title"] != record["title"]:
            world.right.insert("thing", {"title": world.right.records[b]["title"]})


def only_creating(world: World) -> None:
    """Carry no edit."""
    for a in world.left.records.keys() - world.links.keys():
        world.links[a] = world.right.insert("thing", forth(world.left.records[a])).id


BROKEN: Mapping[Sync, frozenset[str]] = {
    twice: frozenset(),
    copying: frozenset({"create", "unique", "property", "update-backward"}),
    only_creating: frozenset({"create", "unique", "property"}),
}
"""The kinds that pass although the sync is broken: they are about new records, or about edits of the other side."""


@pytest.mark.parametrize("whole_sections", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sync", BROKEN)
def test_each_kind_alone_is_earned(sync: Sync, kind: str, whole_sections: bool) -> None:
    results = SelectedWorld(sync=sync, kinds=(kind,), whole_sections=whole_sections).results()
    assert {check.kind for check in results.checks} == {kind}
    if kind in BROKEN[sync]:
        assert results.exit_code == 0
        return
    assert results.exit_code == 1
    assert results.totals[Status.FAILED] >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_healthy_sync_passes_with_each_kind_alone(kind: str) -> None:
    results = SelectedWorld(kinds=(kind,)).results()
    assert results.exit_code == 0
    assert results.totals[Status.PASSED] == len(results.checks)


def test_of_several_checks_one_says_why_and_the_others_are_skipped() -> None:
    results = SelectedWorld(sync=twice, kinds=("property", "update-forward")).results()
    failed = [check for check in results.checks if check.status is Status.FAILED]
    assert [check.kind for check in failed] == ["property", "update-forward"]  # one in each scenario
    for check in failed:
        assert "expected exactly one Right Thing" in (check.message or "")
        assert (check.expected, check.actual) == (1, 2)
    assert results.totals[Status.SKIPPED] == len(results.checks) - len(failed)


def test_a_copy_that_shows_only_at_the_end_fails_what_had_passed_before() -> None:
    results = SelectedWorld(sync=copying, kinds=("update-forward", "isolated")).results()
    failed = [check for check in results.checks if check.status is Status.FAILED]
    assert len(failed) == 1
    assert "precondition not met: expected 1 Right Thing" in (failed[0].message or "")
    assert results.totals[Status.PASSED] == 0


def test_the_check_of_updates_reports_an_edit_that_does_not_arrive_itself() -> None:
    results = SelectedWorld(sync=only_creating, kinds=("update-forward", "update-backward", "stable")).results()
    by_kind = {check.kind: check.status for check in results.checks}
    assert by_kind["stable"] is Status.PASSED
    assert by_kind["update-forward"] is Status.FAILED


def test_an_edit_of_one_property_that_arrives_is_enough() -> None:
    def one_property(world: World) -> None:
        only_creating(world)
        for a, b in world.links.items():
            if a in world.left.records and b in world.right.records:
                newer = max(world.left.records[a], world.right.records[b], key=lambda record: str(record["changed"]))
                title = newer.get("title") or newer.get("name")
                world.right.put(b, {"title": title} if world.right.records[b]["title"] != title else {})
                world.left.put(a, {"name": title} if world.left.records[a]["name"] != title else {})

    results = SelectedWorld(sync=one_property, kinds=("stable",)).results()
    assert results.exit_code == 0
