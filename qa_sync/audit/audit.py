"""An audit from beginning to end: plans, records, matches, verdicts, and the events that tell of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pyarrow as pa

from qa_sync.audit.again import Again
from qa_sync.audit.alone import Newcomers, settle_alone, settle_keyless, settle_several
from qa_sync.audit.engine import Engine, Table
from qa_sync.audit.findings import SCHEMA, Ledger
from qa_sync.audit.judging import Sides, counts, judge, suspects, unsettled
from qa_sync.audit.links import linked
from qa_sync.audit.matching import Ground, Matched, match
from qa_sync.audit.model import Ready, SectionPlan, Way
from qa_sync.audit.planning import Known, plan
from qa_sync.audit.settling import Settler
from qa_sync.audit.spool import Spool
from qa_sync.audit.stock import Loaded
from qa_sync.audit.stocking import Stock, Wish, sides_of, stock
from qa_sync.audit.telling import Outcome, Told, coverage_id, unique_id, untried, verdicts
from qa_sync.audit.trend import earlier, trends
from qa_sync.clock import Clock
from qa_sync.dataflow.model import Dataflow
from qa_sync.errors import CouldNotFindOut, UsageError
from qa_sync.running.events import (
    Event,
    RunFinished,
    RunStarted,
    SectionFinished,
    SectionStarted,
    SpecStarted,
    StepStarted,
)
from qa_sync.values.conversion import spell


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


@dataclass(frozen=True, slots=True)
class Audit:
    """Documents to be audited with what is known beside them; `seconds` tells real time, `scratch` is emptied after."""

    dataflows: Sequence[Dataflow]
    known: Known
    wish: Wish
    engine: Engine
    terms: Terms
    clock: Clock
    seconds: Callable[[], float]
    scratch: Path

    def events(self) -> Iterator[Event]:
        """Carry the audit out and tell of it; raises what reading and the engine raise."""
        begun, started = self.seconds(), self.clock.now().replace(microsecond=0)
        had_before = earlier(self.terms.differences)
        plans = {d.path: plan(d, self.dataflows, self.known) for d in self.dataflows}
        yield RunStarted("audit", "", started, sum(len(_ids(p)) for some in plans.values() for p in some))
        yield from self._begun(plans)
        every = [p for some in plans.values() for p in some]
        records = stock(self.engine, every, self.wish)
        ledger = Ledger(Spool(self.scratch / "differences.parquet", SCHEMA), self.terms.samples)
        outcomes: dict[str, list[Outcome]] = {}
        for dataflow in self.dataflows:
            work = _Work(self, [_without_absent(p, records) for p in plans[dataflow.path]], records, ledger)
            outcomes[dataflow.path] = []
            for one in work.outcomes():
                yield StepStarted(dataflow.path, one.plan.section.key, "compare the records")
                outcomes[dataflow.path].append(one)
        found = ledger.spool.close()
        told = trends(self.engine, self.terms.differences, found) if had_before and self.terms.differences else None
        for dataflow in self.dataflows:
            yield from _told(
                dataflow, plans[dataflow.path], outcomes[dataflow.path], Told(dataflow.path, self.terms.max_drift, told)
            )
        if self.terms.differences:
            _put(found, self.terms.differences)
        yield RunFinished(self.seconds() - begun)

    def _begun(self, plans: Mapping[str, Sequence[SectionPlan]]) -> Iterator[Event]:
        """Tell of all sections at once: their records are read together."""
        for dataflow in self.dataflows:
            planned = {one.section.key: one for one in plans[dataflow.path]}
            yield SpecStarted(dataflow.path, dataflow.title)
            for s in dataflow.sections:
                ids = _ids(planned[s.key]) if s.key in planned else ()
                yield SectionStarted(dataflow.path, s.key, s.ordinal, s.heading, s.line, s.duplicate_of, ids)
                if s.key in planned:
                    yield StepStarted(dataflow.path, s.key, "read the records")


def _ids(plan: SectionPlan) -> tuple[str, ...]:
    if plan.ready is None:
        return (coverage_id(plan, 0),)
    return (coverage_id(plan, 0), coverage_id(plan, 1), unique_id(plan), *(c.id for c in plan.ready.claims))


def _told(dataflow: Dataflow, plans: Sequence[SectionPlan], outcomes: Sequence[Outcome], told: Told) -> Iterator[Event]:
    by_key = {one.plan.section.key: one for one in outcomes}
    planned = {one.section.key: one for one in plans}
    for section in dataflow.sections:
        if (one := planned.get(section.key)) is not None:
            outcome = by_key.get(section.key)
            yield from verdicts(outcome, told) if outcome else untried(one, told)
        yield SectionFinished(dataflow.path, section.key)


def _without_absent(plan: SectionPlan, records: Stock) -> SectionPlan:
    """Return the plan without the claims that an export has no column for; raises UsageError where a key is absent."""
    if plan.ready is None:
        return plan
    ready, absent = plan.ready, [side.absent for side in sides_of(records, plan, plan.ready)]
    for keys in ready.match.keys:
        for at, key in enumerate(keys):
            if key.path in absent[at]:
                told = f"the export of {plan.labels[at]} has no column {key.path!r}, by which records are matched"
                raise UsageError(told)
    claims = []
    for claim in ready.claims:
        ends = (
            (claim.source.path, *(w.path for w in claim.whens[0])),
            (claim.target.path, *(w.path for w in claim.whens[1])),
        )
        lacking = [path for at in (0, 1) for path in ends[at] if path in absent[at]]
        claims.append(
            replace(claim, skip=f"the export has no column {lacking[0]!r}") if lacking and claim.judged else claim
        )
    return replace(plan, ready=replace(ready, claims=tuple(claims)))


@dataclass(slots=True)
class _Work:
    """The sections of one document under way: all are matched before any is judged, as references need."""

    audit: Audit
    plans: Sequence[SectionPlan]
    records: Stock
    ledger: Ledger

    @property
    def ground(self) -> Ground:
        return Ground(self.audit.engine, self.audit.scratch, self.audit.terms.zone)

    def outcomes(self) -> Iterator[Outcome]:
        ready = [(p, p.ready) for p in self.plans if p.ready is not None]
        matched = {p.section.ordinal: self._matched(p, r) for p, r in ready}
        wanted = {c.through for _, r in ready for c in r.judged if c.through is not None}
        pairs = {ordinal: self.audit.engine.keep(matched[ordinal].pairs()) for ordinal in wanted}
        left = self.audit.terms.recheck
        for p, r in ready:
            again = Again(sides_of(self.records, p, r), left, self._cutoff)
            yield self._outcome(p, r, matched[p.section.ordinal], pairs, again)
            left = again.left

    def _matched(self, p: SectionPlan, r: Ready) -> Matched:
        one, other = sides_of(self.records, p, r)
        return match(self.ground, r.match, one, other, self._links(r))

    def _links(self, r: Ready) -> Table | None:
        if r.match.way is not Way.LINKS or self.audit.terms.links is None:
            return None
        schema = pa.schema([("sid", pa.string()), ("tid", pa.string())])
        spool = Spool(self.audit.scratch / f"links-{r.match.links}.parquet", schema)
        for source, target in linked(self.audit.terms.links, r.match.links):
            spool.add([(source, target)])
        return self.audit.engine.read([spool.close()])

    def _outcome(self, p: SectionPlan, r: Ready, matched: Matched, pairs: Mapping[int, Table], again: Again) -> Outcome:
        sides, claims = sides_of(self.records, p, r), r.judged
        translations = {n: pairs[c.through] for n, c in enumerate(claims) if c.through is not None}
        key = (r.match.keys[0][0].path, r.match.keys[0][1].path) if matched.by_key else None
        both = Sides(claims, matched, sides, translations, self._cutoffs(sides), key)
        codes = judge(self.ground, both)
        found = dict(counts(self.audit.engine, codes, len(claims)))
        newcomers = Newcomers(self.ground, r.match, sides)
        found |= self._several(p, matched, again, newcomers)
        self._alone(p, r, codes, again, newcomers)
        if wrong := unsettled(found, len(claims)):
            settler = Settler(self.ground, claims, translations, again, self.ledger)
            for batch in self.audit.engine.batches(suspects(self.ground, both, codes, wrong)):
                settler.settle(batch)
        return Outcome(p, r, found, self.ledger, (*_notes(r, sides, found), *self._ageless(sides)))

    def _several(self, p: SectionPlan, matched: Matched, again: Again, newcomers: Newcomers) -> Mapping[str, int]:
        if matched.several is None:
            return {"several_source": 0, "several_target": 0}
        pairs = matched.several
        settle_several(self.audit.engine, pairs, unique_id(p), again=again, ledger=self.ledger, newcomers=newcomers)
        return self.audit.engine.row(
            pairs.aggregate(several_source=pairs.sid.nunique(), several_target=pairs.tid.nunique())
        )

    def _alone(self, p: SectionPlan, r: Ready, codes: Table, again: Again, newcomers: Newcomers) -> None:
        old = codes.filter(~codes.young)
        for at, (mine, other) in enumerate((("sid", "there"), ("tid", "here"))):
            rows = old.filter(~old[other])
            claimed = not ((r.no_coverage or r.only_a_person, r.no_reverse)[at])
            reader = again if claimed else Again(again.sides, 0, again.cutoff)
            lonely, keyless = (rows.filter(rows.keyed), rows.filter(~rows.keyed))
            check = coverage_id(p, at)
            settle_alone(
                self.ground, lonely.select(id=mine), at, check, again=reader, ledger=self.ledger, newcomers=newcomers
            )
            settle_keyless(self.audit.engine, keyless.select(id=mine), at, check, self.ledger)

    def _ageless(self, sides: tuple[Loaded, Loaded]) -> Iterator[str]:
        for side in sides if self.audit.terms.min_age else ():
            count = self.audit.engine.row(
                side.table.aggregate(rows=side.table.count(), dated=side.table.modified.count())
            )
            if without := count["rows"] - count["dated"]:
                yield f"{without:,} of {side.label} do not tell when they changed, and are judged whatever their age"

    def _cutoff(self) -> datetime | None:
        age = self.audit.terms.min_age
        return self.audit.clock.now() - age if age else None

    def _cutoffs(self, sides: tuple[Loaded, Loaded]) -> tuple[str | None, str | None]:
        age = self.audit.terms.min_age
        one, other = (spell(side.as_of - age) if age else None for side in sides)
        return one, other


def _notes(r: Ready, sides: tuple[Loaded, Loaded], found: Mapping[str, int]) -> Iterator[str]:
    yield str(r.match)
    if found["young"]:
        yield f"{found['young']:,} are too young to be judged"
    for side in sides:
        if side.partial:
            yield f"of {side.label} only changes were read, so what was removed there meanwhile is not seen (--fresh)"


def _put(found: Path, place: Path) -> None:
    beside = place.with_name(f".{place.name}.unfinished")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(found, beside)
        beside.replace(place)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        told = f"the differences could not be written to {place}: {error.strerror or error}"
        raise CouldNotFindOut(told, hint="--differences names another place") from None
