"""A new record on the source gets exactly one counterpart, which carries every property, and still one later on."""

from __future__ import annotations

from qa_sync.checklist.brief import Brief, Part
from qa_sync.checklist.model import Alone, Appears, Carries, Check, Claim, Expect, Scenario, Settle, Side, Step
from qa_sync.checklist.rounds import beside
from qa_sync.dataflow.model import PropertyPair, StatementKind

CYCLES = 2
"""Further cycles after which there must still be one counterpart."""


def create(brief: Brief) -> Part:
    """Return `create`, `unique` and a `property` check for each pair (DESIGN 3, rows EVERY and PROPS).

    Where nothing is created, the properties are those of a pair that was matched or connected.
    """
    why = brief.linking.why_not
    whole = (
        _whole(brief, why) if brief.linking.creates and not brief.section.statement(StatementKind.LINK_FIRST) else ()
    )
    carried = tuple(_property(brief, pair, why) for pair in brief.pairs)
    checks = (*whole, *carried)
    if why:
        return Part(checks)
    tried = tuple((c.id, c.pair) for c in carried if c.pair and not c.skip)
    arrived = tuple((c, Carries("subject", Side.TARGET, p, beside(p, brief.pairs))) for c, p in tried)
    steps = (*brief.begin("create"), *_made(brief, whole, arrived))
    ids = (*(c.id for c in whole), *(check for check, _ in tried))
    return Part(checks, (Scenario("create", brief.cast("subject"), steps, ids),) if ids else ())


def _whole(brief: Brief, why: str | None) -> tuple[Check, ...]:
    source, target = brief.section.source, brief.section.target
    line = brief.line(StatementKind.CONDITION if brief.linking.inside else StatementKind.EVERY)
    inside = " inside the condition" if brief.section.statement(StatementKind.CONDITION) else ""
    return (
        brief.check("create", f"a new {source}{inside} gets one {target}", line, skip=why),
        brief.check("unique", f"still one {target} after further cycles", line, skip=why),
    )


def _property(brief: Brief, pair: PropertyPair, why: str | None) -> Check:
    title, existing = f"{pair.source} -> {pair.target}", brief.linking.matched is not None
    skip = why or brief.ends.no_property(pair, existing=existing)
    return brief.check("property", title, brief.property_line(pair), pair, skip)


def _made(brief: Brief, whole: tuple[Check, ...], arrived: tuple[tuple[str | None, Claim], ...]) -> tuple[Step, ...]:
    """Return the steps that link the subject and look at it, and at its being the only one when it is created."""
    if not whole:
        return (*brief.arrive("create", "subject"), Expect(arrived, wait=True))
    made, once = whole
    return (
        brief.insert("create", "subject"),
        Expect(((made.id, Appears("subject", Side.TARGET)), *arrived), wait=True),
        Settle(CYCLES),
        Expect(((once.id, Alone("subject", Side.TARGET)),), wait=False),
    )
