"""Merges the results of several runs or shards into one: a check that stands in two is that of the newer run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.reports.history.earlier_runs import BAD_STATUSES, VERIFIED, verified_at
from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results, SectionResult, SpecResult


class Merged(Struct, frozen=True):
    """The merged results, and the number of checks of older runs that a newer one replaces."""

    results: Results
    replaced: int


def merge_results(runs: Sequence[Results]) -> Merged:
    """Merge at least one run; the order of the runs does not matter, except between two that started together.

    The newest run gives the seed; `started` and `ran` are the earliest, `duration_s` is the sum.
    """
    ordered = sorted(runs, key=_when)
    newest = ordered[-1]
    taken: dict[tuple[str, str], CheckFinished] = {}
    for run in ordered:
        taken |= {(check.spec, check.id): check for check in run.checks}
    specs: dict[str, list[SpecResult]] = {}
    for run in ordered:
        for spec in run.specs:
            specs.setdefault(spec.spec, []).append(spec)
    simulated = frozenset[str]().union(*(run.simulated_specs for run in ordered))
    all_simulated = simulated == specs.keys()
    merged = tuple(
        replace(_spec(several, taken), simulated=path in simulated and not all_simulated)
        for path, several in specs.items()
    )
    if len(merged) > 1:
        merged = tuple(
            replace(one, newly=_newly(specs[one.spec], taken), verified=_verified(ordered, one.spec)) for one in merged
        )
    excused = {(entry.spec, entry.check): entry for run in ordered for entry in run.known}
    results = replace(
        newest,
        mode=", ".join(dict.fromkeys(run.mode for run in ordered)),
        started=min(run.started for run in ordered),
        ran=min((run.ran for run in ordered if run.ran), default=None),
        duration_s=sum(run.duration_s for run in ordered),
        specs=merged,
        leftovers=tuple(dict.fromkeys(lost for run in ordered for lost in run.leftovers)),
        recordings=tuple({(r.spec, r.key): r for run in ordered for r in run.recordings}.values()),
        known=tuple(excused.values()),
        overdue=tuple(dict.fromkeys(text for run in ordered for text in run.overdue)),
        interrupted=any(run.interrupted for run in ordered),
        unfinished=any(run.unfinished for run in ordered),
        simulated=all_simulated,
        undeleted=sum(run.undeleted for run in ordered),
        options=newest.options if all(run.options == newest.options for run in ordered) else None,
    )
    return Merged(results, sum(len(run.checks) for run in runs) - len(taken))


def _when(run: Results) -> datetime:
    return run.ran or run.started


def _spec(several: Sequence[SpecResult], taken: Mapping[tuple[str, str], CheckFinished]) -> SpecResult:
    """Return one spec of the specs of one path, oldest first."""
    newest = several[-1]
    text = next((spec.text for spec in reversed(several) if spec.text is not None), None)
    sections: dict[str, list[SectionResult]] = {}
    for section in (section for spec in several for section in spec.sections):
        sections.setdefault(section.key, []).append(section)
    merged = [_section(newest.spec, parts, taken) for parts in sections.values()]
    return replace(newest, text=text, sections=tuple(sorted(merged, key=lambda section: section.ordinal)))


def _section(
    spec: str, parts: Sequence[SectionResult], taken: Mapping[tuple[str, str], CheckFinished]
) -> SectionResult:
    ids: Iterable[str] = dict.fromkeys(check.id for part in parts for check in part.checks)
    return replace(parts[-1], checks=tuple(taken[spec, name] for name in ids))


def _newly(several: Sequence[SpecResult], taken: Mapping[tuple[str, str], CheckFinished]) -> tuple[str, ...] | None:
    """Return the checks that fail and did not in the run before: of these runs, else as the newest says itself."""
    newest: dict[str, CheckFinished] = {}
    before: dict[str, Status] = {}
    told: dict[str, bool] = {}
    for spec in several:
        for check in (check for section in spec.sections for check in section.checks):
            if check.id in newest and newest[check.id].status in BAD_STATUSES | VERIFIED:
                before[check.id] = newest[check.id].status
            newest[check.id] = check
            if spec.newly is not None:
                told[check.id] = check.id in spec.newly
    if not before and not told:
        return None
    bad = (name for name in newest if taken[several[0].spec, name].status in BAD_STATUSES)
    return tuple(n for n in bad if (before[n] not in BAD_STATUSES if n in before else told.get(n, False)))


def _verified(ordered: Sequence[Results], path: str) -> datetime | None:
    found = (verified_at(run, spec) for run in ordered for spec in run.specs if spec.spec == path)
    return max((at for at in found if at), default=None)
