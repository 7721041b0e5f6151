"""What time makes of a verdict: not yet, never, or too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from qa_sync.frozen import dataclass
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.environment import Stage
from qa_sync.running.events import Status


@dataclass(frozen=True, slots=True)
class Seen:
    """A claim's last verdict and when it began to hold (None: it does not)."""

    verdict: Verdict
    since: datetime | None


ENOUGH = 2
"""Completed cycles of a sync after which it counts as at rest: what the first has moved, the second has seen."""


def holds_since(verdict: Verdict, before: Seen | None, now: datetime) -> datetime | None:
    """Return since when a claim holds, None when it does not."""
    if verdict.status is not Status.PASSED:
        return None
    return before.since if before and before.since else now


def patient(verdict: Verdict, stage: Stage, looks: int) -> Verdict:
    """Return the verdict of a wait that is over.

    What has not arrived is lost when the sync is known to have come to rest without it, or when an arrival was promised
    by now. Else nobody knows whether it would still come: `error`, not `failed`.
    """
    if verdict.final or verdict.status is not Status.FAILED:
        return verdict
    waited_s = stage.patience.timeout_s
    told = f"{verdict.message}; looked {looks} times in {waited_s:g} s"
    if stage.cycles_known and looks >= ENOUGH:
        return replace(verdict, message=f"{told}, each after a cycle of the sync")
    if stage.max_lag_s is not None:
        return replace(verdict, message=f"{told}, where {stage.max_lag_s:g} s are promised")
    return replace(verdict, status=Status.ERROR, message=f"not yet: {told}")


def in_time(verdict: Verdict, stage: Stage, latency_s: float) -> Verdict:
    """Return a verdict that says so when something arrived later than is promised."""
    limit = stage.max_lag_s
    if limit is None or latency_s <= limit or verdict.status is not Status.PASSED:
        return verdict
    told = f"it arrived after {latency_s:.1f} s, expected within {limit:g} s"
    return replace(verdict, status=Status.FAILED, message=told, expected=limit, actual=latency_s)
