"""Lets the run act in the middle of a cycle of the built-in sync: after it has read a record, before it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class _Action:
    """An action that is called once; `error` is what it raised."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._lock = Lock()
        self.is_called = False
        self.error: Exception | None = None

    def call(self) -> None:
        """Call the action, or wait until another thread has."""
        with self._lock:
            if self.is_called:
                return
            self.is_called = True
            try:
                self._action()
            except Exception as error:  # noqa: BLE001 - raised again by `MidCycle.run`
                self.error = error


class MidCycle:
    """The actions that the next update of the sync calls first, each once; those of several sections at a time."""

    def __init__(self) -> None:
        self._actions: SimpleQueue[_Action] = SimpleQueue()

    def run(self, cycle: Callable[[], None], action: Callable[[], None]) -> bool:
        """Run a cycle with an action in the middle; return False when the sync wrote nothing.

        Then the action is called after the cycle. Raises the error of the action.
        """
        own = _Action(action)
        self._actions.put(own)
        cycle()
        in_time = own.is_called
        own.call()
        if own.error:
            raise own.error
        return in_time

    def act(self) -> None:
        """Call the actions that were not called yet; the sync must not take their errors for its own."""
        with suppress(Empty):
            while True:
                self._actions.get_nowait().call()


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
