"""One scenario carried out on a stage: steps become events, claims become verdicts, errors become values here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from qa_sync.checklist.model import (
    Carries,
    Check,
    Claim,
    Deed,
    Delete,
    Edit,
    Expect,
    Insert,
    Pause,
    Remember,
    Scenario,
    SectionPlan,
    Settle,
    Side,
    Unchanged,
)
from qa_sync.errors import BrokenRule, QaSyncError
from qa_sync.running.claims.check_claim import judge
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.deadlines import Seen, holds_since, in_time, patient
from qa_sync.running.environment import Stage
from qa_sync.running.events import Arrival, CheckFinished, Leftover, Looked, Status, StepStarted, Way
from qa_sync.running.open_checks import BROKEN, Docket, Ruling
from qa_sync.running.polling import Waited, until
from qa_sync.running.scenario_records import Gone, Held, Scene
from qa_sync.running.step_log import Account, awaited, told
from qa_sync.systems.responses.exchange_log import heard_of
from qa_sync.systems.system import Exchanged

Claims = tuple[tuple[str | None, Claim], ...]


class _Unmet(Exception):
    """A precondition does not hold: no error, but what follows has nothing to stand on."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = replace(verdict, message=f"needs what did not happen: {verdict.message}")


class Play:
    """One scenario on its way; `leftovers` are known when the events have all been taken.

    `create_failed` says that the section's promise to create is known to be broken already; whoever takes the events
    sets `unwell` when a check failed or could not be found out.
    """

    def __init__(
        self, spec: str, plan: SectionPlan, scenario: Scenario, stage: Stage, *, create_failed: bool = False
    ) -> None:
        self.spec = spec
        self.plan = plan
        self.scenario = scenario
        self.stage = stage
        self.create_failed = create_failed
        self.leftovers: list[Leftover] = []
        self.account = Account()
        self.unwell = False
        self._claimed: defaultdict[str | None, list[Claim]] = defaultdict(list)
        for check, claim in (named for step in scenario.steps if isinstance(step, Expect) for named in step.claims):
            self._claimed[check].append(claim)

    def events(self) -> Generator[StepStarted | Looked | CheckFinished, None, None]:
        """Carry the scenario out; yield every check of it exactly once, whatever happens, and then clean up."""
        docket = Docket(self.plan.checks, self.scenario)
        scene = Scene(self.stage, self.scenario)
        try:
            yield from self._steps(scene, docket)
        except BrokenRule:
            raise
        except _Unmet as unmet:
            yield from self._unmet(unmet.verdict, list(docket.open.values()))
        except Gone as gone:
            lost = _Unmet(Verdict(Status.FAILED, gone.message)).verdict
            yield from self._unmet(lost, list(docket.open.values()))
        except QaSyncError as error:
            ruling = Ruling(Verdict(Status.ERROR, self._told(str(error))))
            yield from (self._finished(c, ruling) for c in docket.open.values())
        finally:
            self.leftovers.extend(scene.remove_all(self.stage.keep.why(unwell=self.unwell)))

    def _unmet(self, why: Verdict, left: list[Check]) -> Iterator[CheckFinished]:
        """Skip what has nothing to stand on; but a record that never came is itself a broken promise, told once.

        It is told of a check about whole records where there is one: a promise that is broken is never only skipped.
        """
        whole = next((c for c in left if c.pair is None), next(iter(left), None))
        for check in left:
            told_here = (check is whole and not self.create_failed) or why.status is Status.ERROR
            yield self._finished(check, Ruling(why if told_here else Verdict(Status.SKIPPED, why.message)))

    def _steps(self, scene: Scene, docket: Docket) -> Iterator[StepStarted | Looked | CheckFinished]:
        for step in self.scenario.steps:
            text = told(scene, step)
            self.account.note(step, text)
            yield StepStarted(self.spec, self.plan.section.key, text)
            if isinstance(step, Expect):
                yield from self._decide(scene, step, docket)
            else:
                self._do(scene, step)

    def _do(self, scene: Scene, step: Deed) -> None:
        match step:
            case Insert():
                scene.insert(step)
            case Edit():
                scene.edit(step)
            case Delete():
                scene.delete(Held(step.role, step.side))
            case Pause():
                self.stage.clock.sleep(step.seconds)
            case Settle():
                self.stage.settle(step.cycles)
            case Remember():
                scene.remember(step.roles)

    def _decide(self, scene: Scene, step: Expect, docket: Docket) -> Iterator[Looked | CheckFinished]:
        claims = docket.asked(step)
        if not claims:
            if step.wait:  # what is known to be broken is not waited for, but what follows is another edit
                self.stage.settle(1)
            return
        waited = yield from self._waited(scene, step, claims)
        looks = waited.looks if step.wait else None
        rulings = {claim: self._ruled(scene, claim, seen, looks) for claim, seen in waited.last.items()}
        for check, claim in claims:
            if check is not None:
                docket.note(check, rulings[claim])
        decided = docket.decided([check for check, _ in claims])
        yield from (self._finished(check, ruling) for check, ruling in decided)
        for check, claim in claims:
            if check is None and rulings[claim].verdict.status is not Status.PASSED:
                raise _Unmet(rulings[claim].verdict)

    def _ruled(self, scene: Scene, claim: Claim, seen: Seen, looks: int | None) -> Ruling:
        """Return what a claim has come to; `looks` is None when nothing was waited for."""
        if looks is None or isinstance(claim, Unchanged):
            return Ruling(seen.verdict)
        verdict = patient(seen.verdict, self.stage, looks)
        if seen.since is None:
            return Ruling(verdict)
        latency_s = (seen.since - scene.written_at).total_seconds()
        self.stage.pace.note(latency_s)
        way = Way.BACKWARD if claim.side is Side.SOURCE else Way.FORWARD
        return Ruling(in_time(verdict, self.stage, latency_s), (Arrival(way, latency_s),))

    def _waited(
        self, scene: Scene, step: Expect, claims: Claims
    ) -> Generator[Looked, None, Waited[Mapping[Claim, Seen]]]:
        seen: Mapping[Claim, Seen] = {}
        if not step.wait:
            return Waited(self._look(scene, claims, seen), 1)

        def look() -> Mapping[Claim, Seen]:
            nonlocal seen
            self.stage.let_sync_work()
            seen = self._look(scene, claims, seen)
            return seen

        patience, what = self.stage.patience, awaited(scene, step)
        for waited in until(_all_final, look, self.stage.clock, patience):
            if not waited.over:
                told = (what, waited.looks, waited.waited_s, patience.timeout_s)
                yield Looked(self.spec, self.plan.section.key, *told)
        return waited

    def _look(self, scene: Scene, claims: Claims, before: Mapping[Claim, Seen]) -> Mapping[Claim, Seen]:
        scene.begin_look()
        distinct = dict.fromkeys(claim for _, claim in sorted(claims, key=lambda named: isinstance(named[1], Carries)))
        verdicts = [(claim, judge(scene, claim)) for claim in distinct]
        now: datetime = self.stage.clock.now()
        return {claim: Seen(v, holds_since(v, before.get(claim), now)) for claim, v in verdicts}

    def _told(self, message: str | None) -> str | None:
        return f"{self.plan.section.heading}: {message}" if message else None

    def _finished(self, check: Check, ruling: Ruling) -> CheckFinished:
        verdict = ruling.verdict
        self.create_failed |= check.kind == "create" and verdict.status is Status.FAILED
        return CheckFinished(
            spec=self.spec,
            key=self.plan.section.key,
            id=check.id,
            kind=check.kind,
            title=check.title,
            line=check.line,
            status=verdict.status,
            origin=check.origin,
            message=self._told(verdict.message) if verdict.status is Status.FAILED else verdict.message,
            expected=verdict.expected,
            actual=verdict.actual,
            latency_s=ruling.latency_s,
            records=verdict.records,
            difference=verdict.difference,
            steps=self._steps_of(check),
            exchanges=self._exchanges(verdict) if verdict.status in BROKEN else (),
            arrivals=tuple(a for way in Way for a in ruling.arrivals if a.way is way),
        )

    def _exchanges(self, verdict: Verdict) -> tuple[Exchanged, ...]:
        heard = dict.fromkeys(heard_of(system) for system in self.stage.systems.values())
        ids = {record.id for record in verdict.records}
        return tuple(found for one in heard for found in one.about(ids))

    def _steps_of(self, check: Check) -> tuple[str, ...]:
        return self.account.of(check, tuple(self._claimed[check.id]))


def _all_final(seen: Mapping[Claim, Seen]) -> bool:
    return all(s.verdict.final for s in seen.values())
