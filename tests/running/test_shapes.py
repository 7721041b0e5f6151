"""Every section shape, run in the sandbox with the healthy engine and with engines that break one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from running_world import World, forth
from shapes import ALWAYS, EVERY, KINDS, LINK_FIRST, MATCHING, SETTINGS, SHAPES, document, section

from qa_sync.running.events import Status

Checks = list[dict[str, Any]]
Check = Callable[..., Checks]
Matches = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]

PAIRS = (("name", "title", '"string"'), ("count", "number", '"integer"'))
TITLES = (("name", "title"),)
MODE = ("--mode", "sandbox", "--timeout", "20", "--report", "json")


@pytest.fixture
def check(qa_sync: QaSync, tmp_path: Path) -> Check:
    config = tmp_path / "qa-sync.toml"
    config.write_text(SETTINGS, encoding="utf-8")

    def go(shape: str, *words: str) -> Checks:
        spec = tmp_path / f"{shape}.rst"
        spec.write_text(SHAPES[shape], encoding="utf-8")
        got = qa_sync("check", str(spec), *MODE, "--config", str(config), *words)
        found: Checks = json.loads(got.out)["specs"][0]["sections"][-1]["checks"]
        return found

    return go


@pytest.mark.parametrize("shape", SHAPES)
def test_a_healthy_sync_passes_every_check(check: Check, shape: str) -> None:
    checks = check(shape)
    assert [c["message"] for c in checks if c["status"] in {"failed", "error", "manual"}] == []
    assert {c["kind"] for c in checks} == KINDS[shape] | ALWAYS
    assert {c["kind"] for c in checks if c["status"] == "passed"} >= KINDS[shape]


def test_a_missing_link_fails_even_if_only_properties_are_checked(check: Check) -> None:
    assert "failed" not in {c["status"] for c in check("link-merge", "--depth", "smoke")}
    checks = check("link-merge", "--depth", "smoke", "--fault", "no-merge")
    assert [c["kind"] for c in checks if c["status"] == "failed"] == ["property"]


def test_a_referenced_record_that_never_comes_is_an_error_with_the_section_that_promises_it(check: Check) -> None:
    checks = check("link-connected", "--depth", "smoke", "--fault", "drop-create")
    assert {c["status"] for c in checks if c["kind"] == "property"} == {"error"}
    assert all("section 1 of the spec promises this record" in c["message"] for c in checks)


@pytest.mark.parametrize("shape", ["condition", "condition-matching-merge"])
def test_a_condition_without_a_meaning_is_for_a_person(check: Check, tmp_path: Path, shape: str) -> None:
    (tmp_path / "none.toml").write_text("", encoding="utf-8")
    checks = check(shape, "--config", str(tmp_path / "none.toml"))
    assert {c["kind"] for c in checks if c["status"] == "manual"} == {"condition"}
    assert {c["status"] for c in checks if c["kind"] != "condition"} == {"skipped"}
    assert all("[[conditions]]" in c["message"] for c in checks)


LINKED = document("Left", "Right", section("Left Thing", "Right Thing", LINK_FIRST, pairs=PAIRS, criteria=TITLES))
MATCHED = document("Left", "Right", section("Left Thing", "Right Thing", EVERY, MATCHING, pairs=PAIRS, criteria=TITLES))


def same_title(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    return bool(left.get("name")) and left["name"] == right.get("title")


def syncing(matches: Matches, *, creates: bool) -> Callable[[World], None]:
    """A sync that links matches, may create the rest, and updates linked records."""

    def link(world: World, a: str, left: Mapping[str, Any]) -> None:
        free = (b for b in world.right.records if b not in world.links.values())
        found = next((b for b in free if matches(left, world.right.records[b])), None)
        if found:
            world.links[a], world.synced[a] = found, {"title": left.get("name"), "number": None}
        elif creates:
            world.links[a], world.synced[a] = world.right.insert("thing", forth(left)).id, forth(left)

    def sync(world: World) -> None:
        for a in [a for a in world.left.records if a not in world.links]:
            link(world, a, world.left.records[a])
        for a, b in world.links.items():
            if a in world.left.records and b in world.right.records:
                world.keep(a, b)

    return sync


def failed(spec: str, sync: Callable[[World], None]) -> set[str]:
    checks = World(spec=spec, sync=sync).results().checks
    assert Status.ERROR not in {c.status for c in checks}
    return {c.id.split("/", 2)[2] for c in checks if c.status is Status.FAILED}


@pytest.mark.parametrize(("spec", "creates"), [(LINKED, False), (MATCHED, True)])
def test_a_healthy_match(spec: str, creates: bool) -> None:
    assert failed(spec, syncing(same_title, creates=creates)) == set()


def test_a_record_that_is_created_without_a_link() -> None:
    assert "not-without-link" in failed(LINKED, syncing(same_title, creates=True))


@pytest.mark.parametrize(("spec", "creates"), [(LINKED, False), (MATCHED, True)])
def test_records_that_are_not_merged(spec: str, creates: bool) -> None:
    assert "merge/1:name:title" in failed(spec, syncing(lambda _left, _right: False, creates=creates))


@pytest.mark.parametrize(("spec", "creates"), [(LINKED, False), (MATCHED, True)])
def test_records_that_are_merged_by_something_else(spec: str, creates: bool) -> None:
    def same_number(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
        return same_title(left, right) or left.get("count") == right.get("number")

    assert "merge-not/different" in failed(spec, syncing(same_number, creates=creates))
