"""Gives a record more than the rows need, and remembers it whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle, islice

from qa_sync.checklist.steps import AddUnmappedValues, UnmappedValue
from qa_sync.errors import Conflict, RequestRejected
from qa_sync.running.claims.whole_record import without
from qa_sync.running.records.retried_update import update_with_retry
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.system import Record
from qa_sync.values.canonical import is_empty, to_canonical, to_wire
from qa_sync.values.form import Canonical, Json
from qa_sync.values.json_difference import differences
from qa_sync.values.paths import read


def give_more(records: ScenarioRecords, step: AddUnmappedValues) -> None:
    """Write the values, without the optional ones when the system refuses them, and remember the record."""
    key = RecordKey(step.role, step.side)
    if not step.given:
        records.reread(key)
    else:
        before = _write(records, key, step.given)
        after = records.note_write(key)
        was, now = before.data, after.data
        for given in step.given:
            was, now = without(was, given.write_path), without(now, given.write_path)
        lists = tuple(f"{one.write_path.partition('[')[0]}[" for one in step.given if "[" in one.write_path)
        # What was empty before is what was given, or comes with it.
        computed = (path for path, one, _ in differences(was, now) if not is_empty(one))
        records.computed[key] = {path for path in computed if not path.startswith(lists)}
    records.kept_lines.restart(key.role)
    records.baselines[key], records.given[key] = records.latest[key], tuple(one.path for one in step.given)


def _write(records: ScenarioRecords, key: RecordKey, given: tuple[UnmappedValue, ...]) -> Record:
    """Write the values and return what was read before; the optional ones are left out when the system refuses them."""

    def write(now: Record) -> None:
        fitting = tuple(one for one in given if not one.per_line or _lines(now, one))
        records.system(key).update(now, _wire_values(records, key, now, fitting))

    try:
        return update_with_retry(lambda: records.reread(key), write)
    except Conflict:
        raise
    except RequestRejected:
        needed = tuple(one for one in given if not one.optional)
        if len(needed) == len(given):
            raise
        return _write(records, key, needed) if needed else records.reread(key)


def _wire_values(
    records: ScenarioRecords, key: RecordKey, before: Record, given: Iterable[UnmappedValue]
) -> Mapping[str, Json]:
    values: dict[str, Canonical] = {one.path: _chosen(records, key, before, one) for one in given}
    zone = records.environment.zone
    return {one.write_path: to_wire(values[one.path], one.form, values, zone) for one in given}


def _chosen(records: ScenarioRecords, key: RecordKey, before: Record, given: UnmappedValue) -> Canonical:
    """Return the first value that the record does not have."""
    if given.per_line:
        return tuple(records.resolved(v, key.side) for v in islice(cycle(given.values), _lines(before, given)))
    values = [records.resolved(value, key.side) for value in given.values]
    had = to_canonical(read(before.data, given.path), given.form)
    return next((value for value in values if value != had), values[0])


def _lines(record: Record, given: UnmappedValue) -> int:
    """Return how many lines the record has."""
    found = read(record.data, given.path)
    return len(found) if isinstance(found, list) else 0
