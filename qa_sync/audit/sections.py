"""The sections of a document under way: records matched, pairs judged, what looks wrong settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pyarrow as pa

from qa_sync.audit.compare.compare_pairs import Sides, counts, judge, suspects, unsettled
from qa_sync.audit.compare.condition import meant
from qa_sync.audit.compare.confirm_differences import Settler
from qa_sync.audit.compare.matching import Ground, Matched, match
from qa_sync.audit.compare.reread import Again
from qa_sync.audit.compare.unmatched import Newcomers, settle_alone, settle_keyless, settle_several
from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.findings import Ledger
from qa_sync.audit.model import Ready, SectionPlan, Way
from qa_sync.audit.parquet_writer import Spool
from qa_sync.audit.records.link_store import linked
from qa_sync.audit.records.load import Stock, sides_of
from qa_sync.audit.records.tables import Loaded
from qa_sync.audit.results import Outcome, coverage_id, unique_id
from qa_sync.clock import Clock
from qa_sync.values.conversions.conversion import to_text


@dataclass(frozen=True, slots=True)
class Terms:
    """How an audit goes.

    `min_age` leaves out what changed less long ago; `recheck` suspects are read again at most, for all sections
    together; `samples` are shown a check; `max_drift` is the share of differences that is let pass; `differences` is
    the file of all differences (None: none is written).
    """

    zone: tzinfo
    min_age: timedelta = timedelta(0)
    recheck: int = 1000
    samples: int = 5
    max_drift: float = 0.0
    differences: Path | None = None
    links: Path | None = None


@dataclass(slots=True)
class Work:
    """The sections of one document under way: all are matched before any is judged, as references need."""

    engine: Engine
    scratch: Path
    terms: Terms
    clock: Clock
    plans: Sequence[SectionPlan]
    records: Stock
    ledger: Ledger

    @property
    def ground(self) -> Ground:
        """Where the work is done."""
        return Ground(self.engine, self.scratch, self.terms.zone)

    def outcomes(self) -> Iterator[Outcome]:
        """Match all sections, then judge one after the other."""
        ready = [(p, p.ready) for p in self.plans if p.ready is not None]
        matched = {p.section.ordinal: self._matched(p, r) for p, r in ready}
        wanted = {c.through for _, r in ready for c in r.judged if c.through is not None}
        pairs = {ordinal: self.engine.keep(matched[ordinal].pairs()) for ordinal in wanted}
        left = self.terms.recheck
        for p, r in ready:
            again = Again(sides_of(self.records, p, r), left, self._cutoff)
            yield self._outcome(p, r, matched[p.section.ordinal], pairs, again)
            left = again.left

    def _matched(self, p: SectionPlan, r: Ready) -> Matched:
        one, other = sides_of(self.records, p, r)
        return match(self.ground, r.match, one, other, self._links(r))

    def _links(self, r: Ready) -> Table | None:
        if r.match.way is not Way.LINKS or self.terms.links is None:
            return None
        schema = pa.schema([("sid", pa.string()), ("tid", pa.string())])
        spool = Spool(self.scratch / f"links-{r.match.links}.parquet", schema)
        for source, target in linked(self.terms.links, r.match.links):
            spool.add([(source, target)])
        return self.engine.read([spool.close()])

    def _outcome(self, p: SectionPlan, r: Ready, matched: Matched, pairs: Mapping[int, Table], again: Again) -> Outcome:
        sides, claims = sides_of(self.records, p, r), r.judged
        translations = {n: pairs[c.through] for n, c in enumerate(claims) if c.through is not None}
        key = (r.match.keys[0][0].path, r.match.keys[0][1].path) if matched.by_key else None
        both = Sides(claims, matched, sides, translations, self._cutoffs(sides), key)
        codes = judge(self.ground, both)
        found = dict(counts(self.engine, codes, len(claims)))
        newcomers = Newcomers(self.ground, r.match, sides)
        found |= self._several(p, matched, again, newcomers)
        if any(found[f"{side}_{sort}"] for side in ("source", "target") for sort in ("alone", "keyless")):
            self._alone(p, r, codes, again, newcomers)
        if wrong := unsettled(found, len(claims)):
            settler = Settler(self.ground, claims, translations, again, self.ledger)
            for batch in self.engine.batches(suspects(self.ground, both, codes, wrong)):
                settler.settle(batch)
        return Outcome(p, r, found, self.ledger, (*_notes(r, sides, found), *self._ageless(sides)))

    def _several(self, p: SectionPlan, matched: Matched, again: Again, newcomers: Newcomers) -> Mapping[str, int]:
        if matched.several is None:
            return {"several_source": 0, "several_target": 0}
        pairs = matched.several
        settle_several(self.engine, pairs, unique_id(p), again=again, ledger=self.ledger, newcomers=newcomers)
        return self.engine.row(pairs.aggregate(several_source=pairs.sid.nunique(), several_target=pairs.tid.nunique()))

    def _alone(self, p: SectionPlan, r: Ready, codes: Table, again: Again, newcomers: Newcomers) -> None:
        old = codes.filter(~codes.young)
        for at, (mine, other) in enumerate((("sid", "there"), ("tid", "here"))):
            rows = old.filter(~old[other])
            claimed = not ((r.no_coverage or r.only_a_person, r.no_reverse)[at])
            reader = again if claimed else Again(again.sides, 0, again.cutoff)
            lonely, keyless = (rows.filter(keyed).select(id=mine) for keyed in (rows.keyed, ~rows.keyed))
            if at == 0 and r.condition:
                lonely, keyless = (meant(self.ground, r.condition, again.sides[0], ids) for ids in (lonely, keyless))
            check = coverage_id(p, at)
            settle_alone(self.ground, lonely, at, check, again=reader, ledger=self.ledger, newcomers=newcomers)
            settle_keyless(self.engine, keyless, at, check, self.ledger)

    def _ageless(self, sides: tuple[Loaded, Loaded]) -> Iterator[str]:
        for side in sides if self.terms.min_age else ():
            count = self.engine.row(side.table.aggregate(rows=side.table.count(), dated=side.table.modified.count()))
            if without := count["rows"] - count["dated"]:
                yield f"{without:,} of {side.label} do not tell when they changed, and are judged whatever their age"

    def _cutoff(self) -> datetime | None:
        age = self.terms.min_age
        return self.clock.now() - age if age else None

    def _cutoffs(self, sides: tuple[Loaded, Loaded]) -> tuple[str | None, str | None]:
        age = self.terms.min_age
        one, other = (to_text(side.as_of - age) if age else None for side in sides)
        return one, other


def _notes(r: Ready, sides: tuple[Loaded, Loaded], found: Mapping[str, int]) -> Iterator[str]:
    yield str(r.match)
    if found["young"]:
        yield f"{found['young']:,} are too young to be judged"
    for side in sides:
        if side.partial:
            yield f"of {side.label} only changes were read, so what was removed there meanwhile is not seen (--fresh)"
