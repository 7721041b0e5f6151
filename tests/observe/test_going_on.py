"""An observation that is cut off at any moment goes on: no case is lost, and none is told twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from traffic import ERP, WIX, Traffic, failed, observe, options, plan

from qa_sync.errors import SystemUnreachable, UsageError
from qa_sync.observe.model import Case, CaseState, EntityKey
from qa_sync.observe.storage.case_store import CaseStore
from qa_sync.observe.storage.state import ObserveState
from qa_sync.systems.system import Record


class Killed(BaseException):
    """The process ends here."""


class CutOff:
    """A system whose lists end the process at a random record, once in a while."""

    def __init__(self, system: Any, rng: random.Random, share: float) -> None:
        self.label, self.cards, self.lookup = system.label, system.cards, system.lookup
        self._system, self._rng, self._share = system, rng, share

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        for record in self._system.list(datatype, since):
            if self._rng.random() < self._share:
                raise Killed
            yield record


def cases(state: ObserveState) -> list[Case]:
    key = "000/1-wix-com-contacts-to-customerp-contact"
    return [c for c in CaseStore(state).all_cases(key) if c.state is not CaseState.OPEN]


def moved(cases: list[Case]) -> list[tuple[str, str, str, str]]:
    return sorted((c.direction.value, c.kind.value, c.record, c.opened.isoformat()) for c in cases)


@pytest.mark.parametrize(
    ("changes", "share", "least"), [(60, 0.02, 5), pytest.param(400, 0.02, 100, marks=pytest.mark.slow)]
)
def test_a_killed_observation_misses_nothing_and_tells_nothing_twice(
    tmp_path: Path, changes: int, share: float, least: int
) -> None:
    calm, over_s = Traffic(seed="killed", cycle_s=20), 15 * changes
    calm.begin_sync()
    calm.people(changes, over_s)
    whole = ObserveState(":memory:")
    observe(calm, options(15, for_s=over_s + 300), whole)

    traffic, rng, kills = Traffic(seed="killed", cycle_s=20), random.Random("kill"), 0  # noqa: S311 - repeatable moments
    traffic.begin_sync()
    traffic.people(changes, over_s)
    while (traffic.clock.now() - calm.clock.now()).total_seconds() < 0:
        traffic.observed = {label: CutOff(system, rng, share) for label, system in traffic.systems.items()}
        state = ObserveState(tmp_path / "state.sqlite")
        try:
            observation = plan(traffic, options(15, for_s=over_s + 300), state)
            while traffic.clock.now() < calm.clock.now():
                observation.tick()
                traffic.clock.sleep(15)
        except Killed:
            kills += 1
        finally:
            state.close()
    with_kills = ObserveState(tmp_path / "state.sqlite")
    found = cases(with_kills)
    assert kills >= least
    assert len(set(moved(found))) == len(found)
    assert not [c for c in found if c.state is CaseState.LOST]
    records = {c.record for c in cases(whole)}
    assert records <= {c.record for c in found} | {c.counterpart for c in found}
    with_kills.close()


def test_what_cannot_be_read_is_told_and_read_later() -> None:
    traffic, lines = Traffic(seed="away"), list[str]()
    traffic.begin_sync()
    traffic.people(10, 100)
    state = ObserveState(":memory:")
    calls, listed = iter(range(1000)), traffic.observed["Wix.com"].list

    def list_(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        if 3 < next(calls) < 9:
            raise SystemUnreachable("Wix.com does not answer")
        records: Iterator[Record] = listed(datatype, since)
        return records

    traffic.observed["Wix.com"].list = list_
    observation = plan(traffic, options(15, for_s=400), state, lines)
    list(observation.events())
    assert sum("Wix.com does not answer" in line for line in lines) == 5
    assert not [c for c in cases(state) if c.state is CaseState.LOST]


def test_a_first_read_that_was_killed_starts_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_sync.observe.reading.PART", 2)
    traffic = Traffic(seed="first", cycle_s=20)
    for _ in range(9):
        traffic.create()
    traffic.begin_sync()
    traffic.clock.sleep(60)
    listed = traffic.observed[ERP].list

    def killed(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        for number, record in enumerate(listed(datatype, since)):
            if number == 5:
                raise Killed
            yield record

    traffic.observed[ERP].list = killed
    state = ObserveState(tmp_path / "state")
    with pytest.raises(Killed):
        plan(traffic, options(15), state).tick()
    assert state.db.execute("SELECT count(*) FROM records").fetchone()[0] > 5
    state.close()
    traffic.observed[ERP].list = listed
    (deleted, *_) = traffic.systems[ERP].list("contact")
    for label, datatype in ((WIX, "contacts"), (ERP, "contact")):
        for record in [r for r in traffic.systems[label].list(datatype) if deleted.data["email"] in str(r.data)]:
            traffic.systems[label].delete(datatype, record.id)
    traffic.people(10, 100)
    traffic.clock.sleep(3600)  # what arrived meanwhile was never seen to arrive
    again = ObserveState(tmp_path / "state")
    results = observe(traffic, options(15, for_s=300), again)
    assert failed(results) == set()
    assert not cases(again)
    assert again.record(EntityKey(ERP, "contact"), deleted.id) is None, "what was deleted meanwhile"
    again.close()


def test_two_observations_of_one_state_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    state = ObserveState(path)
    with pytest.raises(UsageError, match="another observation uses this file"):
        ObserveState(path)
    state.close()


def test_a_new_beginning_forgets_everything(tmp_path: Path) -> None:
    traffic = Traffic(seed="again")
    traffic.begin_sync()
    traffic.people(20, 200)
    state = ObserveState(tmp_path / "state.sqlite")
    assert failed(observe(traffic, options(15, for_s=400), state)) == set()
    assert cases(state)
    state.reset()
    assert not cases(state)
    state.close()


def test_a_record_that_is_the_same_is_no_change(tmp_path: Path) -> None:
    values = {"info": {"name": {"first": "", "last": None}, "jobTitle": "  ", "birthdate": []}, "numbers": 1.10}
    traffic, state = Traffic(seed="same"), ObserveState(tmp_path / "state.sqlite")
    observation = plan(traffic, options(), state)
    reader = next(r for e, r in observation.readers.items() if e.system == "Wix.com")
    record = Record("Wix.com", "contacts", "one", {"id": "one", **values})
    assert reader.store(state, record, traffic.clock.now(), 1) is not None
    assert reader.store(state, record, traffic.clock.now(), 2) is None
    state.close()
