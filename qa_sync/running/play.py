"""One scenario carried out on a stage: steps become events, claims become verdicts, errors become values here."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from qa_sync.checklist.model import (
    Appears,
    Carries,
    Check,
    Claim,
    Edit,
    Expect,
    Insert,
    Remember,
    Scenario,
    SectionPlan,
    Settle,
    Side,
    Step,
)
from qa_sync.errors import BrokenRule, QaSyncError
from qa_sync.running.events import CheckFinished, Leftover, Status, StepStarted
from qa_sync.running.judge import Verdict, judge
from qa_sync.running.scene import Held, Scene
from qa_sync.running.stage import Stage
from qa_sync.running.waiting import Waited, until


class _Unmet(Exception):
    """A precondition does not hold: no error, but what follows has nothing to stand on."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = replace(verdict, message=f"needs what did not happen: {verdict.message}")


@dataclass(frozen=True, slots=True)
class Seen:
    """A claim's last verdict and when it began to hold (None: it does not)."""

    verdict: Verdict
    since: datetime | None


@dataclass(slots=True)
class Play:
    """One scenario on its way; `leftovers` are known when the events have all been taken.

    `create_failed` says that the section's promise to create is known to be broken already; whoever takes the events
    sets `unwell` when a check failed or could not be found out.
    """

    spec: str
    plan: SectionPlan
    scenario: Scenario
    stage: Stage
    create_failed: bool = False
    leftovers: list[Leftover] = field(default_factory=list)
    unwell: bool = False

    def events(self) -> Generator[StepStarted | CheckFinished, None, None]:
        """Carry the scenario out; yield every check of it exactly once, whatever happens, and then clean up."""
        open_checks = {c.id: c for c in self.plan.checks if c.id in self.scenario.checks}
        scene = Scene(self.stage, self.scenario)
        try:
            yield from self._steps(scene, open_checks)
        except BrokenRule:
            raise
        except _Unmet as unmet:
            yield from self._unmet(unmet.verdict, list(open_checks.values()))
        except QaSyncError as error:
            verdict = Verdict(Status.ERROR, self._told(str(error)))
            yield from (self._finished(c, verdict) for c in open_checks.values())
        finally:
            self.leftovers.extend(scene.remove_all(self.stage.keep.why(unwell=self.unwell)))

    def _unmet(self, why: Verdict, left: list[Check]) -> Iterator[CheckFinished]:
        """Skip what has nothing to stand on; but a record that never came is itself a broken promise, told once."""
        whole = next((c for c in left if c.pair is None), None)
        for check in left:
            told = check is whole and not self.create_failed
            yield self._finished(check, why if told else Verdict(Status.SKIPPED, why.message))

    def _steps(self, scene: Scene, open_checks: dict[str, Check]) -> Iterator[StepStarted | CheckFinished]:
        for step in self.scenario.steps:
            yield StepStarted(self.spec, self.plan.section.key, _told(scene, step))
            match step:
                case Insert():
                    scene.insert(step)
                case Edit():
                    scene.edit(step)
                case Settle():
                    for _ in range(step.cycles):
                        self.stage.let_sync_work()
                case Remember():
                    scene.remember(step.roles)
                case Expect():
                    yield from self._decide(scene, step, open_checks)

    def _decide(self, scene: Scene, step: Expect, open_checks: dict[str, Check]) -> Iterator[CheckFinished]:
        waited = self._waited(scene, step) if step.wait else Waited(self._look(scene, step, {}), 1)
        seen = waited.last
        for check_id, claim in step.claims:
            if check_id is not None:
                latency = _latency(scene, seen[claim]) if step.wait else None
                verdict = self._patient(seen[claim].verdict, waited.looks)
                yield self._finished(open_checks.pop(check_id), verdict, latency)
        for check_id, claim in step.claims:
            if check_id is None and seen[claim].verdict.status is not Status.PASSED:
                raise _Unmet(seen[claim].verdict)

    def _patient(self, verdict: Verdict, looks: int) -> Verdict:
        """Return a verdict that says how long it was hoped for otherwise."""
        if looks == 1 or verdict.final or verdict.status is not Status.FAILED:
            return verdict
        return replace(verdict, message=f"{verdict.message}; looked {looks} times in {self.stage.timeout_s:g} s")

    def _waited(self, scene: Scene, step: Expect) -> Waited[Mapping[Claim, Seen]]:
        seen: Mapping[Claim, Seen] = {}

        def look() -> Mapping[Claim, Seen]:
            nonlocal seen
            self.stage.let_sync_work()
            seen = self._look(scene, step, seen)
            return seen

        return until(_all_final, look, self.stage.clock, self.stage.timeout_s, self.stage.first_pause_s)

    def _look(self, scene: Scene, step: Expect, before: Mapping[Claim, Seen]) -> Mapping[Claim, Seen]:
        scene.begin_look()
        verdicts: dict[Claim, Verdict] = {}
        for _, claim in sorted(step.claims, key=lambda named: isinstance(named[1], Carries)):
            if isinstance(claim, Carries) and not any(isinstance(c, Carries) for c in verdicts):
                _refresh(scene, claim)
            verdicts[claim] = judge(scene, claim)
        now = self.stage.clock.now()
        return {claim: Seen(v, _holds_since(v, before.get(claim), now)) for claim, v in verdicts.items()}

    def _told(self, message: str | None) -> str | None:
        return f"{self.plan.section.heading}: {message}" if message else None

    def _finished(self, check: Check, verdict: Verdict, latency_s: float | None = None) -> CheckFinished:
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
            latency_s=latency_s,
            records=verdict.records,
        )


def _latency(scene: Scene, seen: Seen) -> float | None:
    return (seen.since - scene.written_at).total_seconds() if seen.since else None


def _refresh(scene: Scene, claim: Carries) -> None:
    """Read both records once for all claims of this look."""
    for side in Side:
        held = Held(claim.role, side)
        if held in scene.ids:
            scene.look(held)


def _all_final(seen: Mapping[Claim, Seen]) -> bool:
    return all(s.verdict.final for s in seen.values())


def _holds_since(verdict: Verdict, before: Seen | None, now: datetime) -> datetime | None:
    if verdict.status is not Status.PASSED:
        return None
    return before.since if before and before.since else now


def _told(scene: Scene, step: Step) -> str:
    match step:
        case Insert():
            return f"make {_who(scene, Held(step.role, step.side))}"
        case Edit():
            return f"edit {_who(scene, Held(step.role, step.side))}"
        case Settle():
            return f"let the sync work for {step.cycles} more cycles"
        case Remember():
            return f"remember the {' and the '.join(step.roles)}"
        case Expect():
            claim = step.claims[0][1]
            if isinstance(claim, Appears | Carries):
                return f"wait for {_who(scene, Held(claim.role, claim.side))}"
            return "look again"


def _who(scene: Scene, held: Held) -> str:
    return f"{scene.system(held).label} {scene.card(held).names[0]} ({held.role})"
