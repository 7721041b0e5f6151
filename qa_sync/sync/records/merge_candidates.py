"""MERGE-IF: finds matching records by the rows of the merge table, with an index instead of a scan."""

from __future__ import annotations

from datetime import date, tzinfo
from decimal import Decimal

from qa_sync.sync.lanes import Lane
from qa_sync.sync.records.record_view import RecordView, flatten
from qa_sync.sync.store.encoding import decode
from qa_sync.sync.store.listed_records import ListedRecords
from qa_sync.values.comparison.compare import compare
from qa_sync.values.form import Canonical


def candidates(lane: Lane, view: RecordView, other: ListedRecords, zone: tzinfo) -> list[str]:
    """Return the ids of the records in the other side's list that have an equal value in any row.

    An empty value matches nothing; in a list, any element may match. Source:
    docs/explanation/connector-format-facts.rst, "How statements are read".
    """
    side = view.end.side
    result: dict[str, None] = {}
    for row in lane.criteria:
        own, theirs = row.card(side), row.card(side.other)
        for value in flatten(view.values.get(own.path)):
            for record_id, text in other.find(theirs.path, index_key(value)):
                if record_id not in result and compare(value, decode(text), own.form, theirs.form, zone).same:
                    result[record_id] = None
    return list(result)


def share_value(lane: Lane, one: RecordView, other: RecordView, zone: tzinfo) -> bool:
    """Return whether two fresh records have an equal value in any row."""
    return any(
        compare(a, b, row.card(one.end.side).form, row.card(other.end.side).form, zone).same
        for row in lane.criteria
        for a in flatten(one.values.get(row.card(one.end.side).path))
        for b in flatten(other.values.get(row.card(other.end.side).path))
    )


def index_key(value: Canonical) -> str:
    """Return an index key that is the same for equal values in any form; `compare` decides."""
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value.normalize())
    if isinstance(value, date):
        return value.isoformat()[:10]
    return " ".join(str(value).casefold().split())
