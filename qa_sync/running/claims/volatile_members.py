"""Members that a system computes by itself: they differ between two reads in a row, without a write.

Source: docs/explanation/verdicts.rst, "What a system computes by itself".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json
from qa_sync.values.json_difference import differences
from qa_sync.values.paths import read

READS_IN_A_ROW = 12
"""A list of two elements in random order differs twice in so many reads, with a chance of 99.7 %."""

READS_WITH_PAUSE = 3
PAUSE_S = 1.0
"""A member can be a time in whole seconds; then only reads in different seconds differ."""

CHANGES = 2
"""A sync that works on its own can write between two reads once; what changes again is computed by the system."""

_POSITION = re.compile(r"\[[^\]]*\]")


def member_of(path: str) -> str:
    """Return the path of a member in every element of its lists: `items[0].seen` -> `items.seen`."""
    return _POSITION.sub("", path)


def find_volatile(records: ScenarioRecords, key: RecordKey, members: Collection[str]) -> frozenset[str]:
    """Return those members of a record that differ between reads without a write; empty unless all of them do.

    A member that a row names never counts, because a sync that takes turns changes it, too.
    """
    card, mapped = records.card(key), records.roles[key.role].mapped.get(key.side, frozenset())
    if any(_is_mapped(member, mapped) for member in members):
        return frozenset()
    changes: Counter[str] = Counter()
    with records.environment.control.hold():  # another section may start a cycle of the sync
        before = records.reread(key)
        for now in _further_reads(records, key, card):
            if _last_write(card, now) == _last_write(card, before):
                changes.update({member_of(path) for path, *_ in differences(before.data, now.data)})
            if all(changes[member] >= CHANGES for member in members):
                return frozenset(members)
            before = now
    return frozenset()


def _further_reads(records: ScenarioRecords, key: RecordKey, card: EntityCard) -> Iterator[Record]:
    yield from (records.reread(key) for _ in range(READS_IN_A_ROW))
    for _ in range(READS_WITH_PAUSE if card.modified else 0):  # else a write meanwhile would not show
        records.environment.clock.sleep(PAUSE_S)
        yield records.reread(key)


def _last_write(card: EntityCard, record: Record) -> tuple[Json, ...]:
    paths = (card.modified, card.revision.read if card.revision else None)
    return tuple(read(record.data, path) for path in paths if path)


def _is_mapped(member: str, mapped: Collection[str]) -> bool:
    """Return whether a row names a member, a part of it, or what it is a part of."""
    named = (member_of(path) for path in mapped)
    return any(f"{one}.".startswith(f"{other}.") for path in named for one, other in ((member, path), (path, member)))
