"""The verdicts on a healthy sync, on broken ones, and on systems that do not respond."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
from running_world import World, forth

from qa_sync.errors import InvalidResponse, RequestRejected, SystemUnreachable
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import CheckFinished, Event, RunFinished, Status

PASSED, FAILED, ERROR, SKIPPED = Status.PASSED, Status.FAILED, Status.ERROR, Status.SKIPPED


def statuses(world: World) -> dict[str, set[Status]]:
    return {kind: {c.status for c in checks} for kind, checks in world.by_kind().items()}


def test_a_healthy_sync_passes_everything_and_leaves_nothing_behind() -> None:
    world = World()
    results = world.results()
    assert {c.status for c in results.checks} == {PASSED}
    assert results.exit_code == 0
    assert not world.left.records
    assert not world.right.records
    assert results.leftovers == ()


def test_each_check_is_decided_exactly_once_and_the_pairs_are_those_of_the_spec() -> None:
    checks = World().results().checks
    assert len({c.id for c in checks}) == len(checks)
    assert {(c.title, c.line) for c in checks if c.kind == "property"} == {
        ("name -> title", 26),
        ("count -> number", 29),
    }
    assert all(c.origin == "spec" for c in checks if c.kind == "property")


def test_the_latency_is_from_the_write_to_the_poll_that_found_it() -> None:
    def late(world: World) -> None:
        if (world.clock.now().second // 8) % 2:
            world.carry()

    checks = World(sync=late).by_kind()
    assert all(c.status is PASSED for c in checks["create"])
    assert [c.latency_s for c in checks["create"]] != [1.0]
    assert all(
        c.latency_s and c.latency_s > 0 for kind in ("create", "property", "update-forward") for c in checks[kind]
    )
    assert all(c.latency_s is None for kind in ("unique", "stable", "isolated") for c in checks[kind])


def never(_world: World) -> None:
    """Do nothing."""


def creates_only(world: World) -> None:
    for a in list(world.left.records):
        if a not in world.links:
            world.carry()


def creates_first_values(world: World) -> None:
    for a in set(world.left.records) - set(world.links):
        world.links[a] = world.right.insert("thing", forth(world.left.records[a])).id


def echoes(world: World) -> None:
    world.carry()
    for record in world.right.records.values():
        record["touched"] = world.clock.now().isoformat()


def tramples(world: World) -> None:
    world.carry()
    if len(world.right.records) > 1:
        next(iter(world.right.records.values()))["number"] = len(world.right.records)


def creates_late_twins(world: World) -> None:
    world.carry()
    for record in [r for r in world.left.records.values() if world.clock.now().second % 3 == 0]:
        world.right.insert("thing", {"title": record["name"], "number": 0})


@pytest.mark.parametrize(
    ("sync", "failed"),
    [
        (never, {"create"}),
        (creates_only, {"update-forward", "update-backward", "any-time", "newest-wins", "independent", "empty"}),
        (echoes, {"stable", "isolated"}),
        (tramples, {"isolated", "update-backward", "stable", "property"}),
    ],
)
def test_a_broken_sync_fails_where_it_is_broken(sync: Callable[[World], None], failed: set[str]) -> None:
    found = {kind for kind, seen in statuses(World(sync=sync)).items() if FAILED in seen}
    assert found & failed
    assert found <= failed


def overwrites_the_edit(world: World) -> None:
    """Put every edit of a name on the source back."""
    world.carry()
    for a in world.links:
        if a in world.left.records:
            world.left.records[a]["name"] = world.first_names.setdefault(a, world.left.records[a].get("name"))


def copies_on_update(world: World) -> None:
    before = {b: r.get("number") for b, r in world.right.records.items()}
    world.carry()
    for b, number in before.items():
        if world.right.records.get(b, {}).get("number", number) != number:
            world.right.insert("thing", dict(world.right.records[b]))


def creates_only_the_first(world: World) -> None:
    if not world.links or set(world.left.records) <= set(world.links):
        world.carry()


@pytest.mark.parametrize(
    ("sync", "kind"),
    [(overwrites_the_edit, "update-forward"), (copies_on_update, "stable"), (creates_only_the_first, "stable")],
)
def test_an_additional_write_of_a_sync_is_detected(sync: Callable[[World], None], kind: str) -> None:
    results = World(sync=sync).results()
    assert results.exit_code == 1
    assert FAILED in {c.status for c in results.checks if c.kind == kind}


def test_a_twin_that_comes_later_fails_unique() -> None:
    assert FAILED in statuses(World(sync=creates_late_twins))["unique"]


def test_without_a_counterpart_the_rest_is_skipped_with_a_reason() -> None:
    checks = World(sync=never).by_kind()
    assert [c.status for c in checks["create"]] == [FAILED]
    assert "expected exactly one Right Thing" in str(checks["create"][0].message)
    for kind in ("property", "unique", "update-forward", "update-backward", "stable", "isolated"):
        assert {c.status for c in checks[kind]} == {SKIPPED}, kind
        assert all("Right Thing" in str(c.message) for c in checks[kind])


def test_what_the_source_makes_of_a_value_is_what_is_expected() -> None:
    world = World()
    world.left.keep = lambda _path, value: value.upper() if isinstance(value, str) else value
    expected = {c.expected for c in world.by_kind()["property"] if c.title == "name -> title"}
    assert all(isinstance(e, str) and e == e.upper() for e in expected)


def test_a_target_that_shows_something_else_fails_with_both_values() -> None:
    world = World(sync=creates_first_values)
    world.right.keep = lambda path, value: value + 1 if path == "number" and value else value
    check = next(c for c in world.by_kind()["property"] if c.title == "count -> number")
    assert check.status is FAILED
    assert (int(str(check.actual)), check.records[0].system) == (int(str(check.expected)) + 1, "Left")
    assert "Right Thing number" in str(check.message)
    assert str(check.message).startswith("Left Thing to Right Thing: ")


def test_a_write_that_the_source_rejected_is_an_error() -> None:
    world = World()
    world.left.keep = lambda path, value: None if path == "count" else value
    check = next(c for c in world.by_kind()["property"] if c.title == "count -> number")
    assert check.status is ERROR
    assert "was not stored" in str(check.message)


def test_an_edit_that_the_target_rejected_is_an_error() -> None:
    world = World()

    def refuse_edits(operation: str) -> None:
        if operation == "update":  # the judge edits; the sync of this world puts
            number = next(reversed(world.right.records.values()))["number"]
            world.right.keep = lambda path, value: number if path == "number" else value

    world.right.before = refuse_edits
    check = next(c for c in world.by_kind()["update-backward"] if c.title == "number -> count")
    assert check.status is ERROR


@pytest.mark.parametrize("operation", ["list", "lookup", "insert", "update"])
@pytest.mark.parametrize(
    "error", [SystemUnreachable("gone"), InvalidResponse("no JSON"), RequestRejected("no", status=400)]
)
def test_a_system_that_does_not_respond_is_an_error_and_exit_code_3(operation: str, error: Exception) -> None:
    world = World()

    def broken(asked: str) -> None:
        if asked == operation:
            raise error

    world.left.before = broken
    results = world.results()
    assert results.exit_code == 3
    assert {c.status for c in results.checks} <= {PASSED, ERROR, SKIPPED}
    assert len({c.id for c in results.checks}) == len(World().results().checks)


def test_a_record_that_cannot_be_removed_is_reported_with_the_reason() -> None:
    world = World()

    def keep(asked: str) -> None:
        if asked == "delete":
            raise RequestRejected("deleting is forbidden", status=403)

    world.right.before = keep
    results = world.results()
    assert results.exit_code == 0
    assert {(lost.system, lost.why) for lost in results.leftovers} == {("Right", "deleting is forbidden")}
    assert {lost.id for lost in results.leftovers} == set(world.right.records)


def test_listeners_that_leave_early_still_have_their_records_removed() -> None:
    world = World()
    events = world.events()
    for event in events:
        if isinstance(event, CheckFinished):
            break
    assert world.left.records
    events.close()  # type: ignore[attr-defined]
    assert not world.left.records
    assert not world.right.records


def test_the_stream_ends_with_run_finished_even_when_it_breaks() -> None:
    world = World()

    def bug(asked: str) -> None:
        if asked == "insert":
            raise ZeroDivisionError

    world.left.before = bug
    last: deque[Event] = deque(maxlen=1)
    with pytest.raises(ZeroDivisionError):
        last.extend(world.events())
    assert isinstance(last.pop(), RunFinished)


def test_no_check_run_is_not_a_success() -> None:
    results = collect_results(
        e for e in World(sync=never).events() if not isinstance(e, CheckFinished) or e.status is SKIPPED
    )
    assert results.exit_code == 3


def moves(world: World) -> None:
    """Synchronize everything, and delete the synchronized records."""
    world.carry()
    world.left.records.clear()


def deletes_instead_of_updating(world: World) -> None:
    edited = [
        a for a, b in world.links.items() if a in world.left.records and world.synced[a] != forth(world.left.records[a])
    ]
    for a in edited:
        world.right.records.pop(world.links[a], None)
        world.synced[a] = forth(world.left.records[a])
    if not edited:
        world.carry()


@pytest.mark.parametrize("sync", [moves, deletes_instead_of_updating])
def test_a_record_that_the_sync_deletes_fails(sync: Callable[[World], None]) -> None:
    checks = World(sync=sync).results().checks
    assert not [c.message for c in checks if c.status is ERROR]
    gone = [c.message for c in checks if c.status is FAILED and "to still exist, but it is gone" in str(c.message)]
    assert gone


def test_a_record_that_cannot_be_read_after_its_create_is_an_error() -> None:
    world = World()

    def blind(operation: str) -> None:
        if operation == "lookup":
            world.left.records.clear()

    world.left.before = blind
    assert {c.status for c in world.results().checks if c.kind == "create"} == {ERROR}
