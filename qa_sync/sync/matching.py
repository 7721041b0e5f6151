"""MERGE-IF: which records are the same thing, by the rows of the merge table; found by an index, never by scanning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, tzinfo
from decimal import Decimal

from qa_sync.sync.lanes import Lane, Row
from qa_sync.sync.looking import Seen
from qa_sync.values.compare import compare
from qa_sync.values.form import Canonical


class Candidates:
    """The target records that may be matched; each criterion has an index of its own."""

    def __init__(self, lane: Lane, zone: tzinfo) -> None:
        self._criteria = lane.criteria
        self._zone = zone
        self._index: list[dict[str, list[Seen]]] = [defaultdict(list) for _ in lane.criteria]

    def add(self, target: Seen) -> None:
        """Make a target record findable; an empty value makes it no more findable than before."""
        for row, index in zip(self._criteria, self._index, strict=True):
            for key in dict.fromkeys(_key(v) for v in _flat(target.values.get(row.target.path))):
                index[key].append(target)

    def find(self, source: Seen) -> list[str]:
        """Return the ids of the target records that share a value with a source record in any row."""
        found: dict[str, None] = {}
        for row, index in zip(self._criteria, self._index, strict=True):
            for value in _flat(source.values.get(row.source.path)):
                found.update((t.record.id, None) for t in index.get(_key(value), ()) if self._same(row, value, t))
        return list(found)

    def _same(self, row: Row, value: Canonical, target: Seen) -> bool:
        # Along a list any element may match (SESAM 4.2).
        shown = _flat(target.values.get(row.target.path))
        return any(compare(value, v, row.source.form, row.target.form, self._zone).same for v in shown)


def _flat(value: Canonical) -> Iterator[Canonical]:
    if isinstance(value, tuple):
        for element in value:
            yield from _flat(element)
    elif value is not None:
        yield value


def _key(value: Canonical) -> str:
    """Return a key that equal values share whatever their forms; `compare` has the last word."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value.normalize())
    if isinstance(value, date):
        return value.isoformat()[:10]
    return " ".join(str(value).casefold().split())
