"""Lets the run act in the middle of a cycle of the built-in sync: after it has read a record, before it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock

from qa_sync.running.needs import DuringCycle
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.form import Json


class _Action:
    """What is done in the middle of a cycle, once; `error` is what it raised."""

    def __init__(self, need: DuringCycle) -> None:
        self.ids = need.ids
        self._action = need.action
        self._lock = Lock()
        self.is_called = False
        self.error: Exception | None = None

    def call(self) -> None:
        """Call the function, or wait until another thread has."""
        with self._lock:
            if self.is_called:
                return
            self.is_called = True
            try:
                self._action()
            except Exception as error:  # noqa: BLE001 - raised again by `MidCycle.run`
                self.error = error


class MidCycle:
    """What is done before the sync updates certain records, once; for several sections at a time."""

    def __init__(self) -> None:
        self._actions: list[_Action] = []

    def run(self, cycle: Callable[[], None], needs: Sequence[DuringCycle]) -> Sequence[bool]:
        """Run a cycle and act in its middle; return of each function whether the sync updated one of its records.

        Where it did not, the function is called after the cycle. Raises the first error of a function.
        """
        own = [_Action(need) for need in needs]
        self._actions += own
        try:
            cycle()
        finally:
            self._actions = [action for action in self._actions if action not in own]
        in_time = [action.is_called for action in own]
        for action in own:
            action.call()
        for error in (action.error for action in own if action.error):
            raise error
        return in_time

    def act(self, id: str) -> None:
        """Call the functions of a record that is updated next; the sync must not take their errors for its own."""
        for action in self._actions:
            if id in action.ids:
                action.call()


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
        self._mid_cycle.act(record.id)
        return self._system.update(record, values)

    def delete(self, datatype: str, id: str) -> None:
        """Remove a record."""
        self._system.delete(datatype, id)
