"""Searches the other side once more for the counterparts of records that seem to have none.

A list that is read page by page skips a record when another one is deleted meanwhile, because the next page then begins
one record later. So the list is read again, until nothing is missing any more or the list does not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import xor
from typing import Final

import pyarrow as pa
from msgspec import Struct
from msgspec.structs import replace

from qa_sync.audit.compare.match_records import AuditContext
from qa_sync.audit.compare.reread import Rereader
from qa_sync.audit.engines.table import Table
from qa_sync.audit.expressions.cells import decode_cell
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.audit.model import MatchRule
from qa_sync.audit.reading.fetch import CLOCK_SKEW
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.errors import NoVerdict
from qa_sync.systems.system import Record
from qa_sync.values.form import Json
from qa_sync.values.paths import read

ROUNDS: Final = 3
"""How often the other list is read again at most; each time, fewer records can have been skipped every time."""

Key = tuple[int, str]
"""The index of a criterion, and a key."""


class Presence(StrEnum):
    """The result of a search; `FOUND`: there is a counterpart, or the record itself is deleted or too recent."""

    FOUND = "found"
    ALONE = "alone"
    UNCLEAR = "unclear"


class Searched(Struct, frozen=True):
    """A record that seemed to have no counterpart; `reread` is whether it was read again."""

    id: str
    presence: Presence
    reread: bool


class _Suspect(Struct, frozen=True):
    keys: frozenset[Key]
    reread: bool = False
    presence: Presence = Presence.ALONE


class RecordKeys(Struct, frozen=True):
    """Computes the keys by which records are matched; `links` are the links of the sync engine, if these match them."""

    context: AuditContext
    match: MatchRule
    sides: tuple[RecordTable, RecordTable]
    links: Table | None = None

    def of_record(self, at: int, record: Record) -> frozenset[Key]:
        """Return the keys of a record."""
        return self._keys(at, [read(record.data, ends[at].path) for ends in self.match.keys])

    def stored(self, at: int, ids: Sequence[str]) -> Mapping[str, frozenset[Key]]:
        """Return the keys of records as they were read."""
        side, engine = self.sides[at], self.context.engine
        rows = side.table.semi_join(engine.from_arrow(pa.table({"id": pa.array(ids, pa.string())})), "id")
        cells = [side.cell(ends[at].path, rows) for ends in self.match.keys]
        kinds = {f"k{n}": cell.kind for n, cell in enumerate(cells)} | {
            f"t{n}": cell.text for n, cell in enumerate(cells)
        }
        found = {}
        for batch in engine.batches(rows.select("id", **kinds)):
            for row in batch.to_pylist():
                wires = [decode_cell(row[f"k{n}"], row[f"t{n}"]) for n in range(len(cells))]
                found[row["id"]] = self._keys(at, wires)
        return found

    def _keys(self, at: int, wires: Sequence[Json]) -> frozenset[Key]:
        found: set[Key] = set()
        for n, (ends, wire) in enumerate(zip(self.match.keys, wires, strict=True)):
            forms = PropertyFormats(ends[0].form, ends[1].form, self.context.zone)
            found |= {(n, key) for key in keys_of(wire, ends[at].form, forms)}
        return frozenset(found)

    def linked(self, at: int, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the ids of the linked records on the other side."""
        if self.links is None:
            return {}
        mine, other = ("sid", "tid") if at == 0 else ("tid", "sid")
        wanted = self.context.engine.from_arrow(pa.table({mine: pa.array(ids, pa.string())}))
        rows = self.links.join(wanted, mine).select(mine=mine, other=other)
        return {row["mine"]: row["other"] for batch in self.context.engine.batches(rows) for row in batch.to_pylist()}


@dataclass(slots=True)
class CounterpartSearch:
    """Searches the counterparts of records of side `at`."""

    keys: RecordKeys
    rereader: Rereader
    at: int
    _suspects: dict[str, _Suspect] = field(default_factory=dict)

    @property
    def other(self) -> RecordTable:
        """The side that seems to lack the counterparts."""
        return self.keys.sides[1 - self.at]

    def search(self, ids: Sequence[str]) -> Iterator[Searched]:
        """Return the result for each record; memory holds the keys of all of them."""
        stored = self.keys.stored(self.at, ids) if self.keys.links is None else {}
        self._suspects = {one: _Suspect(stored.get(one, frozenset())) for one in ids}
        self._reread(again=False)
        try:
            self._look_again()
        except NoVerdict:
            for one in self._alone():
                self._suspects[one] = replace(self._suspects[one], presence=Presence.UNCLEAR)
        return (Searched(one, found.presence, found.reread) for one, found in self._suspects.items())

    def _alone(self) -> list[str]:
        return [one for one, found in self._suspects.items() if found.presence is Presence.ALONE]

    def _found(self, ids: Iterable[str]) -> None:
        for one in ids:
            self._suspects[one] = replace(self._suspects[one], presence=Presence.FOUND)

    def _look_again(self) -> None:
        if self.other.system is None:
            return
        if self.keys.links is not None:
            self._found(self._linked())
        elif self.other.since and self._alone():
            self._read_list(self.other.as_of - CLOCK_SKEW)
        before = self._stored() if self._alone() and self.keys.links is None else None
        for _ in range(ROUNDS if self.keys.links is None else 0):
            if not self._alone():
                return
            listed = self._read_list()
            changed = self._reread(again=True)
            if listed == before and not changed:
                return
            before = listed

    def _stored(self) -> tuple[int, int]:
        """Return the fingerprint of the ids as they were read first."""
        count = total = 0
        for batch in self.keys.context.engine.batches(self.other.table.select("id")):
            ids = batch["id"].to_pylist()
            count, total = count + len(ids), reduce(xor, map(hash, ids), total)
        return count, total

    def _linked(self) -> Iterator[str]:
        """Yield the records whose linked record exists."""
        other, system = self.other, self.other.system
        for one, to in self.keys.linked(self.at, self._alone()).items():
            if system is not None and system.lookup(other.card.datatype, to) is not None:
                yield one

    def _read_list(self, since: datetime | None = None) -> tuple[int, int]:
        """Read the other list; return a fingerprint of its ids."""
        assert self.other.system is not None  # noqa: S101 - a list is read from systems only
        sought: dict[Key, list[str]] = defaultdict(list)
        for one in self._alone():
            for key in self._suspects[one].keys:
                sought[key].append(one)
        count = total = 0
        for records, _ in self.other.system.list_pages(self.other.card.datatype, since):
            for record in records:
                count, total = count + 1, total ^ hash(record.id)
                for key in self.keys.of_record(1 - self.at, record):
                    self._found(sought.get(key, ()))
        return count, total

    def _reread(self, *, again: bool) -> bool:
        """Read the suspects again; return whether the keys of one have changed since."""
        changed, ids = False, self._alone()
        looks = self.rereader.read_pairs([place(one, self.at) for one in ids], again=again)
        for one, look in zip(ids, looks, strict=True):
            record = (look.source, look.target)[self.at]
            found = self._suspects[one]
            keys = self.keys.of_record(self.at, record) if record else found.keys
            changed |= keys != found.keys
            gone = look.gone or look.young
            presence = Presence.FOUND if gone else found.presence
            self._suspects[one] = _Suspect(keys, found.reread or look.done, presence)
        return changed


def place(one: str, at: int) -> tuple[str | None, str | None]:
    """Return a pair of ids with only the one of a side."""
    return (one, None) if at == 0 else (None, one)
