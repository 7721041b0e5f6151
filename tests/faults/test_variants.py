"""Broken syncs that are no built-in faults are caught, and harmless differences between syncs are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise

import pytest
from fault_facts import FIXTURES
from fault_runs import play
from msgspec.structs import replace

from qa_sync.sync.faults import table
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.faults.property_kinds import is_free_text
from qa_sync.sync.faults.wrappers import FaultySystem, FaultyWriter, Values
from qa_sync.sync.lanes import Lane, LaneEnd, Side
from qa_sync.sync.writer import NOTHING_WRITTEN, Written
from qa_sync.systems.system import Record, System
from qa_sync.values import paths

SPEC = FIXTURES / "woocommerce-customerp.txt"
SECTION = 3
"""Products: both sides have a modification time and a revision, and most of their properties can be edited."""


class CountingWriter(FaultyWriter):
    """Counts the updates of each record."""

    def __init__(self, inner: FaultyWriter) -> None:
        super().__init__(inner)
        self.updates: Counter[tuple[str, str]] = Counter()

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record, unless this update is one of those that are lost."""
        self.updates[record.system, record.id] += 1
        return self.count(lane, end, record, values, self.updates[record.system, record.id])

    def count(self, lane: Lane, end: LaneEnd, record: Record, values: Values, number: int) -> Written:
        """Make the update with that number, from 1."""
        raise NotImplementedError


class DropFirstUpdate(CountingWriter):
    """Loses the first edit after a create."""

    def count(self, lane: Lane, end: LaneEnd, record: Record, values: Values, number: int) -> Written:
        """Make every update but the first."""
        return NOTHING_WRITTEN if number == 1 else self.inner.update(lane, end, record, values)


class DropEveryThird(CountingWriter):
    """Loses some edits."""

    def count(self, lane: Lane, end: LaneEnd, record: Record, values: Values, number: int) -> Written:
        """Make every update but each third."""
        return NOTHING_WRITTEN if number % 3 == 0 else self.inner.update(lane, end, record, values)


class OnePropertyOnly(FaultyWriter):
    """Carries only one property of an edit."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update the first property."""
        return self.inner.update(lane, end, record, dict([*values.items()][:1]))


class WholeOldRecord(FaultyWriter):
    """Writes the texts of a record that an update does not contain as they were when it was created."""

    def __init__(self, inner: FaultyWriter) -> None:
        super().__init__(inner)
        self._created: dict[str, Values] = {}

    def insert(self, lane: Lane, end: LaneEnd, values: Values) -> Record | None:
        """Create a record, and remember its values."""
        made = self.inner.insert(lane, end, values)
        if made:
            self._created[made.id] = values
        return made

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record with what it was created with."""
        rows = {row.card(end.side).write_path for row in lane.rows if is_free_text(row.card(end.side))}
        old = {path: v for path, v in self._created.get(record.id, {}).items() if path in rows}
        written = self.inner.update(lane, end, record, {**old, **values})
        return replace(written, paths=written.paths | old.keys())


class FillOnUpdate(FaultyWriter):
    """Writes each changed text to the next text, too."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record."""
        texts = [row.card(end.side).write_path for row in lane.rows if is_free_text(row.card(end.side))]
        copied = {b: values[a] for a, b in pairwise(texts) if a in values and b not in values}
        written = self.inner.update(lane, end, record, {**copied, **values})
        return replace(written, paths=written.paths | copied.keys())


class Overridden(FaultySystem):
    """Shows the records otherwise than they are."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records as `show` returns them."""
        for record in self.inner.list(datatype, since):
            yield self.show(record)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return a record as `show` returns it."""
        found = self.inner.lookup(datatype, id)
        return self.show(found) if found else None

    def update(self, record: Record, values: Values) -> Record | None:
        """Update a record; return it as `show` returns it."""
        shown = self.inner.update(record, values)
        return self.show(shown) if shown else None

    def show(self, record: Record) -> Record:
        """Return a record as the sync sees it."""
        raise NotImplementedError

    def _at(self, record: Record, moment: str) -> Record:
        path = self.cards[record.datatype].modified
        data = paths.write(dict(record.data), path, moment) if path else record.data
        return replace(record, data=data) if isinstance(data, dict) else record


class OneTimeForAll(Overridden):
    """Does not see when a record was changed."""

    def show(self, record: Record) -> Record:
        """Return the record as if all had been changed at one time."""
        path = self.cards[record.datatype].modified
        now = paths.read(record.data, path) if path else None
        return self._at(record, f"2024-01-01T00:00:00{now[19:]}") if isinstance(now, str) else record


class MinutesOnly(Overridden):
    """Sees the time of a change in minutes."""

    def show(self, record: Record) -> Record:
        """Return the record without the seconds of its last change."""
        path = self.cards[record.datatype].modified
        now = paths.read(record.data, path) if path else None
        return self._at(record, f"{now[:17]}00{now[19:]}") if isinstance(now, str) else record


class EvenSeconds(FaultySystem):
    """Does not see the changes that were made in an even second."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._shown: dict[tuple[str, str], Record] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records, those changed in an even second as they were before."""
        path = self.cards[datatype].modified
        for record in self.inner.list(datatype, since):
            key, changed = (datatype, record.id), str(paths.read(record.data, path or "") or "")
            if key not in self._shown or not changed[18:19].isdigit() or int(changed[18]) % 2:
                self._shown[key] = record
            yield self._shown[key]


