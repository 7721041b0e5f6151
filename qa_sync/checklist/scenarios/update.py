"""A linked pair is edited on either side and follows; then nothing moves any more, and a bystander never did."""

from __future__ import annotations

from qa_sync.checklist.brief import Brief, Part
from qa_sync.checklist.model import (
    Carries,
    Check,
    Claim,
    Edit,
    Expect,
    Remember,
    Scenario,
    Settle,
    Side,
    Step,
    Unchanged,
)
from qa_sync.dataflow.model import PropertyPair, StatementKind

CYCLES = 3
"""Further cycles in which nothing may move: an echo shows in the first, a ping-pong in the second."""


def update(brief: Brief) -> Part:
    """Return `update-forward`, `update-backward`, `stable` and `isolated` (DESIGN 3, row KEEP)."""
    line = brief.line(StatementKind.KEEP)
    no_create = brief.ends.no_create()
    forward = _directed(brief, "update-forward", Side.SOURCE, no_create)
    backward = _directed(brief, "update-backward", Side.TARGET, no_create)
    stable = brief.check("stable", "further cycles change nothing on either side", line, skip=no_create)
    isolated = brief.check("isolated", "a bystander record stays as it was", line, skip=no_create)
    checks = (*forward, *backward, stable, isolated)
    if no_create:
        return Part(checks)
    quiet: tuple[tuple[str | None, Claim], ...] = (
        (stable.id, Unchanged("subject")),
        (isolated.id, Unchanged("bystander")),
    )
    steps = (
        *brief.referred_arrive("update"),
        *brief.arrive("update", "bystander"),
        Settle(CYCLES),  # a sync may fill a new record in several goes
        Remember(("bystander",)),
        *brief.arrive("update", "subject"),
        *_edit(brief, Side.SOURCE, forward),
        *_edit(brief, Side.TARGET, backward),
        Remember(("subject",)),
        Settle(CYCLES),
        Expect(quiet, wait=False),
    )
    ids = (*(c.id for c in (*forward, *backward) if _tried(c)), stable.id, isolated.id)
    return Part(checks, (Scenario("update", brief.cast("bystander", "subject"), steps, ids),))


def _directed(brief: Brief, kind: str, edited: Side, no_create: str | None) -> tuple[Check, ...]:
    line = brief.line(StatementKind.KEEP)
    return tuple(
        brief.check(kind, _title(pair, edited), line, pair, skip=no_create or brief.ends.no_update(pair, edited))
        for pair in brief.pairs
    )


def _title(pair: PropertyPair, edited: Side) -> str:
    return f"{pair.source} -> {pair.target}" if edited is Side.SOURCE else f"{pair.target} -> {pair.source}"


def _tried(check: Check) -> bool:
    return not check.skip and not check.manual


def _edit(brief: Brief, edited: Side, checks: tuple[Check, ...]) -> tuple[Step, ...]:
    tried = tuple((c.id, c.pair) for c in checks if c.pair and _tried(c))
    if not tried:
        return ()
    values = brief.edited("update", "subject", edited, tuple(pair for _, pair in tried))
    followed = tuple((check, Carries("subject", edited.other, pair)) for check, pair in tried)
    return (Edit("subject", edited, values), Expect(followed, wait=True))
