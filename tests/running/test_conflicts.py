"""An edit of the test that conflicts with a write of the sync: repeated from a fresh read, and never a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from running_world import CARDS, Memory, World

from qa_sync.errors import Conflict
from qa_sync.running.events import Status
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


@dataclass(eq=False)
class Versioned(Memory):
    """A system that rejects an update of a record that changed since it was read; `quicker` are the writes of others.

    Before each update of the test, another client writes as often as the next number of `quicker`.
    """

    quicker: Iterator[bool] = field(default_factory=lambda: iter(()))
    refused: int = 0
    versions: Iterator[int] = field(default_factory=count)

    def update(self, record: Record, values: Mapping[str, Json]) -> None:
        self.before("update")
        if next(self.quicker, False):
            self.put(record.id, {})
        if self.records[record.id]["version"] != record.data["version"]:
            self.refused += 1
            raise Conflict("Left: PUT: rejected with 412 STALE", status=412, code="STALE")
        self.put(record.id, values)

    def put(self, id: str, values: Mapping[str, Json]) -> None:
        super().put(id, values)
        self.records[id] = {**self.records[id], "version": next(self.versions)}


def versioned(quicker: Iterator[bool]) -> tuple[World, Versioned]:
    left = Versioned("Left", CARDS["Left"], quicker=quicker)
    return World(left=left), left


def test_an_edit_that_met_the_syncs_own_is_made_again() -> None:
    expected = {check.id: check.status for check in World().results().checks}
    world, left = versioned(iter([True, False, True, True, False] * 100))
    found = {check.id: check.status for check in world.results().checks}
    assert left.refused > 2
    assert found == expected
    assert Status.PASSED in found.values()
    assert Status.ERROR not in found.values()


def test_a_record_that_changes_constantly_is_an_error() -> None:
    world, left = versioned(iter(lambda: True, None))
    found = world.by_kind()
    assert all(check.status is Status.PASSED for check in found["create"])
    edited = [check for check in found["update-forward"] if check.status is not Status.SKIPPED]
    assert edited
    assert {check.status for check in edited} == {Status.ERROR}
    assert all("412 STALE" in (check.message or "") for check in edited)
    assert left.refused % 5 == 0


def test_a_conflict_with_an_unchanged_record_is_reported_immediately() -> None:
    requested: list[str] = []

    def refuse(operation: str) -> None:
        requested.append(operation)
        if operation == "update":
            raise Conflict("Left: PUT: rejected with 409 TAKEN", status=409, code="TAKEN")

    world = World()
    world.left.before = refuse
    edited = [check for check in world.by_kind()["update-forward"] if check.status is not Status.SKIPPED]
    assert {check.status for check in edited} == {Status.ERROR}
    tries = "".join("u" if operation == "update" else "." for operation in requested)
    assert "u" in tries
    assert "u.u" not in tries
