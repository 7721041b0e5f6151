"""What time makes of a verdict: not yet, never, or too late."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.environment import Environment
from qa_sync.running.events import Status


class ClaimState(Struct, frozen=True):
    """A claim's last verdict and when it began to hold (None: it does not)."""

    verdict: Verdict
    passing_since: datetime | None


CYCLES_TO_REST = 2
"""Completed cycles of a sync after which it counts as at rest: what the first has moved, the second has seen."""


def passing_since(verdict: Verdict, previous: ClaimState | None, now: datetime) -> datetime | None:
    """Return since when a claim holds, None when it does not."""
    if verdict.status is not Status.PASSED:
        return None
    return previous.passing_since if previous and previous.passing_since else now


def timeout_verdict(verdict: Verdict, environment: Environment, polls: int) -> Verdict:
    """Return the verdict of a wait that is over.

    What has not arrived is lost when the sync is known to have come to rest without it, or when an arrival was promised
    by now. Else nobody knows whether it would still come: `error`, not `failed`.
    """
    if verdict.final or verdict.status is not Status.FAILED:
        return verdict
    waited_s = environment.poll_policy.timeout_s
    message = f"{verdict.message}; looked {polls} times in {waited_s:g} s"
    if environment.cycles_known and polls >= CYCLES_TO_REST:
        return replace(verdict, message=f"{message}, each after a cycle of the sync")
    if environment.max_lag_s is not None:
        return replace(verdict, message=f"{message}, where {environment.max_lag_s:g} s are promised")
    return replace(verdict, status=Status.ERROR, message=f"not yet: {message}")


def check_latency(verdict: Verdict, environment: Environment, latency_s: float) -> Verdict:
    """Return a verdict that says so when something arrived later than is promised."""
    limit = environment.max_lag_s
    if limit is None or latency_s <= limit or verdict.status is not Status.PASSED:
        return verdict
    message = f"it arrived after {latency_s:.1f} s, expected within {limit:g} s"
    return replace(verdict, status=Status.FAILED, message=message, expected=limit, actual=latency_s)
