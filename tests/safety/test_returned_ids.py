"""A create that returns the id of another record: that record is neither changed nor deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cli_caller import QaSync
from loopback import loopback
from memory import MARK, Memory, owned
from people_api import KEY, People, write_connector, write_settings, write_spec

from qa_sync.errors import InvalidResponse
from qa_sync.systems.journal import journaled_system as module
from qa_sync.systems.journal.journaled_system import JournaledSystem
from qa_sync.systems.journal.ownership import RunRecords
from qa_sync.systems.system import Record

OLDER = "2026-01-31T09:00:00Z"


class Confused(Memory):
    """Creates a record, and may return the id of another one."""

    returned: str | None = None

    def insert(self, *args: object, **named: object) -> Record:
        made = super().insert(*args, **named)  # type: ignore[arg-type]
        return Record(self.label, made.datatype, self.returned or made.id, {})


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKUP_DELAYS_S", (0.0, 0.0))
    monkeypatch.setenv("PEOPLE_KEY", KEY)


@pytest.fixture
def acme() -> Confused:
    return Confused()


def run_of(path: Path, acme: Memory) -> Iterator[RunRecords]:
    found = owned(path, acme)
    yield found
    found.journal.close()


def states(ours: RunRecords) -> list[tuple[str | None, str]]:
    return [(entry.id, entry.state) for entry in ours.entries()]


def test_the_id_of_a_record_that_existed_before(tmp_path: Path, acme: Confused) -> None:
    acme.put("contact", "c9", name="Ola")
    for ours in run_of(tmp_path, acme):
        acme.returned = "c9"
        system = JournaledSystem(acme, acme, ours)
        with pytest.raises(InvalidResponse, match="Acme returned the id of another Contact for a new one: c9"):
            system.insert("contact", {"name": MARK})
        assert states(ours) == [(None, "intended")]  # a cleanup searches for the mark
        assert not ours.is_known("Acme", "contact", "c9")


def test_the_id_of_a_record_that_the_run_has_created(tmp_path: Path, acme: Confused) -> None:
    for ours in run_of(tmp_path, acme):
        system = JournaledSystem(acme, acme, ours)
        acme.returned = system.insert("contact", {"name": MARK}).id
        with pytest.raises(InvalidResponse, match="returned the id of another Contact"):
            system.insert("contact", {"name": MARK})


def test_an_id_may_be_used_again_after_a_deletion(tmp_path: Path, acme: Confused) -> None:
    for ours in run_of(tmp_path, acme):
        system = JournaledSystem(acme, acme, ours)
        acme.returned = system.insert("contact", {"name": MARK}).id
        system.delete("contact", acme.returned)
        assert system.insert("contact", {"name": MARK}).id == acme.returned


@pytest.mark.parametrize("after", ["lookup", "delete"])
def test_the_id_of_a_record_that_is_older_than_the_run(tmp_path: Path, acme: Confused, after: str) -> None:
    for ours in run_of(tmp_path, acme):
        acme.put("contact", "c9", name="Ola", createdAt=OLDER)  # it was not in the list at the start of the run
        acme.returned = "c9"
        system = JournaledSystem(acme, acme, ours)
        system.insert("contact", {"name": MARK})
        with pytest.raises(InvalidResponse, match="returned the id of another Contact"):
            getattr(system, after)("contact", "c9")
        assert states(ours) == [(None, "intended")]
        assert ("contact", "c9") in acme.held


@pytest.mark.parametrize("how", ["beside", "instead"])
def test_a_run_leaves_a_record_whose_id_a_create_returned(qa_sync: QaSync, tmp_path: Path, how: str) -> None:
    theirs = {"id": "theirs", "name": "Kari"}
    people, deleted = People(), []

    def answer(request: httpx.Request) -> httpx.Response:
        held = people.stores.setdefault(("plain", "alpha"), {"theirs": dict(theirs)})
        if request.method == "DELETE":
            deleted.append(request.url.path)
        if request.method == "POST" and "/alpha/" in request.url.path:
            if how == "beside":
                people(request)
            else:
                held["theirs"] |= json.loads(request.content)
            return httpx.Response(201, json={"id": "theirs"})
        return people(request)

    for name in ("alpha", "beta"):
        write_connector(tmp_path / name)
    spec = write_spec(tmp_path / "spec.txt", [("name", "name", "string")])
    with loopback(answer) as served:
        config = write_settings(tmp_path, served.url)
        words = ("check", str(spec), "--config", str(config), "--mode", "live", "--no-history", "--kind", "create")
        done = qa_sync(*words)
        assert qa_sync("cleanup", "--config", str(config)).code == 0
    assert done.code == 3, done.out + done.err
    assert "Alpha returned the id of another person for a new one: theirs" in " ".join(done.out.split())
    assert [path for path in deleted if path.endswith("theirs")] == []
    assert [*people.stores["plain", "alpha"]] == ["theirs"]  # what was created beside it is gone
