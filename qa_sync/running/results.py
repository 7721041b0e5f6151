"""The results of a run, the input of every report and of the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.running.events import Arrival, CheckFinished, Direction, Leftover, Observed, Status, worst_status
from qa_sync.running.section_checks import JoinedChecks, SectionSummary, summary_of
from qa_sync.spill import SpilledTuple

DIRECTIONS = {"update-backward": Direction.BACKWARD, "newest-wins": None, "independent": None}
"""The direction of arrivals by check kind where a result does not have it: None for either, else forward."""


def arrivals_of(check: CheckFinished) -> tuple[Arrival, ...]:
    """Return the arrivals of a check; results of older versions have only the slowest."""
    direction = DIRECTIONS.get(check.kind, Direction.FORWARD)
    if check.arrivals or check.latency_s is None or direction is None:
        return check.arrivals
    return (Arrival(direction, check.latency_s),)


class Latency(Struct, frozen=True):
    """Latency of `count` arrivals in seconds: median and 95th percentile."""

    count: int
    p50_s: float
    p95_s: float
    max_s: float


class SectionResult(Struct, frozen=True):
    """A section with its checks in the order of the checklist; those of a large run are in a temporary file.

    `observed` is what an observation saw.
    """

    key: str
    ordinal: int
    heading: str
    line: int
    duplicate_of: int | None
    checks: Sequence[CheckFinished]
    observed: Observed | None = None

    @property
    def summary(self) -> SectionSummary:
        """The numbers of its checks."""
        known = self.checks.summary if isinstance(self.checks, SpilledTuple) else None
        return known if isinstance(known, SectionSummary) else summary_of(self.checks)

    @property
    def status(self) -> Status:
        """The worst status of its checks; `skipped` when it has none."""
        return worst_status(self.summary.counts) or Status.SKIPPED

    @property
    def latencies(self) -> dict[str, Latency]:
        """Latency of arrivals, `forward` (on the target) and `backward`; no entry without arrivals."""
        arrivals = [arrival for check in self.checks for arrival in arrivals_of(check)]
        found = {direction: sorted(a.latency_s for a in arrivals if a.way is direction) for direction in Direction}
        return {direction.value: _latency(seconds) for direction, seconds in found.items() if seconds}


class SpecResult(Struct, frozen=True):
    """A spec with its sections in order; `text` is the text of the spec, None when it was not kept.

    `newly` are the ids of checks that fail or have an error, and did not in their last run (None: not known);
    `verified` is the real time at which a check last passed or failed, in this run or an earlier one (None: not known).
    `simulated`: its latencies are of a simulated clock, in a run in which not all are.
    """

    spec: str
    title: str
    sections: tuple[SectionResult, ...]
    text: str | None = None
    newly: Sequence[str] | None = None
    verified: datetime | None = None
    simulated: bool = False


class KnownFailure(Struct, frozen=True):
    """A known failure, which does not fail the run. `expires` is an ISO date.

    `spec` is the path of the check's spec; results of older versions have none.
    """

    check: str
    owner: str
    reason: str
    expires: str
    spec: str | None = None


class Recording(Struct, frozen=True):
    """A recording that a section was replayed from.

    `recorded` is its time (UTC; in the sandbox a virtual time), `ended` that of its last request (None: not recorded),
    `requests` the number of its requests, `unplayed` are the requests that the replay never made, as `METHOD url`.
    """

    spec: str
    key: str
    path: str
    recorded: datetime
    requests: int
    unplayed: tuple[str, ...] = ()
    ended: datetime | None = None


class Results(Struct, frozen=True, dict=True):
    """The results of a run.

    `started` is in UTC (of a replay: the start of the recorded run), `duration_s` in real seconds, `recordings` are
    those of a replay.

    `known` are the failures in the baseline, `overdue` are the problems of the baseline itself (an entry that has
    expired, or whose check no longer fails), as sentences.

    `interrupted` says that checks did not run because the run was interrupted, `unfinished` that these are the results
    of a run that had not ended: it goes on, or was killed. `ran` is the real start in UTC (None:
    not known). With `simulated`, `started` and all latencies are of a simulated clock. `undeleted` is the number of
    leftovers whose deletion failed; those that the user keeps, or that the system cannot delete, do not count.
    `options` are the options of `qa-sync check` that a run like this one needs (None: not known).
    """

    mode: str
    seed: str
    started: datetime
    duration_s: float
    specs: tuple[SpecResult, ...]
    leftovers: tuple[Leftover, ...]
    recordings: Sequence[Recording] = ()
    known: tuple[KnownFailure, ...] = ()
    overdue: tuple[str, ...] = ()
    interrupted: bool = False
    ran: datetime | None = None
    simulated: bool = False
    undeleted: int = 0
    options: tuple[str, ...] | None = None
    unfinished: bool = False

    @cached_property
    def sections(self) -> tuple[SectionResult, ...]:
        """All sections of all specs."""
        return tuple(section for spec in self.specs for section in spec.sections)

    @cached_property
    def checks(self) -> Sequence[CheckFinished]:
        """All checks of all sections."""
        if any(isinstance(section.checks, SpilledTuple) for section in self.sections):
            return JoinedChecks([section.checks for section in self.sections])
        return tuple(c for section in self.sections for c in section.checks)

    def with_status(self, *statuses: Status) -> Iterator[CheckFinished]:
        """Yield the checks that have one of these statuses; sections without any are not read."""
        for section in self.sections:
            yield from checks_with_status(section, statuses)

    @cached_property
    def totals(self) -> Mapping[Status, int]:
        """The number of checks of each status, all five always present."""
        count: Counter[Status] = Counter()
        for section in self.sections:
            count.update(section.summary.counts)
        return {status: count[status] for status in Status}

    @cached_property
    def known_by_check(self) -> Mapping[tuple[str, str], KnownFailure]:
        """The known failures by path of the spec and id of the check."""
        excused = {(entry.spec, entry.check): entry for entry in self.known}
        failed = self.with_status(Status.FAILED) if excused else ()
        found = ((c, excused.get((c.spec, c.id)) or excused.get((None, c.id))) for c in failed)
        return {(c.spec, c.id): entry for c, entry in found if entry}

    @cached_property
    def simulated_specs(self) -> frozenset[str]:
        """The specs whose latencies are of a simulated clock."""
        return frozenset(spec.spec for spec in self.specs if self.simulated or spec.simulated)

    def has_real_times(self, spec: str) -> bool:
        """Return whether the latencies of a spec are of this run and of a real clock: not replayed, not simulated."""
        return self.mode != "replay" and spec not in self.simulated_specs

    @property
    def stopped_early(self) -> bool:
        """Whether checks did not run because the run stopped at the first failure or error."""
        return any(section.summary.stopped_early for section in self.sections)

    @property
    def exit_code(self) -> int:
        """The exit code: 0 every check that ran passed, 1 a check failed, 3 a check could not be checked.

        When nothing ran (no check passed or failed), it is 3, never 0; it is 3 as well when records of the run could
        not be deleted. A known failure does not cause 1; a problem of the baseline does. A run that was cut short (by
        an interruption, or by -x) has 3 in any case: its failures may not be all.
        """
        if self.interrupted or self.unfinished or self.stopped_early:
            return 3
        totals = self.totals
        failed = totals[Status.FAILED] - len(self.known_by_check)
        if failed or self.overdue:
            return 1
        nothing_ran = not (totals[Status.PASSED] or totals[Status.FAILED])
        return 3 if totals[Status.ERROR] or nothing_ran or self.undeleted else 0


def checks_with_status(section: SectionResult, statuses: Collection[Status]) -> Iterator[CheckFinished]:
    """Yield the checks of a section that have one of these statuses."""
    if any(status in statuses for status in section.summary.counts):
        yield from (check for check in section.checks if check.status in statuses)


def with_texts(results: Results, texts: Mapping[str, str]) -> Results:
    """Return the results with the texts of the specs, by path, so that a report can show them."""
    return replace(results, specs=tuple(replace(spec, text=texts.get(spec.spec)) for spec in results.specs))


def _latency(seconds: list[float]) -> Latency:
    """Return the nearest-rank percentiles of sorted numbers."""
    count = len(seconds)
    p50, p95 = (seconds[max(0, ceil(count * share) - 1)] for share in (0.50, 0.95))
    return Latency(count, p50, p95, seconds[-1])
