"""Misbehaviours on request: each a small wrapper round the engine's writes, to try whether a judge notices.

The engine goes on as if all were well: what a fault swallows counts as synced, so that no later cycle repairs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from qa_sync.errors import Refused, UnknownName
from qa_sync.sync.faults.damage import copied, cut, exchange, swapped
from qa_sync.sync.faults.fault import Fault
from qa_sync.sync.lanes import End, Lane, Side
from qa_sync.sync.writer import Writer
from qa_sync.systems.once import Found
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Faulty:
    """Writes through another writer; each fault overrides what it does wrong."""

    def __init__(self, inner: Writer) -> None:
        self.inner = inner

    def insert(self, lane: Lane, end: End, values: Mapping[str, Json], found: Found | None = None) -> str | None:
        """Create a record."""
        return self.inner.insert(lane, end, values, found)

    def update(self, lane: Lane, end: End, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Change a record."""
        return self.inner.update(lane, end, record, values)


class DropCreate(Faulty):
    """Never creates."""

    def insert(self, lane: Lane, end: End, values: Mapping[str, Json], found: Found | None = None) -> str | None:  # noqa: ARG002 - dropped
        """Create nothing."""
        return None


class DropUpdate(Faulty):
    """Never updates."""

    def update(self, lane: Lane, end: End, record: Record, values: Mapping[str, Json]) -> frozenset[str]:  # noqa: ARG002
        """Change nothing."""
        return frozenset()


class OneWay(Faulty):
    """Never writes to the source."""

    def update(self, lane: Lane, end: End, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Change a record of the target only."""
        return self.inner.update(lane, end, record, values) if end.side is Side.TARGET else frozenset()


class Duplicate(Faulty):
    """Creates twice."""

    def insert(self, lane: Lane, end: End, values: Mapping[str, Json], found: Found | None = None) -> str | None:
        """Create a record and a copy that differs in what must be unique only."""
        made = self.inner.insert(lane, end, values, found)
        with suppress(Refused):  # a system that refuses the copy guards itself against this fault
            self.inner.insert(lane, end, copied(end, values))
        return made


class SwapProperties(Faulty):
    """Exchanges two texts."""

    def insert(self, lane: Lane, end: End, values: Mapping[str, Json], found: Found | None = None) -> str | None:
        """Create a record with two texts exchanged."""
        one_only = len(values.keys() & exchange(lane, end).keys()) == 1  # a required text would be missing
        return self.inner.insert(lane, end, values if one_only else swapped(lane, end, values), found)

    def update(self, lane: Lane, end: End, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Change a record with two texts exchanged."""
        return self.inner.update(lane, end, record, swapped(lane, end, values))


class Truncate(Faulty):
    """Cuts long texts."""

    def insert(self, lane: Lane, end: End, values: Mapping[str, Json], found: Found | None = None) -> str | None:
        """Create a record with long texts cut to a third."""
        return self.inner.insert(lane, end, cut(end, values), found)

    def update(self, lane: Lane, end: End, record: Record, values: Mapping[str, Json]) -> frozenset[str]:
        """Change a record with long texts cut to a third."""
        return self.inner.update(lane, end, record, cut(end, values))


FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("drop-create", "Counterparts are never created.", DropCreate),
        Fault("drop-update", "No update is written, either way.", DropUpdate),
        Fault("one-way", "Edits on the target are not carried back.", OneWay),
        Fault("duplicate", "A counterpart is created twice.", Duplicate),
        Fault("swap-properties", "Two text properties are exchanged on every write.", SwapProperties),
        Fault("truncate", "Long text is cut to a third on every write.", Truncate),
    )
}


def find_fault(name: str) -> Fault:
    """Return the fault with that name; raises UnknownName with the nearest one."""
    if name not in FAULTS:
        raise UnknownName("fault", name, FAULTS)
    return FAULTS[name]
