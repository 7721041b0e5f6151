"""Verdicts about time: not yet, never, or too late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.claims import Claim
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.environment import Environment
from qa_sync.running.events import Status


class ClaimState(Struct, frozen=True):
    """The last verdict of a claim, and since when it passes (None: it does not)."""

    verdict: Verdict
    passing_since: datetime | None


def all_final(states: Mapping[Claim, ClaimState]) -> bool:
    """Return whether no further poll can change a verdict."""
    return all(state.verdict.final for state in states.values())


CYCLES_TO_REST = 2
"""Completed cycles after which a sync is idle: the second cycle sees what the first one wrote."""


def passing_since(verdict: Verdict, previous: ClaimState | None, now: datetime) -> datetime | None:
    """Return since when a claim passes, None when it does not."""
    if verdict.status is not Status.PASSED:
        return None
    return previous.passing_since if previous and previous.passing_since else now


def timeout_verdict(verdict: Verdict, environment: Environment, polls: int) -> Verdict:
    """Return the verdict after a timeout.

    A missing change is lost when the sync is idle, or when the maximum latency has passed. Otherwise the change may
    still arrive: `error`, not `failed`.
    """
    if verdict.final or verdict.status is not Status.FAILED:
        return verdict
    waited_s = environment.poll_policy.timeout_s
    message = f"{verdict.message}; polled {polls} times in {waited_s:g} {environment.unit}"
    if environment.cycles_known and polls >= CYCLES_TO_REST:
        return replace(verdict, message=f"{message}, each after a cycle of the sync")
    if environment.max_lag_s is not None:
        return replace(verdict, message=f"{message}, the maximum latency is {environment.max_lag_s:g} s")
    return replace(verdict, status=Status.ERROR, message=f"not yet: {message}")


def check_latency(verdict: Verdict, environment: Environment, latency_s: float) -> Verdict:
    """Return a failure when a change arrived after the maximum latency, by the precision with which it is reported."""
    limit = environment.max_lag_s
    if limit is None or round(latency_s, 1) <= limit or verdict.status is not Status.PASSED:
        return verdict
    message = f"it arrived after {latency_s:.1f} {environment.unit}, expected within {limit:g} s"
    return replace(verdict, status=Status.FAILED, message=message, expected=limit, actual=latency_s)
