"""Audits the sections of a spec: matches records, compares pairs, and confirms differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

import pyarrow as pa
from msgspec import Struct

from qa_sync.audit.compare.compare_pairs import compare_pairs, suspect_pairs
from qa_sync.audit.compare.comparison import Comparison
from qa_sync.audit.compare.condition import ids_in_condition
from qa_sync.audit.compare.confirm_differences import DifferenceConfirmer
from qa_sync.audit.compare.counterpart_search import CounterpartSearch, RecordKeys
from qa_sync.audit.compare.match_records import AuditContext, Matched, match_records
from qa_sync.audit.compare.only_key import only_key
from qa_sync.audit.compare.reread import Rereader
from qa_sync.audit.compare.settled import counts, unsettled_claims
from qa_sync.audit.compare.unmatched import report_ambiguous, report_keyless, report_unmatched
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.findings import FindingsWriter
from qa_sync.audit.missing_columns import not_compared
from qa_sync.audit.model import AuditableSection, MatchMethod, SectionPlan
from qa_sync.audit.parquet_writer import ParquetWriter
from qa_sync.audit.progress import Progress
from qa_sync.audit.reading.load import SourceRecords, sides_of
from qa_sync.audit.reading.tables import RecordTable
from qa_sync.audit.records.link_store import linked_ids
from qa_sync.audit.results import SectionOutcome, coverage_id, unique_id
from qa_sync.clock import Clock
from qa_sync.values.conversions.conversion import to_text

CONFIRMED: Final = 5_000
"""Suspected differences that are described at once, which takes memory."""


class AuditOptions(Struct, frozen=True):
    """The options of an audit.

    `min_age` excludes records changed more recently; `recheck` is the maximum number of suspects to re-read, for all
    sections together; `samples` is the number of differences shown per check; `max_drift` is the share of differences
    that still passes; `differences` is the file of all differences (None: not written); `allow_missing`: pairs whose
    columns an export lacks are skipped; `only` is the key of the only records to compare (None: all).
    """

    zone: tzinfo
    min_age: timedelta = timedelta(0)
    recheck: int = 1000
    samples: int = 5
    max_drift: float = 0.0
    differences: Path | None = None
    links: Path | None = None
    allow_missing: bool = False
    only: str | None = None


class SectionStep(Struct, frozen=True):
    """What is done next with the section of that key."""

    key: str
    text: str


@dataclass(slots=True)
class SectionAudits:
    """Audits the sections of a spec; matches all of them before comparing any, because references need the matches.

    `selected` is the number of records that have the only key to compare.
    """

    engine: Engine
    scratch: Path
    options: AuditOptions
    clock: Clock
    plans: Sequence[SectionPlan]
    records: SourceRecords
    findings: FindingsWriter
    report: Callable[[str], None]
    selected: int = 0

    @property
    def context(self) -> AuditContext:
        """The engine, the scratch folder and the time zone."""
        return AuditContext(self.engine, self.scratch, self.options.zone)

    def outcomes(self) -> Iterator[SectionOutcome | SectionStep]:
        """Match all sections, then compare one after the other."""
        ready = [(p, p.auditable) for p in self.plans if p.auditable is not None]
        matched = {}
        for p, r in ready:
            yield SectionStep(p.section.key, "match the records")
            matched[p.section.ordinal] = self._matched(p, r)
        wanted = {c.id_section for _, r in ready for c in r.checked_claims if c.id_section is not None}
        pairs = {ordinal: self.engine.materialize(matched[ordinal].pairs()) for ordinal in wanted}
        left = self.options.recheck
        for p, r in ready:
            rereader = Rereader(sides_of(self.records, p, r), left, self._cutoff)
            yield SectionStep(p.section.key, f"compare {len(r.checked_claims)} pairs of properties")
            yield self._outcome(p, r, matched[p.section.ordinal], pairs, rereader)
            left = rereader.left

    def _matched(self, p: SectionPlan, r: AuditableSection) -> Matched:
        one, other = sides_of(self.records, p, r)
        return match_records(self.context, r.match, one, other, self._links(r))

    def _links(self, r: AuditableSection) -> Table | None:
        if r.match.method is not MatchMethod.LINKS or self.options.links is None:
            return None
        schema = pa.schema([("sid", pa.string()), ("tid", pa.string())])
        spool = ParquetWriter(self.scratch / f"links-{r.match.links}.parquet", schema)
        for source, target in linked_ids(self.options.links, r.match.links):
            spool.add([(source, target)])
        return self.engine.read([spool.close()])

    def _outcome(
        self, p: SectionPlan, r: AuditableSection, matched: Matched, pairs: Mapping[int, Table], rereader: Rereader
    ) -> SectionOutcome:
        sides, claims = sides_of(self.records, p, r), r.checked_claims
        if self.options.only is not None:
            matched, count = only_key(self.context, r.match, matched, sides, self.options.only)
            self.selected += count
        translations = {n: pairs[c.id_section] for n, c in enumerate(claims) if c.id_section is not None}
        key = (r.match.keys[0][0].path, r.match.keys[0][1].path) if matched.by_key else None
        comparison = Comparison(claims, matched, sides, translations, self._cutoffs(sides), key)
        codes = compare_pairs(self.context, comparison)
        found = dict(counts(self.engine, codes, len(claims)))
        keys = RecordKeys(self.context, r.match, sides, self._links(r))
        found |= self._report_ambiguous(p, matched, rereader, keys)
        if any(found[f"{side}_{sort}"] for side in ("source", "target") for sort in ("alone", "keyless")):
            self._report_unmatched(p, r, codes, rereader, keys)
        if wrong := unsettled_claims(found, claims):
            confirmer = DifferenceConfirmer(self.context, claims, translations, rereader, self.findings)
            progress = Progress(self.report, p.section.heading, "records with suspected differences compared again")
            suspects = suspect_pairs(self.context, comparison, codes, wrong)
            self.engine.discard(codes)
            for batch in self.engine.batches(suspects):
                for at in range(0, batch.num_rows, CONFIRMED):
                    confirmer.confirm(batch.slice(at, CONFIRMED))
                progress.add(batch.num_rows)
        return SectionOutcome(p, r, found, self.findings, (*_notes(r, sides, found), *self._undated_notes(sides)))

    def _report_ambiguous(
        self, p: SectionPlan, matched: Matched, rereader: Rereader, keys: RecordKeys
    ) -> Mapping[str, int]:
        if matched.ambiguous is None:
            return {"several_source": 0, "several_target": 0}
        pairs = matched.ambiguous
        report_ambiguous(self.engine, pairs, unique_id(p), rereader=rereader, findings=self.findings, keys=keys)
        return self.engine.row(pairs.aggregate(several_source=pairs.sid.nunique(), several_target=pairs.tid.nunique()))

    def _report_unmatched(
        self, p: SectionPlan, r: AuditableSection, codes: Table, rereader: Rereader, keys: RecordKeys
    ) -> None:
        old = codes.filter(~codes.young)
        for at, (mine, other) in enumerate((("sid", "there"), ("tid", "here"))):
            rows = old.filter(~old[other])
            claimed = not ((r.no_coverage or r.manual_reason, r.no_reverse)[at])
            is_live = rereader.sides[1 - at].system is not None or rereader.sides[at].system is not None
            search = CounterpartSearch(keys, rereader, at) if claimed and is_live else None
            unmatched, keyless = (rows.filter(keyed).select(id=mine) for keyed in (rows.keyed, ~rows.keyed))
            if at == 0 and r.condition:
                unmatched, keyless = (
                    ids_in_condition(self.context, r.condition, rereader.sides[0], ids) for ids in (unmatched, keyless)
                )
            check = coverage_id(p, at)
            report_unmatched(self.engine, unmatched, check, search=search, at=at, findings=self.findings)
            report_keyless(self.engine, keyless, at, check, self.findings)

    def _undated_notes(self, sides: tuple[RecordTable, RecordTable]) -> Iterator[str]:
        for side in sides if self.options.min_age else ():
            count = self.engine.row(side.table.aggregate(rows=side.table.count(), dated=side.table.modified.count()))
            if without := count["rows"] - count["dated"]:
                yield f"{without:,} of {side.label} have no time of change and are compared whatever their age"

    def _cutoff(self) -> datetime | None:
        age = self.options.min_age
        return self.clock.now() - age if age else None

    def _cutoffs(self, sides: tuple[RecordTable, RecordTable]) -> tuple[str | None, str | None]:
        age = self.options.min_age
        one, other = (to_text(side.as_of - age) if age else None for side in sides)
        return one, other


def _notes(r: AuditableSection, sides: tuple[RecordTable, RecordTable], found: Mapping[str, int]) -> Iterator[str]:
    yield str(r.match)
    if missing := not_compared(r):
        yield missing
    if found["young"]:
        yield f"{found['young']:,} changed too recently to be compared"
    for side in sides:
        if side.repeated:
            yield f"{side.repeated:,} of {side.label} were on two pages: the list changed while it was read"
        if side.partial:
            yield f"only changes of {side.label} were read, which does not show deleted records (use --fresh)"
