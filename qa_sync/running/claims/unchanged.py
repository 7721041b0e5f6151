"""Claims that records without edits stay unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from qa_sync.checklist.steps import Side, ValueUnchanged
from qa_sync.running.claims.counterparts import check_no_copies
from qa_sync.running.claims.naming import entity_name
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Status
from qa_sync.running.scenario_records import RecordKey, ScenarioRecords
from qa_sync.values.form import Json
from qa_sync.values.paths import read


def check_unchanged(records: ScenarioRecords, role: str) -> Verdict:
    """Return whether the role's records equal their snapshots, and there are no copies of them."""
    keys = [key for side in Side if (key := RecordKey(role, side)) in records.snapshots]
    return next((v for key in keys if (v := check_no_copies(records, key))), None) or _check_snapshots(records, keys)


def check_value_unchanged(records: ScenarioRecords, claim: ValueUnchanged) -> Verdict:
    """Return whether a record still has the value at a path that was read back after the write."""
    key = RecordKey(claim.role, claim.side)
    name = f"{entity_name(records, key)} {claim.path}"
    if (key, claim.path) in records.ignored_writes:
        return Verdict(Status.SKIPPED, f"{name}: the written value was not stored")
    then, now = (
        read(record.data, claim.path) for record in (records.after_write_of[key, claim.path], records.current(key))
    )
    if then == now:
        return Verdict(Status.PASSED, records=(records.ref(key),))
    message = f"{name}, which nothing synchronizes: was {then!r}, now {now!r}"
    return Verdict(Status.FAILED, message, then, now, (records.ref(key),))


def _check_snapshots(records: ScenarioRecords, keys: list[RecordKey]) -> Verdict:
    """Return the failure with the members of the records that differ from the snapshot."""
    changes = [
        (key, path, was, now)
        for key in keys
        for path, was, now in _differences(records.snapshots[key].data, records.current(key).data, "")
    ]
    references = tuple(records.ref(key) for key in keys)
    if not changes:
        return Verdict(Status.PASSED, records=references)
    message = "; ".join(
        f"{entity_name(records, key)} {path}: was {was!r}, now {now!r}" for key, path, was, now in changes
    )
    was, now = ({f"{key.side}.{path}": value[at] for key, path, *value in changes} for at in (0, 1))
    return Verdict(Status.FAILED, f"changed without an edit: {message}", was, now, references)


def _differences(was: Json, now: Json, path: str) -> Iterator[tuple[str, Json, Json]]:
    """Yield the innermost members in which two JSON values differ, lists by index."""
    if was == now:  # nearly always, and told at once, however large both are
        return
    if isinstance(was, dict) and isinstance(now, dict):
        for key in {**was, **now}:
            yield from _differences(was.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif isinstance(was, list) and isinstance(now, list):
        for at, (one, other) in enumerate(zip_longest(was, now)):
            yield from _differences(one, other, f"{path}[{at}]")
    else:
        yield path, was, now
