"""Reports records without a counterpart and records with several candidates, after re-reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_sync.audit.compare.matching import AuditContext
from qa_sync.audit.compare.reread import FreshPair, Rereader
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.match_keys import keys_of
from qa_sync.audit.expressions.outcomes import PropertyFormats
from qa_sync.audit.findings import Difference, FindingsWriter
from qa_sync.audit.model import MatchRule
from qa_sync.audit.records.fetch import CLOCK_SKEW
from qa_sync.audit.records.tables import RecordTable
from qa_sync.errors import NoVerdict
from qa_sync.systems.system import Record
from qa_sync.values.paths import read


@dataclass(slots=True)
class NewRecords:
    """Finds the keys of records that changed since the list was read; a missing counterpart may be among them."""

    context: AuditContext
    match: MatchRule
    sides: tuple[RecordTable, RecordTable]

    def keys(self, at: int, record: Record) -> set[tuple[int, str]]:
        """Return a record's keys, each with the index of its criterion."""
        found = set()
        for n, ends in enumerate(self.match.keys):
            forms = PropertyFormats(ends[0].form, ends[1].form, self.context.zone)
            found |= {(n, key) for key in keys_of(read(record.data, ends[at].path), ends[at].form, forms)}
        return found

    def keys_of_side(self, at: int) -> set[tuple[int, str]]:
        """Return the keys of a side's records that changed since its list was read; empty if they cannot be listed."""
        side = self.sides[at]
        if side.system is None or not side.since:
            return set()
        try:
            pages = side.system.list_pages(side.card.datatype, side.as_of - CLOCK_SKEW)
            return {key for records, _ in pages for record in records for key in self.keys(at, record)}
        except NoVerdict:
            return set()


def report_unmatched(
    context: AuditContext,
    rows: Table,
    at: int,
    check: str,
    *,
    rereader: Rereader,
    findings: FindingsWriter,
    new_records: NewRecords,
) -> None:
    """Record a difference for each record of a side without a counterpart; `rows` has their ids as `id`."""
    new_keys: set[tuple[int, str]] | None = None
    for batch in context.engine.batches(rows.order_by("id")):
        ids = [row["id"] for row in batch.to_pylist()]
        looks = rereader.read_pairs([_place(one, at) for one in ids])
        for one, look in zip(ids, looks, strict=True):
            tally = findings.tally(check)
            tally.reread += look.done
            record = (look.source, look.target)[at]
            if look.done and new_keys is None:
                new_keys = new_records.keys_of_side(1 - at)
            if look.gone or look.young or (record and new_keys and new_records.keys(at, record) & new_keys):
                tally.resolved += 1
                continue
            findings.add(Difference(check, "coverage", "alone", *_place(one, at), read_again=look.done))


def report_keyless(engine: Engine, rows: Table, at: int, check: str, findings: FindingsWriter) -> None:
    """Record a difference for each record of a side without a key."""
    for batch in engine.batches(rows.order_by("id")):
        for row in batch.to_pylist():
            findings.add(Difference(check, "coverage", "keyless", *_place(row["id"], at)))


def report_ambiguous(
    engine: Engine, pairs: Table, check: str, *, rereader: Rereader, findings: FindingsWriter, new_records: NewRecords
) -> None:
    """Record a difference for each pair with several candidates, except pairs that no longer match when re-read."""
    batches = (batch.to_pylist() for batch in engine.batches(pairs.order_by("sid", "tid")))
    ids = [(row["sid"], row["tid"]) for rows in batches for row in rows]
    looks = rereader.read_pairs(ids)
    left = [(pair, look) for pair, look in zip(ids, looks, strict=True) if not _is_resolved(look, new_records)]
    tally = findings.tally(check)
    tally.reread += sum(look.done for look in looks)
    confirmed = list(_ambiguous(left))
    tally.resolved += len(ids) - len(confirmed)
    for (sid, tid), look, detail in confirmed:
        findings.add(Difference(check, "unique", "several", sid, tid, detail=detail, read_again=look.done))


def _is_resolved(look: FreshPair, new_records: NewRecords) -> bool:
    if not look.done or look.gone or look.young or look.source is None or look.target is None:
        return look.gone or look.young
    return bool(new_records.match.keys) and not new_records.keys(0, look.source) & new_records.keys(1, look.target)


def _ambiguous(left: Sequence[tuple[tuple[str, str], FreshPair]]) -> Iterator[tuple[tuple[str, str], FreshPair, str]]:
    here = Counter(sid for (sid, _), _ in left)
    there = Counter(tid for (_, tid), _ in left)
    for (sid, tid), look in left:
        if here[sid] > 1 or there[tid] > 1:
            detail = (
                f"the source has {here[sid]} candidates" if here[sid] > 1 else f"the target has {there[tid]} candidates"
            )
            yield (sid, tid), look, detail


def _place(id: str, at: int) -> tuple[str | None, str | None]:
    return (id, None) if at == 0 else (None, id)
