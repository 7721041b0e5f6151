"""One attempt to edit both sides of a linked pair before the sync runs; the records prove that it did not."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from qa_sync.checklist.steps import Edit, EditBothSides, EditPair
from qa_sync.errors import Conflict
from qa_sync.running.edits.edit_times import edit_time
from qa_sync.running.edits.pauses import Pauses
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.system import Record
from qa_sync.values.paths import read

NO_TIME = timedelta(0)


class Outcome(StrEnum):
    """What came of an attempt; a value is part of the message when no attempt was `TRIED`."""

    TRIED = "both sides were edited"
    SYNC_RAN = "the sync worked between the two edits"
    SAME_TIME = "the modification times of the two edits were equal or in the wrong order"
    NO_TIMES = "a record does not show its modification time"
    NO_CHANGE = "an edit changed nothing"
    OVERWRITTEN = "an edit was overwritten"


class AttemptResult(Struct, frozen=True):
    """The outcome; `apart_s` are the seconds between the edits, `behind` how much earlier the second edit's time is."""

    outcome: Outcome
    apart_s: float = 0.0
    behind: timedelta = NO_TIME


class Attempt:
    """An attempt with one choice of values; `pauses` are those before and between the edits."""

    def __init__(self, records: ScenarioRecords, step: EditBothSides, choice: EditPair, pauses: Pauses) -> None:
        self._records = records
        self._step = step
        self._choice = choice
        self._pauses = pauses
        self._first = RecordKey(step.role, choice.first.side)
        self._second = RecordKey(step.role, choice.second.side)

    def run(self) -> AttemptResult:
        """Edit both sides; the first edit may be made alone, when its arrival shows before the second.

        Nothing is waited for in between but the pauses, so that the edits are as close as possible.
        """
        records, clock = self._records, self._records.environment.clock
        original = self._state_before()
        self._pauses.until_end_of_second()
        first_before = records.edit(self._choice.first)
        first_after = records.after_write[self._first]
        began = clock.now()
        self._pauses.between(edit_time(records.card(self._first), first_after))
        second_before = records.reread(self._second)
        ran = self._has_arrived(original, second_before, (*self._step.only_first, *self._choice.second.values))
        ran = ran or not self._edit_second(second_before)
        second_after = records.latest[self._second]
        ran = ran or self._has_arrived(original, second_after, self._step.only_first)
        apart_s = (clock.now() - began).total_seconds()
        if ran:
            return AttemptResult(Outcome.SYNC_RAN, apart_s)
        if not _differ(first_before, first_after, self._choice.first) or self._repeats_value(second_before):
            return AttemptResult(Outcome.NO_CHANGE, apart_s)
        if not self._step.in_order:
            return AttemptResult(Outcome.TRIED, apart_s)
        return self._in_order((first_before, first_after), (second_before, second_after), apart_s)

    def _edit_second(self, before: Record) -> bool:
        """Edit the second side; return False when a system with revisions says that the record has changed."""
        try:
            self._records.edit_once(self._choice.second, before)
        except Conflict:
            return False
        return True

    def _repeats_value(self, before: Record) -> bool:
        """Return whether the second edit repeats values, so that the first edit is the only one.

        One value is enough where both sides are edited in the same properties; else it must be all.
        """
        after, ignored = self._records.latest[self._second], self._records.ignored_writes
        repeated = [
            read(before.data, path) == read(after.data, path) and (self._second, path) not in ignored
            for path in self._choice.second.values
        ]
        return any(repeated) if self._step.in_order else all(repeated)

    def _state_before(self) -> Record:
        """Return the record on the second side before both edits; where the sync runs by itself, read it again."""
        records = self._records
        if records.environment.cycles_known and self._second in records.latest:
            return records.latest[self._second]
        return records.reread(self._second)

    @staticmethod
    def _has_arrived(original: Record, now: Record, paths: tuple[str, ...]) -> bool:
        return any(read(original.data, path) != read(now.data, path) for path in paths)

    def _in_order(self, first: tuple[Record, Record], second: tuple[Record, Record], apart_s: float) -> AttemptResult:
        """Return whether the systems' times show each edit, and the second one as the later."""
        times = [
            edit_time(self._records.card(key), record)
            for key, both in ((self._first, first), (self._second, second))
            for record in both
        ]
        first_before, first_after, second_before, second_after = times
        if first_after is None or second_after is None:
            return AttemptResult(Outcome.NO_TIMES, apart_s)
        if second_after <= first_after:
            return AttemptResult(Outcome.SAME_TIME, apart_s, first_after - second_after)
        edits = ((first_before, first_after), (second_before, second_after))
        shown = all(before is None or before < after for before, after in edits)
        return AttemptResult(Outcome.TRIED if shown else Outcome.SAME_TIME, apart_s)


def _differ(before: Record, after: Record, edit: Edit) -> bool:
    return any(read(before.data, path) != read(after.data, path) for path in edit.values)
