"""Makes the check results of an observation from the verdicts on its sections."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.audit.model import Claim, SectionPlan
from qa_sync.dataflow.model import StatementKind
from qa_sync.observe.model import ClockNote, ObservedSection, ObserveOptions
from qa_sync.observe.reporting.case_text import records_of
from qa_sync.observe.reporting.verdicts import SAMPLES, SectionVerdicts, Verdict
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import CheckFinished, Direction, Status


def section_checks(
    section: ObservedSection, state: ObserveState, options: ObserveOptions, clocks: tuple[ClockNote, ClockNote]
) -> Iterator[CheckFinished]:
    """Yield the checks of a section, in the order of `check_ids`; `clocks` are those of the source and the target."""
    verdicts = SectionVerdicts(section, state, options, clocks)
    keep = section.plan.line(StatementKind.KEEP)
    for way in Direction:
        at = verdicts.place(way)
        yield _check(section, f"arrives/{way.value}", f"every change arrives {at}", verdicts.arrives(way))
        yield _check(section, f"lag/{way.value}", f"changes arrive {at} in time", verdicts.lag(way))
    for claim in section.auditable.claims:
        title = f"{claim.pair.source} -> {claim.pair.target}"
        yield _check(section, _carries(claim), title, verdicts.carried(claim), claim.line)
    yield _check(section, "unique", "no second counterpart appears", verdicts.unique())
    yield _check(section, "no-echo", "no value returns or is written again without an edit", verdicts.echo())
    yield _check(section, "newest-wins", "of two edits the later one wins", verdicts.newest(), keep)
    yield _check(section, "unlinked", "what the condition leaves out stays alone", verdicts.unlinked())


def not_observed(spec: str, plan: SectionPlan) -> CheckFinished:
    """Return the skipped check of a section whose records cannot be matched."""
    section = plan.section
    return CheckFinished(
        spec=spec,
        key=section.key,
        id=f"{plan.prefix}/arrives/{Direction.FORWARD.value}",
        kind="arrives",
        title=section.heading,
        line=section.line,
        status=Status.SKIPPED,
        message=plan.skip_reason,
    )


def _check(section: ObservedSection, name: str, title: str, verdict: Verdict, line: int | None = None) -> CheckFinished:
    plan = section.plan
    return CheckFinished(
        spec=section.spec,
        key=plan.section.key,
        id=f"{plan.prefix}/{name}",
        kind=name.split("/", 1)[0],
        title=title,
        line=line or plan.line(StatementKind.EVERY),
        status=verdict.status,
        message=verdict.message,
        expected=verdict.expected,
        actual=verdict.actual,
        records=tuple(ref for case in verdict.shown[:SAMPLES] for ref in records_of(section, case)),
    )


def check_ids(section: ObservedSection) -> tuple[str, ...]:
    """Return the ids of a section's checks in their order."""
    ways = [f"{kind}/{way.value}" for way in Direction for kind in ("arrives", "lag")]
    carried = [_carries(claim) for claim in section.auditable.claims]
    rest = ("unique", "no-echo", "newest-wins", "unlinked")
    return tuple(f"{section.plan.prefix}/{one}" for one in (*ways, *carried, *rest))


def _carries(claim: Claim) -> str:
    return "carries/" + claim.id.split("/property/", 1)[1]
