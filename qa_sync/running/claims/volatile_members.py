"""Members that a system computes by itself: they differ between two reads in a row, without a write.

Source: docs/explanation/verdicts.rst, "What a system computes by itself".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import Record
from qa_sync.values.form import Json
from qa_sync.values.json_difference import differences, lists_without_order
from qa_sync.values.path_grammar import Index, Name, Selector, Step, parse
from qa_sync.values.paths import find, read

READS_IN_A_ROW = 12
"""A list of two elements in random order differs twice in so many reads, with a chance of 99.7 %."""

READS_WITH_PAUSE = 3
PAUSE_S = 1.0
"""A member can be a time in whole seconds; then only reads in different seconds differ."""

CHANGES = 2
"""A sync that works on its own can write between two reads once; what changes again is computed by the system."""

_POSITION = re.compile(r"(\[[^\]]*\])")


def find_volatile(records: ScenarioRecords, key: RecordKey, changed: Collection[str]) -> frozenset[str]:
    """Return those paths of changed members whose values differ between reads without a write.

    None when a row names one of them, because a sync that takes turns changes it, too. In a list of plain values, of
    changing length or in changing order, elements have no identity: what differs in one of them differs in all.
    """
    card, mapped = records.card(key), records.roles[key.role].mapped.get(key.side, frozenset())
    if any(_is_mapped(path, mapped, records.latest[key].data) for path in changed):
        return frozenset()
    reads: list[tuple[Json, Json]] = []
    found: frozenset[str] = frozenset()
    with records.environment.control.hold():  # another section may start a cycle of the sync
        before = records.reread(key)
        for now in _further_reads(records, key, card):
            if _last_write(card, now) == _last_write(card, before):
                reads.append((before.data, now.data))
                found = _changing(reads, changed)
            if len(found) == len(changed):
                break
            before = now
    return found


def _changing(reads: Iterable[tuple[Json, Json]], changed: Collection[str]) -> frozenset[str]:
    """Return the paths whose values differ between enough of the pairs of reads."""
    unordered = frozenset(path for before, now in reads for path in lists_without_order(before, now))
    counts: Counter[str] = Counter()
    for before, now in reads:
        counts.update({_without_positions(path, unordered) for path, *_ in differences(before, now)})
    return frozenset(path for path in changed if counts[_without_positions(path, unordered)] >= CHANGES)


def _without_positions(path: str, unordered: Collection[str]) -> str:
    """Return the path without the positions in the lists that have no order."""
    kept = container = ""
    for part in _POSITION.split(path):
        is_position = part.startswith("[")
        kept += "" if is_position and container in unordered else part
        container += "" if is_position else part
    return kept


def declared_path(path: str, data: Json) -> str:
    """Return a member's path as a card names it: an element by its `key`, else the member in every element."""
    declared = raw = ""
    for part in _POSITION.split(path):
        raw += part
        element = read(data, raw) if part.startswith("[") else None
        name = element.get("key") if isinstance(element, dict) else None
        declared += (f"[key={name}]" if isinstance(name, str) and name else "") if part.startswith("[") else part
    return declared


def _further_reads(records: ScenarioRecords, key: RecordKey, card: EntityCard) -> Iterator[Record]:
    yield from (records.reread(key) for _ in range(READS_IN_A_ROW))
    for _ in range(READS_WITH_PAUSE if card.modified else 0):  # else a write meanwhile would not show
        records.environment.clock.sleep(PAUSE_S)
        yield records.reread(key)


def _last_write(card: EntityCard, record: Record) -> tuple[Json, ...]:
    paths = (card.modified, card.revision.read if card.revision else None)
    return tuple(read(record.data, path) for path in paths if path)


def _is_mapped(changed: str, mapped: Collection[str], data: Json) -> bool:
    """Return whether a row names a member, a part of it, or what it is a part of; of a list, the selected element."""
    return any(_meets(parse(changed), parse(path), data) for path in mapped)


def _meets(changed: tuple[Step, ...], mapped: tuple[Step, ...], data: Json) -> bool:
    """Return whether one of two paths leads through the other; `changed` has positions, `mapped` perhaps selectors."""
    if not changed or not mapped:
        return True
    here, named = changed[0], mapped[0]
    if isinstance(here, Index):
        if isinstance(named, Selector) and isinstance(data, list) and find(data, named) != here.index:
            return False
        inner = read(data, f"[{here.index}]") if isinstance(data, list) else None
        return _meets(changed[1:], mapped if isinstance(named, Name) else mapped[1:], inner)
    inner = data.get(here.name) if isinstance(data, dict) and isinstance(here, Name) else None
    return here == named and _meets(changed[1:], mapped[1:], inner)
