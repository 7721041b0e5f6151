"""Lets the run act in the middle of a cycle of the built-in sync: after it has read a record, before it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class MidCycle:
    """An action that the next update of the sync calls first; it is called once."""

    def __init__(self) -> None:
        self._action: Callable[[], None] | None = None
        self._error: Exception | None = None

    def run(self, cycle: Callable[[], None], action: Callable[[], None]) -> bool:
        """Run a cycle with an action in the middle; return False when the sync wrote nothing.

        Then the action is called after the cycle. Raises the error of the action.
        """
        self._action, self._error = action, None
        cycle()
        in_time = self._action is None
        self.act()
        if self._error:
            raise self._error
        return in_time

    def act(self) -> None:
        """Call the action, if it has not been called yet; the sync must not take its error for one of its own."""
        action, self._action = self._action, None
        try:
            if action:
                action()
        except Exception as error:  # noqa: BLE001 - raised again by `run`
            self._error = error


class ActingSystem:
    """A system of the sync that calls the action before it is updated."""

    def __init__(self, system: System, mid_cycle: MidCycle) -> None:
        self.label = system.label
        self.cards: Mapping[str, EntityCard] = system.cards
        self._system = system
        self._mid_cycle = mid_cycle

    def list(self, datatype: str, since: datetime | None = None) -> Iterator[Record]:
        """Yield the records."""
        return self._system.list(datatype, since)

    def lookup(self, datatype: str, id: str) -> Record | None:
        """Return the record with that id."""
        return self._system.lookup(datatype, id)

    def insert(
        self, datatype: str, values: Mapping[str, Json], found: Callable[[], str | None] | None = None
    ) -> Record:
        """Create a record."""
        return self._system.insert(datatype, values, found)

    def update(self, record: Record, values: Mapping[str, Json]) -> Record | None:
        """Let the run act, then change the record."""
        self._mid_cycle.act()
        return self._system.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record."""
        self._system.delete(datatype, id)
