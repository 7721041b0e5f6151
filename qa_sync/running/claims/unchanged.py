"""Claims that records without edits stay unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from qa_sync.checklist.side import Side
from qa_sync.running.claims.counterparts import check_no_copies
from qa_sync.running.claims.naming import entity_name
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.claims.volatile_members import declared_path, find_volatile
from qa_sync.running.events import Status
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.values.conversions.conversion import wire_text
from qa_sync.values.form import Json
from qa_sync.values.json_difference import differences
from qa_sync.values.paths import omit

Change = tuple[RecordKey, str, Json, Json]
"""A record, the path of a member, and its value before and now."""


def check_unchanged(records: ScenarioRecords, role: str) -> Verdict:
    """Return whether the role's records equal their snapshots, and there are no copies of them."""
    keys = [key for side in Side if (key := RecordKey(role, side)) in records.snapshots]
    return next((v for key in keys if (v := check_no_copies(records, key))), None) or _check_snapshots(records, keys)


def _check_snapshots(records: ScenarioRecords, keys: list[RecordKey]) -> Verdict:
    """Return the failure with the members of the records that differ from the snapshot."""
    changes = [change for key in keys for change in _changes(records, key)]
    references = tuple(records.ref(key) for key in keys)
    if not changes:
        return Verdict(Status.PASSED, records=references)
    volatile = {
        key: find_volatile(records, key, [path for other, path, *_ in changes if other == key]) for key, *_ in changes
    }
    broken = [change for change in changes if change[1] not in volatile[change[0]]]
    if not broken:
        notes = (volatile_note(records, key, found) for key, found in volatile.items())
        return Verdict(Status.PASSED, "; ".join(notes), records=references)
    message = "; ".join(
        f"{entity_name(records, key)} {path}: was {wire_text(was)}, now {wire_text(now)}"
        for key, path, was, now in broken
    )
    was, now = ({f"{key.side}.{path}": value[at] for key, path, *value in broken} for at in (0, 1))
    return Verdict(Status.FAILED, f"changed without an edit: {message}", was, now, references)


def _changes(records: ScenarioRecords, key: RecordKey) -> list[Change]:
    """Return the members that differ from the snapshot, except those that the card calls volatile."""
    volatile = records.card(key).volatile
    was, now = (reduce(omit, volatile, r.data) for r in (records.snapshots[key], records.current(key)))
    return [(key, *found) for found in differences(was, now)]


def volatile_note(records: ScenarioRecords, key: RecordKey, paths: Iterable[str]) -> str:
    """Return the note about members that were not compared, with the line that declares them."""
    card = records.card(key)
    members = sorted({declared_path(path, records.latest[key].data) for path in paths})
    listed = ", ".join(_toml_text(member) for member in (*card.volatile, *members))
    return (
        f"{entity_name(records, key)} {', '.join(members)}: not compared, because it differs from read to read without"
        f" a write; to say so, add to [{card.datatype}] in entities.toml: volatile = [{listed}]"
    )


def _toml_text(member: str) -> str:
    """Return a path as TOML writes it: one with quotes is a literal text."""
    return f"'{member}'" if '"' in member else f'"{member}"'
