"""The records of a running scenario: their ids and their latest state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from qa_sync.checklist.model import Scenario, marks_of
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, IdOf, Insert, SampleValue, ValueOf
from qa_sync.errors import InvalidResponse
from qa_sync.running.environment import Environment
from qa_sync.running.events import RecordRef
from qa_sync.running.records.kept_lines import KeptLines
from qa_sync.running.records.listed_records import ListedRecords
from qa_sync.running.records.retried_update import update_with_retry
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record, System
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.form import Canonical, Json
from qa_sync.values.json_difference import differences
from qa_sync.values.paths import read
from qa_sync.values.regions import with_country


class RecordGone(InvalidResponse):
    """A record of an earlier poll no longer exists, although the run did not delete it."""


class RecordKey(NamedTuple):
    """The key of a role's record on one side; a tuple, because lookups by this key are frequent."""

    role: str
    side: Side


class ScenarioRecords:
    """The records of a scenario; every write is read back before it counts."""

    def __init__(self, environment: Environment, scenario: Scenario, listed: ListedRecords | None = None) -> None:
        self.environment = environment
        self.roles = scenario.roles
        self._cards = {RecordKey(name, side): role.card(side) for name, role in self.roles.items() for side in Side}
        self.ids: dict[RecordKey, str] = {}
        self.latest: dict[RecordKey, Record] = {}
        self.snapshots: dict[RecordKey, Record] = {}
        self.after_write: dict[RecordKey, Record] = {}
        self.baselines: dict[RecordKey, Record] = {}
        self.computed: dict[RecordKey, set[str]] = {}
        self.given: dict[RecordKey, tuple[str, ...]] = {}
        self.kept_lines = KeptLines()
        self.before_edit: dict[RecordKey, Record | None] = {}
        self.written_at: datetime = environment.sync_clock.now()
        self.ignored_writes: set[tuple[RecordKey, str]] = set()
        self.marks: dict[str, str] = {}
        self.last_choice: dict[str, int] = {}
        self._listed = listed or ListedRecords(environment, marks_of([scenario]))
        self._read_in_poll: set[RecordKey] = set()
        self._existing: set[RecordKey] = set()
        self.made: list[tuple[RecordKey, str]] = []

    # -- records and their systems

    def system(self, key: RecordKey) -> System:
        """Return the system that holds the record."""
        return self.environment.systems[key.side]

    def card(self, key: RecordKey) -> EntityCard:
        """Return the card of the record's entity."""
        return self._cards[key]

    def ref(self, key: RecordKey) -> RecordRef:
        """Return the reference to the record for reports."""
        return RecordRef(self.system(key).label, self.card(key).names[0], self.ids[key])

    # -- writing, and reading back

    def insert(self, step: Insert) -> None:
        """Create the role's record."""
        key = RecordKey(step.role, step.side)
        self.marks[step.role] = step.mark
        self._note_existing(step.role)
        values, datatype = self._to_wire(key, step.values), self.card(key).datatype
        made = self.system(key).insert(datatype, values, lambda: self._find_created(key)).id
        self.ids[key] = made
        self._listed.clear()
        self._note_made(key, [made])
        self.written_at = self.environment.sync_clock.now()
        self._note_ignored_writes(key, step.values, None)

    def edit(self, step: Edit) -> Record:
        """Update the role's record after a new read, and return what was read; raises Conflict if it is impossible."""
        key = self._begin_edit(step)
        before = update_with_retry(
            lambda: self.reread(key), lambda now: self.system(key).update(now, self._to_wire(key, step.values))
        )
        self._note_edit(key, step, before)
        return before

    def edit_once(self, step: Edit, before: Record) -> None:
        """Update the role's record, which was just read; raises Conflict when it has changed since."""
        key = self._begin_edit(step)
        self.system(key).update(before, self._to_wire(key, step.values))
        self._note_edit(key, step, before)

    def _begin_edit(self, step: Edit) -> RecordKey:
        key, there = RecordKey(step.role, step.side), RecordKey(step.role, step.side.other)
        self.before_edit[there] = self.latest.get(there) or self.before_edit.get(there)
        return key

    def _note_edit(self, key: RecordKey, step: Edit, before: Record) -> None:
        self.before_edit[key] = before
        self.kept_lines.note_edit(key.role, self.card(key).properties, step.values)
        self.written_at = self.environment.sync_clock.now()
        self._note_ignored_writes(key, step.values, before)

    def reread(self, key: RecordKey) -> Record:
        """Read the record again; raises RecordGone if it existed before, InvalidResponse if it never did."""
        record = self.system(key).lookup(self.card(key).datatype, self.ids[key])
        if record is None:
            named = f"{self.ref(key).system} {self.card(key).names[0]} {self.ids[key]}"
            if key in self._existing:
                raise RecordGone(f"expected {named} to still exist, but it is gone")
            raise InvalidResponse(f"{named} cannot be read, although the system returned its id")
        self.latest[key] = record
        self._existing.add(key)
        return record

    def current(self, key: RecordKey) -> Record:
        """Return the record of this poll: it is read once, however many claims use it."""
        if key not in self._read_in_poll:
            self.reread(key)
            self._read_in_poll.add(key)
        return self.latest[key]

    def delete(self, key: RecordKey) -> None:
        """Delete a record; it stays in the list of created records, in case it is not deleted."""
        self.system(key).delete(self.card(key).datatype, self.ids[key])
        self._listed.clear()
        self.written_at = self.environment.sync_clock.now()

    def take_snapshots(self, roles: tuple[str, ...]) -> None:
        """Take a snapshot of the roles' records on both sides, as far as they exist."""
        for key in (RecordKey(role, side) for role in roles for side in Side):
            if key in self.ids:
                self.snapshots[key] = self.reread(key)

    def value(self, key: RecordKey, record: Record, path: str) -> Canonical:
        """Return a property's canonical value; raises NotConvertible."""
        form = with_country(self.card(key).properties[path].form, partial(read, record.data))
        return to_canonical(read(record.data, path), form)

    def _to_wire(self, key: RecordKey, values: Mapping[str, SampleValue]) -> Mapping[str, Json]:
        known = {path: self.resolved(value, key.side) for path, value in values.items()}
        cards = self.card(key).properties
        return {
            cards[path].write_path: to_wire(value, cards[path].form, known, self.environment.zone)
            for path, value in known.items()
        }

    def resolved(self, value: SampleValue, side: Side) -> Canonical:
        """Return a value of a sample with the ids and values that its placeholders stand for."""
        if isinstance(value, IdOf):
            return self.ids[RecordKey(value.role, side)]
        if isinstance(value, ValueOf):
            there = RecordKey(value.role, value.side)
            return self.value(there, self.latest[there], value.path)
        if isinstance(value, tuple):
            return tuple(self.resolved(v, side) for v in value)
        return value

    def _note_ignored_writes(self, key: RecordKey, values: Mapping[str, SampleValue], before: Record | None) -> None:
        """Read the record back, and note the written values that the system ignored."""
        after = self.after_write[key] = self.reread(key)
        self.ignored_writes = {(other, path) for other, path in self.ignored_writes if other != key}
        if before and key in self.baselines:
            self.computed.setdefault(key, set()).update(path for path, *_ in differences(before.data, after.data))
        for path, value in values.items():
            old, new = (read(record.data, path) if record else None for record in (before, after))
            if new == old and self.value(key, after, path) != self.resolved(value, key.side):
                self.ignored_writes.add((key, path))

    def note_write(self, key: RecordKey) -> Record:
        """Read a record back after a write that is not a sample's, and return it."""
        self.written_at = self.environment.sync_clock.now()
        after = self.after_write[key] = self.reread(key)
        return after

    # -- finding counterparts

    def find_counterparts(self, key: RecordKey) -> list[str]:
        """Return the ids of the records that contain the role's mark, and register them for cleanup.

        Where both sides are one entity of one system, the record on the other side is not its own counterpart.
        """
        mark = self.marks[key.role].encode()
        own_id = self._same_entity_id(key)
        listed = self._listed.texts(key.side, self.card(key).datatype)
        found = [one for one, text in listed if mark in text and one != own_id]
        self._note_made(key, found)
        if found:
            self.ids.setdefault(key, found[0])
            self._existing |= {key} if self.ids[key] in found else set()
        return found

    def _note_made(self, key: RecordKey, ids: Iterable[str]) -> None:
        self.made += [(key, one) for one in ids if (key, one) not in self.made]
        self._listed.note_known(key.side, self.card(key).datatype, ids)

    def _find_created(self, key: RecordKey) -> str | None:
        """Return the id of a new record that contains the role's mark, None when there is none.

        It finds the record of a create without a response.
        """
        known = {one for other, one in self.made if other == key}
        self.begin_poll(fresh_lists=True)
        return next((one for one in self.find_counterparts(key) if one not in known), None)

    def begin_poll(self, *, fresh_lists: bool = False) -> None:
        """Forget the records that the last poll read, with `fresh_lists` the lists; a poll requests each once."""
        if fresh_lists:
            self._listed.clear()
        self._read_in_poll.clear()

    def unknown_records(self, key: RecordKey) -> list[str]:
        """Return new records of the same entity that contain none of the section's marks.

        They are known to be the sync's only where the environment is exclusive.
        """
        return self._listed.new_without_mark(key.side, self.card(key).datatype)

    def _note_existing(self, role: str) -> None:
        """Note the ids of the records that exist before the role's records."""
        for key in (RecordKey(role, side) for side in Side):
            datatype = self.card(key).datatype
            if self.environment.exclusive and not self._listed.is_noted(key.side, datatype):
                self.begin_poll(fresh_lists=True)
                self._listed.note_existing(key.side, datatype)

    def known_count(self, key: RecordKey) -> int:
        """Return how many records of the role are known on that side."""
        return sum(one == key for one, _ in self.made)

    def _same_entity_id(self, key: RecordKey) -> str | None:
        """Return the id of the record on the other side when it is of the same entity of the same system."""
        other = RecordKey(key.role, key.side.other)
        same = self.system(key).label == self.system(other).label
        return self.ids.get(other) if same and self.card(key).datatype == self.card(other).datatype else None
