"""Limits a comparison to the records with one key: an id of either system, or a value that records are matched by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from qa_sync.audit.compare.match_records import AuditContext, Matched
from qa_sync.audit.engines.table import Table
from qa_sync.audit.expressions.match_keys import KeySide, all_keys
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.expressions.value_keys import keys_of
from qa_sync.audit.model import MatchRule
from qa_sync.audit.reading.tables import RecordTable


def only_key(
    context: AuditContext, match: MatchRule, matched: Matched, sides: tuple[RecordTable, RecordTable], key: str
) -> tuple[Matched, int]:
    """Return the records with that key and their counterparts, and how many of the two systems have the key."""
    tables = (matched.source, matched.target)
    found = [list(_ids(context, match, sides[at], at, key)) for at in (0, 1)]
    keys = {one for at in (0, 1) for one in _column(context, tables[at], found[at], "key") if one is not None}
    one, other = (
        table.filter(table.id.isin(found[at]) | table.key.isin(sorted(keys)).coalesce(False))
        for at, table in enumerate(tables)
    )
    pairs = matched.ambiguous
    if pairs is not None:
        own = pairs.filter(pairs.sid.isin(found[0]) | pairs.tid.isin(found[1]))
        # With the other candidates of their records, since a pair is ambiguous only beside them.
        rivals = pairs.sid.isin(own.sid) | pairs.tid.isin(own.tid)
        pairs = context.engine.materialize(pairs.filter(rivals))
    return replace(matched, source=one, target=other, ambiguous=pairs), sum(map(len, found))


def _ids(context: AuditContext, match: MatchRule, side: RecordTable, at: int, key: str) -> Iterator[str]:
    """Yield the ids of the records of a side whose id is the key, or one of whose match values equals it."""
    by_id = side.table.filter(side.table.id == key).select("id").distinct()
    found = dict.fromkeys(row["id"] for batch in context.engine.batches(by_id) for row in batch.to_pylist())
    for number, ends in enumerate(match.keys):
        form = ends[at].form
        forms = PropertyFormats(ends[0].form, ends[1].form, context.zone)
        if not (wanted := keys_of(key, form, forms)):
            continue
        path = context.scratch / f"only-{number}-{at}.parquet"
        keys = all_keys(context.engine, KeySide(side.table, side.cell(ends[at].path), form, forms), path)
        rows = keys.filter(keys.key.isin(wanted)).select("id").distinct()
        found |= dict.fromkeys(row["id"] for batch in context.engine.batches(rows) for row in batch.to_pylist())
    yield from found


def _column(context: AuditContext, table: Table, ids: Sequence[str], name: str) -> Iterator[str | None]:
    rows = table.filter(table.id.isin(ids)).select(value=name)
    yield from (row["value"] for batch in context.engine.batches(rows) for row in batch.to_pylist())
