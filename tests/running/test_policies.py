"""Policies of the settings that the spec does not cover: cleared values, deleted records, and sign-offs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_caller import QaSync
from running_world import CARDS, World
from shapes import SETTINGS, SHAPES

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.model import Checklist
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.running.events import Status
from qa_sync.settings.model import Policies, Settings


class Settled(World):
    """A world with policies."""

    policies = Policies()
    depth = Depth.STANDARD

    def checklist(self) -> Checklist:
        settings = Settings(policies=self.policies)
        return compile_checklist(
            read_dataflow(self.spec, "left-right.rst"), CARDS, "seed", settings=settings, depth=self.depth
        )


def statuses(world: World, kind: str) -> set[Status]:
    return {c.status for c in world.results().checks if c.kind == kind}


@pytest.mark.parametrize("policy", ["keep", "erase"])
def test_what_a_cleared_value_does_to_the_other_side(policy: str) -> None:
    for erases in (False, True):
        world = Settled(erases=erases)
        world.policies = Policies(empty=policy)
        assert statuses(world, "empty") == {Status.PASSED if erases is (policy == "erase") else Status.FAILED}


def carries_deletes(world: World) -> None:
    for a, b in list(world.links.items()):
        if (a in world.left.records) != (b in world.right.records):
            world.left.records.pop(a, None)
            world.right.records.pop(b, None)
    world.carry()


@pytest.mark.parametrize(("policy", "healthy"), [("kept", True), ("carried", False)])
def test_deletes(policy: str, healthy: bool) -> None:
    left_alone, both_gone = Settled(), Settled(sync=carries_deletes)
    left_alone.policies = both_gone.policies = Policies(deletes=policy)
    good, bad = (left_alone, both_gone) if healthy else (both_gone, left_alone)
    assert statuses(good, "deletes") == {Status.PASSED}
    assert statuses(bad, "deletes") == {Status.FAILED}


def test_deletes_are_not_checked_by_default() -> None:
    assert statuses(Settled(), "deletes") == set()


def test_depth() -> None:
    world = Settled()
    world.depth = Depth.SMOKE
    assert {c.kind for c in world.results().checks} == {"create", "unique", "property"}
    world = Settled()
    world.depth = Depth.THOROUGH
    results = world.results()
    assert {c.status for c in results.checks} == {Status.PASSED}


def checked(qa_sync: QaSync, tmp_path: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    spec = tmp_path / "condition.rst"
    spec.write_text(SHAPES["condition"], encoding="utf-8")
    (tmp_path / "qa-sync.toml").write_text("", encoding="utf-8")
    config = str(tmp_path / "qa-sync.toml")
    got = qa_sync("check", str(spec), "--mode", "sandbox", "--config", config, "--report", "json", *words)
    if not got.out:
        return got.code, [{"message": got.err}]
    return got.code, json.loads(got.out)["specs"][0]["sections"][0]["checks"]


ID = "condition/1-wix-com-contacts-to-customerp-contact/condition"


@pytest.mark.parametrize("verdict", ["passed", "failed"])
def test_a_person_signs_off(qa_sync: QaSync, tmp_path: Path, verdict: str) -> None:
    signed = tmp_path / "signed.toml"
    signed.write_text(
        f'[[sign_off]]\ncheck = "{ID}"\nverdict = "{verdict}"\nnote = "tried with deal 17"\nby = "Kari"\n', "utf-8"
    )
    code, checks = checked(qa_sync, tmp_path, "--sign-off", str(signed))
    (found,) = [c for c in checks if c["kind"] == "condition"]
    assert (found["status"], found["message"]) == (verdict, "signed off by Kari: tried with deal 17")
    assert code == (0 if verdict == "passed" else 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[sign_off]]\ncheck = 'x'\nverdict = 'passed'", "unknown check 'x'"),
        (f"[[sign_off]]\ncheck = '{ID}'\nverdict = 'ok'", "expected one of passed, failed, got 'ok'"),
        (f"[[sign_off]]\ncheck = '{ID}'\nverdict = 'passed'\nwho = 'me'", "unknown key 'who'"),
        (f"[[sign_off]]\ncheck = '{ID.replace('/condition', '/create')}'\nverdict = 'passed'", "is not a manual check"),
        ("x = 1", "expected a list of tables"),
        ("x", "not TOML"),
    ],
)
def test_a_wrong_sign_off_is_reported(qa_sync: QaSync, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "signed.toml").write_text(text, encoding="utf-8")
    code, (found) = checked(qa_sync, tmp_path, "--sign-off", str(tmp_path / "signed.toml"))
    assert code == 2
    assert told in found[0]["message"]


def test_a_user_is_prompted(qa_sync: QaSync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter(["p", "looked at it"])
    monkeypatch.setattr("click.prompt", lambda *_words, **_more: next(said))
    _, checks = checked(qa_sync, tmp_path, "--interactive")
    (found,) = [c for c in checks if c["kind"] == "condition"]
    assert (found["status"], found["message"]) == ("passed", "signed off by a person: looked at it")


def test_settings_of_a_condition_are_known(qa_sync: QaSync, tmp_path: Path) -> None:
    spec = tmp_path / "condition.rst"
    spec.write_text(SHAPES["condition"], encoding="utf-8")
    (tmp_path / "qa-sync.toml").write_text(SETTINGS, encoding="utf-8")
    shown = qa_sync("show", str(spec), "--config", str(tmp_path / "qa-sync.toml"))
    assert shown.code == 0
    assert "condition" in shown.out