class AnnounceLate(FaultySystem):
    """Lists a change only in the second list after it."""

    def __init__(self, inner: System) -> None:
        super().__init__(inner)
        self._before: dict[str, dict[str, Record]] = {}

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records as they were at the last list."""
        now = {record.id: record for record in self.inner.list(datatype, since)}
        before, self._before[datatype] = self._before.get(datatype, {}), now
        yield from (record for key, record in before.items() if key in now)


class Backwards(FaultySystem):
    """Lists the records in reverse order."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the last record first."""
        yield from [*self.inner.list(datatype, since)][::-1]


class WriteTwice(FaultyWriter):
    """Writes each update twice."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record, and once more."""
        self.inner.update(lane, end, record, values)
        fresh = end.system.lookup(record.datatype, record.id)
        return self.inner.update(lane, end, fresh or record, values)


class OneByOne(FaultyWriter):
    """Writes each property by itself."""

    def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
        """Update a record in several requests."""
        written = NOTHING_WRITTEN
        for path, value in values.items():
            fresh = end.system.lookup(record.datatype, record.id) or record
            one = self.inner.update(lane, end, fresh, {path: value})
            written = replace(one, paths=one.paths | written.paths)
        return written


class ReadTwice(FaultySystem):
    """Reads every list twice."""

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the second list."""
        for _ in self.inner.list(datatype, since):
            pass
        yield from self.inner.list(datatype, since)


def target_always_wins(lane: Lane) -> Lane:
    """Return a section whose source does not say when a record was changed."""
    return replace(lane, source=replace(lane.source, card=replace(lane.source.card, modified=None)))


def without_last_row(lane: Lane) -> Lane:
    """Return a section that forgets a row."""
    return replace(lane, rows=lane.rows[:-1])


def only_on(side: Side, writer: Callable[[FaultyWriter], FaultyWriter]) -> Callable[[FaultyWriter], FaultyWriter]:
    """Return a fault that affects the writes of one side."""

    class OneSide(FaultyWriter):
        def __init__(self, inner: FaultyWriter) -> None:
            super().__init__(inner)
            self._broken = writer(inner)

        def update(self, lane: Lane, end: LaneEnd, record: Record, values: Values) -> Written:
            chosen = self._broken if end.side is side else self.inner
            return chosen.update(lane, end, record, values)

    return OneSide


BROKEN: Mapping[str, dict[str, object]] = {
    "the target always wins": {"lane": target_always_wins},
    "the times of changes are not read": {"system": OneTimeForAll},
    "the times of changes are read in minutes": {"system": MinutesOnly},
    "changes in even seconds are lost": {"system": EvenSeconds},
    "the first edit after a create is lost": {"writer": DropFirstUpdate},
    "the first edit of the source after a create is lost": {"writer": only_on(Side.TARGET, DropFirstUpdate)},
    "each third edit is lost": {"writer": DropEveryThird},
    "each third edit of the target is lost": {"writer": only_on(Side.SOURCE, DropEveryThird)},
    "only one property of an edit is carried": {"writer": OnePropertyOnly},
    "an update writes the old values of the others": {"writer": WholeOldRecord},
    "an update fills the next text": {"writer": FillOnUpdate},
    "a row is forgotten": {"lane": without_last_row},
}
HARMLESS: Mapping[str, dict[str, object]] = {
    "changes are seen one list later": {"system": AnnounceLate},
    "records are read in reverse order": {"system": Backwards},
    "every list is read twice": {"system": ReadTwice},
    "every update is written twice": {"writer": WriteTwice},
    "every property is written by itself": {"writer": OneByOne},
}
QUICK = ("the target always wins", "the first edit after a create is lost", "records are read in reverse order")


def variants(of: Mapping[str, dict[str, object]]) -> list[object]:
    return [pytest.param(hooks, id=name, marks=[] if name in QUICK else pytest.mark.slow) for name, hooks in of.items()]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, object]], str]:
    """Return a function that adds a fault to the table."""

    def add(hooks: dict[str, object]) -> str:
        fault = Fault("variant", "One of this module.", **hooks)  # type: ignore[arg-type]
        monkeypatch.setattr(table, "FAULTS", {**table.FAULTS, "variant": fault})
        return fault.name

    return add


@pytest.mark.parametrize("hooks", variants(BROKEN))
def test_a_broken_variant_is_caught(hooks: dict[str, object], put: Callable[[dict[str, object]], str]) -> None:
    outcome = play(SPEC, "variants", put(hooks), section=SECTION)
    assert outcome.failed


NOT_TRIED = "could not be tried: the cycle of the sync ended before the edit"
"""What is said of an edit during a cycle where the sync reads the first edit only in the next one."""


@pytest.mark.parametrize("hooks", variants(HARMLESS))
def test_a_harmless_variant_fails_nowhere(hooks: dict[str, object], put: Callable[[dict[str, object]], str]) -> None:
    outcome = play(SPEC, "variants", put(hooks), section=SECTION)
    assert outcome.told == ()
    assert [error for error in outcome.errors if not (hooks.get("system") is AnnounceLate and NOT_TRIED in error)] == []
    assert outcome.passed > 0
