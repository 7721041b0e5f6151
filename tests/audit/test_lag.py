"""What only looked wrong, because the two lists were read at different times, is read again and not told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from audit_served import served
from audit_world import Doc, World, ids_of, make_world
from cli_caller import ROOT, QaSync

from qa_sync.audit.compare.reread import Rereader

CONTACTS = ("customerp", "contacts")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(ROOT)
    return make_world(12)


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Do something after the lists were read and before the first suspect is read again."""
    looks = Rereader.read_pairs
    done: list[object] = []

    def changed(self: Rereader, suspects: Sequence[Any], *, again: bool = False) -> Any:
        if suspects and not done:
            done.append(change())
        return looks(self, suspects, again=again)

    monkeypatch.setattr(Rereader, "read_pairs", changed)


def named(name: str) -> Callable[[Doc], object]:
    return lambda doc: doc.update(lastName=name)


def audit(qa_sync: QaSync, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    report = folder / "audit.json"
    with served(world, folder, monkeypatch) as config:
        call = ("specs/000.txt", "--section", "Contacts", "--config", str(config), "--report", f"json={report}", "-q")
        qa_sync("audit", *call, *words)
    sections = json.loads(report.read_text(encoding="utf-8"))["specs"][0]["sections"]
    return {check["id"].split("/", 2)[2]: check for check in sections[0]["checks"]}


NAME = "property/info.name.last:lastName"


def test_a_value_that_has_come_meanwhile(
    qa_sync: QaSync, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ids_of(world, *CONTACTS)[3:5]
    for wrong in (one, other):
        world.edit(*CONTACTS, wrong, named("not yet"))
    meanwhile(monkeypatch, lambda: world.edit(*CONTACTS, one, named("Bårdsen")))
    check = audit(qa_sync, world, tmp_path, monkeypatch)[NAME]
    assert check["actual"] == {"same": 11, "value": 1}
    assert "2 were re-read, 1 of them are resolved" in check["message"]


def test_a_record_that_has_come_meanwhile(
    qa_sync: QaSync, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, lost = ids_of(world, *CONTACTS)[3:5]
    db = world.apps["customerp"].state.store.db
    (body,) = db.execute("SELECT body FROM document WHERE kind = 'contacts' AND id = ?", (late,)).fetchone()
    for missing in (late, lost):
        world.remove(*CONTACTS, missing)
    row = ("contacts", late, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"), body)
    insert = "INSERT INTO document (kind, id, changed, body) VALUES (?, ?, ?, ?)"
    meanwhile(monkeypatch, lambda: db.execute(insert, row))
    check = audit(qa_sync, world, tmp_path, monkeypatch)["coverage"]
    assert check["actual"] == {"matched": 10, "alone": 1, "keyless": 0}
    assert "2 were re-read, 1 of them are resolved" in check["message"]


def test_a_source_that_is_gone_meanwhile(
    qa_sync: QaSync, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = ids_of(world, "wix", "contacts")[3], ids_of(world, *CONTACTS)[3]
    world.edit(*CONTACTS, target, named("another"))
    meanwhile(monkeypatch, lambda: world.remove("wix", "contacts", source))
    check = audit(qa_sync, world, tmp_path, monkeypatch)[NAME]
    assert check["status"] == "passed"


def test_no_more_are_read_again_than_allowed(
    qa_sync: QaSync, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ids_of(world, *CONTACTS)[3:8]:
        world.edit(*CONTACTS, wrong, named("another"))
    check = audit(qa_sync, world, tmp_path, monkeypatch, "--recheck", "2")[NAME]
    assert "2 were re-read, 0 of them are resolved; 3 were not re-read" in check["message"]
    assert check["actual"] == {"same": 7, "value": 5}
