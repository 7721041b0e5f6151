"""A new record on the source gets exactly one counterpart, which carries every property, and still one later on."""

from __future__ import annotations

from qa_sync.checklist.brief import Brief, Part
from qa_sync.checklist.model import Alone, Appears, Carries, Claim, Expect, Scenario, Settle, Side
from qa_sync.dataflow.model import StatementKind

CYCLES = 2
"""Further cycles after which there must still be one counterpart."""


def create(brief: Brief) -> Part:
    """Return `create`, `unique` and a `property` check for each pair (DESIGN 3, rows EVERY and PROPS)."""
    line = brief.line(StatementKind.EVERY)
    source, target = brief.section.source, brief.section.target
    no_create = brief.ends.no_create()
    made = brief.check("create", f"a new {source} gets one {target}", line, skip=no_create)
    once = brief.check("unique", f"still one {target} after further cycles", line, skip=no_create)
    carried = tuple(
        brief.check(
            "property",
            f"{pair.source} -> {pair.target}",
            brief.property_line(pair),
            pair,
            skip=no_create or brief.ends.no_property(pair),
        )
        for pair in brief.pairs
    )
    checks = (made, once, *carried)
    if no_create:
        return Part(checks)
    tried = tuple((c.id, c.pair) for c in carried if c.pair and not c.skip and not c.manual)
    arrived: tuple[tuple[str | None, Claim], ...] = (
        (made.id, Appears("subject", Side.TARGET)),
        *((check, Carries("subject", Side.TARGET, pair)) for check, pair in tried),
    )
    steps = (
        *brief.referred_arrive("create"),
        brief.insert("create", "subject"),
        Expect(arrived, wait=True),
        Settle(CYCLES),
        Expect(((once.id, Alone("subject", Side.TARGET)),), wait=False),
    )
    ids = (made.id, once.id, *(check for check, _ in tried))
    return Part(checks, (Scenario("create", brief.cast("subject"), steps, ids),))
