"""Records without a counterpart, and records with several candidates, read again before they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_sync.audit.compare.matching import Ground
from qa_sync.audit.compare.reread import Again, Look
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.expressions.match_keys import keys_of
from qa_sync.audit.expressions.outcomes import Forms
from qa_sync.audit.findings import Difference, Ledger
from qa_sync.audit.model import Match
from qa_sync.audit.records.fetch import SKEW
from qa_sync.audit.records.tables import Loaded
from qa_sync.errors import NoVerdict
from qa_sync.systems.system import Record
from qa_sync.values.paths import read


@dataclass(slots=True)
class Newcomers:
    """Keys of records that changed since the list was read: among them a missing counterpart may be."""

    ground: Ground
    match: Match
    sides: tuple[Loaded, Loaded]

    def keys(self, at: int, record: Record) -> set[tuple[int, str]]:
        """Return a record's keys, each with the number of its criterion."""
        found = set()
        for n, ends in enumerate(self.match.keys):
            forms = Forms(ends[0].form, ends[1].form, self.ground.zone)
            found |= {(n, key) for key in keys_of(read(record.data, ends[at].path), ends[at].form, forms)}
        return found

    def known(self, at: int) -> set[tuple[int, str]]:
        """Return the keys of a side's records that changed since its list was read; none when it cannot be asked."""
        side = self.sides[at]
        if side.system is None or not side.since:
            return set()
        try:
            pages = side.system.list_pages(side.card.datatype, side.as_of - SKEW)
            return {key for records, _ in pages for record in records for key in self.keys(at, record)}
        except NoVerdict:
            return set()


def settle_alone(
    ground: Ground, rows: Table, at: int, check: str, *, again: Again, ledger: Ledger, newcomers: Newcomers
) -> None:
    """Take the records of a side that have no counterpart; `rows` has their ids as `id`."""
    come: set[tuple[int, str]] | None = None
    for batch in ground.engine.batches(rows.order_by("id")):
        ids = [row["id"] for row in batch.to_pylist()]
        looks = again.looks([_place(one, at) for one in ids])
        for one, look in zip(ids, looks, strict=True):
            tally = ledger.tally(check)
            tally.again += look.done
            record = (look.source, look.target)[at]
            if look.done and come is None:
                come = newcomers.known(1 - at)
            if look.gone or look.young or (record and come and newcomers.keys(at, record) & come):
                tally.healed += 1
                continue
            ledger.add(Difference(check, "coverage", "alone", *_place(one, at), read_again=look.done))


def settle_keyless(engine: Engine, rows: Table, at: int, check: str, ledger: Ledger) -> None:
    """Take the records of a side that have nothing to be matched by."""
    for batch in engine.batches(rows.order_by("id")):
        for row in batch.to_pylist():
            ledger.add(Difference(check, "coverage", "keyless", *_place(row["id"], at)))


def settle_several(
    engine: Engine, pairs: Table, check: str, *, again: Again, ledger: Ledger, newcomers: Newcomers
) -> None:
    """Take the pairs of records of which one has several candidates; those that part when read again are none."""
    batches = (batch.to_pylist() for batch in engine.batches(pairs.order_by("sid", "tid")))
    ids = [(row["sid"], row["tid"]) for rows in batches for row in rows]
    looks = again.looks(ids)
    left = [(pair, look) for pair, look in zip(ids, looks, strict=True) if not _parted(look, newcomers)]
    tally = ledger.tally(check)
    tally.again += sum(look.done for look in looks)
    told = list(_ambiguous(left))
    tally.healed += len(ids) - len(told)
    for (sid, tid), look, detail in told:
        ledger.add(Difference(check, "unique", "several", sid, tid, detail=detail, read_again=look.done))


def _parted(look: Look, newcomers: Newcomers) -> bool:
    if not look.done or look.gone or look.young or look.source is None or look.target is None:
        return look.gone or look.young
    return bool(newcomers.match.keys) and not newcomers.keys(0, look.source) & newcomers.keys(1, look.target)


def _ambiguous(left: Sequence[tuple[tuple[str, str], Look]]) -> Iterator[tuple[tuple[str, str], Look, str]]:
    here = Counter(sid for (sid, _), _ in left)
    there = Counter(tid for (_, tid), _ in left)
    for (sid, tid), look in left:
        if here[sid] > 1 or there[tid] > 1:
            told = (
                f"the source has {here[sid]} candidates" if here[sid] > 1 else f"the target has {there[tid]} candidates"
            )
            yield (sid, tid), look, told


def _place(id: str, at: int) -> tuple[str | None, str | None]:
    return (id, None) if at == 0 else (None, id)
