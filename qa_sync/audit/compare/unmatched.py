"""Reports records without a counterpart and records with several candidates, after re-reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from qa_sync.audit.compare.counterpart_search import CounterpartSearch, Presence, RecordKeys, place
from qa_sync.audit.compare.reread import FreshPair, Rereader
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.findings import Difference, FindingsWriter


def report_unmatched(
    engine: Engine, rows: Table, check: str, *, search: CounterpartSearch | None, at: int, findings: FindingsWriter
) -> None:
    """Record a difference for each record of a side without a counterpart; `rows` has their ids as `id`.

    With a `search`, only what it does not find; what could not be read again is recorded as `unconfirmed`.
    """
    batches = ([row["id"] for row in batch.to_pylist()] for batch in engine.batches(rows.order_by("id")))
    if search is None:
        for one in (one for ids in batches for one in ids):
            findings.add(Difference(check, "coverage", "alone", *place(one, at)))
        return
    tally = findings.tally(check)
    for found in search.search([one for ids in batches for one in ids]):
        tally.reread += found.reread
        if found.presence is Presence.FOUND:
            tally.resolved += 1
            continue
        sort, detail = _SORTS[found.presence]
        findings.add(Difference(check, "coverage", sort, *place(found.id, at), detail=detail, read_again=found.reread))


_SORTS: Final = {
    Presence.ALONE: ("alone", ""),
    Presence.UNCLEAR: ("unconfirmed", "the list of the other side could not be read again"),
}


def report_keyless(engine: Engine, rows: Table, at: int, check: str, findings: FindingsWriter) -> None:
    """Record a difference for each record of a side without a key."""
    for batch in engine.batches(rows.order_by("id")):
        for row in batch.to_pylist():
            findings.add(Difference(check, "coverage", "keyless", *place(row["id"], at)))


def report_ambiguous(
    engine: Engine, pairs: Table, check: str, *, rereader: Rereader, findings: FindingsWriter, keys: RecordKeys
) -> None:
    """Record a difference for each pair with several candidates, except pairs that no longer match when re-read."""
    batches = (batch.to_pylist() for batch in engine.batches(pairs.order_by("sid", "tid")))
    ids = [(row["sid"], row["tid"]) for rows in batches for row in rows]
    looks = rereader.read_pairs(ids)
    left = [(pair, look) for pair, look in zip(ids, looks, strict=True) if not _is_resolved(look, keys)]
    tally = findings.tally(check)
    tally.reread += sum(look.done for look in looks)
    confirmed = list(_ambiguous(left))
    tally.resolved += len(ids) - len(confirmed)
    for (sid, tid), look, detail in confirmed:
        findings.add(Difference(check, "unique", "several", sid, tid, detail=detail, read_again=look.done))


def _is_resolved(look: FreshPair, keys: RecordKeys) -> bool:
    if not look.done or look.gone or look.young or look.source is None or look.target is None:
        return look.gone or look.young
    return bool(keys.match.keys) and not keys.of_record(0, look.source) & keys.of_record(1, look.target)


def _ambiguous(left: Sequence[tuple[tuple[str, str], FreshPair]]) -> Iterator[tuple[tuple[str, str], FreshPair, str]]:
    here = Counter(sid for (sid, _), _ in left)
    there = Counter(tid for (_, tid), _ in left)
    for (sid, tid), look in left:
        if here[sid] > 1 or there[tid] > 1:
            detail = (
                f"the source has {here[sid]} candidates" if here[sid] > 1 else f"the target has {there[tid]} candidates"
            )
            yield (sid, tid), look, detail
