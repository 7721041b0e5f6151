"""Compares two runs: newly failing, fixed, new, removed and slower checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import TypeAlias

from msgspec import Struct

from qa_sync.running.events import CheckFinished, Status
from qa_sync.running.results import Results

LEAST_S = 1.0
LEAST_SHARE = 0.2
DEVIATIONS = 3
SIGMA = 1.4826
"""Times the median absolute deviation: a robust estimate of the standard deviation."""

RULE = (
    "slower: of the checks of a section and kind that passed in both runs, the median latency grew by more than 1 s, "
    "by more than 20 %, and by more than three standard deviations of OLD (estimated from its median deviation)"
)

VERIFIED = frozenset({Status.PASSED, Status.FAILED})
BAD_STATUSES = frozenset({Status.FAILED, Status.ERROR})

Name: TypeAlias = tuple[str, str]
Group: TypeAlias = tuple[str, str, str]
"""A spec, the key of a section, and a kind of check."""


class CheckChange(Struct, frozen=True):
    """A check in the two runs; None in a run that does not have it."""

    old: CheckFinished | None
    new: CheckFinished | None

    @property
    def check(self) -> CheckFinished:
        """The check in the newer run, else in the older one."""
        check = self.new or self.old
        assert check is not None  # noqa: S101 - at least one run has the check
        return check


class Slower(Struct, frozen=True):
    """A kind of check in a section that became slower; medians in seconds, of `checks` that passed in both runs."""

    spec: str
    key: str
    kind: str
    checks: int
    old_s: float
    new_s: float


class Comparison(Struct, frozen=True):
    """The changes between two runs, in the order of the newer run (`gone`: of the older).

    `simulated`: latencies of one of the runs are of a simulated clock.
    """

    failing: tuple[CheckChange, ...]
    unclear: tuple[CheckChange, ...]
    unverified: tuple[CheckChange, ...]
    fixed: tuple[CheckChange, ...]
    added: tuple[CheckChange, ...]
    gone: tuple[CheckChange, ...]
    slower: tuple[Slower, ...]
    simulated: bool = False

    @property
    def exit_code(self) -> int:
        """1 when a check newly fails, else 3 when a check newly has no verdict, else 0."""
        return 1 if self.failing else 3 if self.unclear else 0


def compare(old: Results, new: Results) -> Comparison:
    """Compare two runs check by check; the same check has the same spec and id."""
    before, after = _by_name(old), _by_name(new)
    changes = [CheckChange(before.get(name), check) for name, check in after.items()]
    return Comparison(
        failing=tuple(c for c in changes if _changes_to(c, Status.FAILED)),
        unclear=tuple(c for c in changes if _changes_to(c, Status.ERROR)),
        unverified=tuple(c for c in changes if _no_longer_verified(c)),
        fixed=tuple(c for c in changes if c.old and c.old.status in BAD_STATUSES and c.check.status is Status.PASSED),
        added=tuple(c for c in changes if c.old is None),
        gone=tuple(CheckChange(check, None) for name, check in before.items() if name not in after),
        slower=tuple(_slower(before, after)),
        simulated=bool(old.simulated_specs or new.simulated_specs),
    )


def _by_name(results: Results) -> dict[Name, CheckFinished]:
    return {(check.spec, check.id): check for check in results.checks}


def _changes_to(change: CheckChange, status: Status) -> bool:
    return change.check.status is status and (change.old is None or change.old.status is not status)


def _no_longer_verified(change: CheckChange) -> bool:
    old, new = change.old, change.check
    return old is not None and old.status in VERIFIED and new.status not in VERIFIED | {Status.ERROR}


def _slower(before: Mapping[Name, CheckFinished], after: Mapping[Name, CheckFinished]) -> Iterable[Slower]:
    groups: dict[Group, list[tuple[float, float]]] = {}
    for name, new in after.items():
        old = before.get(name)
        if old and (times := _times(old, new)):
            groups.setdefault((new.spec, new.key, new.kind), []).append(times)
    for (spec, key, kind), pairs in groups.items():
        old_s, new_s = median(one for one, _ in pairs), median(other for _, other in pairs)
        noise = DEVIATIONS * SIGMA * median(abs(one - old_s) for one, _ in pairs)
        if new_s - old_s > max(LEAST_S, LEAST_SHARE * old_s, noise):
            yield Slower(spec, key, kind, len(pairs), old_s, new_s)


def _times(old: CheckFinished, new: CheckFinished) -> tuple[float, float] | None:
    if old.latency_s is None or new.latency_s is None or {old.status, new.status} != {Status.PASSED}:
        return None
    return old.latency_s, new.latency_s
