"""A new record on the source gets exactly one counterpart, which carries every property, and still one later on."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.checklist.model import Alone, Appears, Carries, Check, Claim, Expect, Scenario, Settle, Side, Step
from qa_sync.checklist.samples.edit_rounds import beside
from qa_sync.checklist.scenarios.context import FULL, Brief, Part
from qa_sync.dataflow.model import PropertyPair, StatementKind

CYCLES = 2
"""Further cycles after which there must still be one counterpart, with the same values."""

OTHER = 1
"""The version of the second record."""


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
    roles = _roles(brief)
    arrived = tuple((c, Carries(role, Side.TARGET, p, beside(p, brief.pairs))) for role in roles for c, p in tried)
    steps = _made(brief, roles, whole, arrived)
    ids = (*(c.id for c in whole), *(check for check, _ in tried))
    return Part(checks, (Scenario("create", brief.cast(*roles), steps, ids),) if ids else ())


def _roles(brief: Brief) -> Mapping[str, int]:
    """Return the records that are made, each with its version.

    The second comes in the same cycle as the first, and has other values: what a system would have put there anyway
    (true, a currency, the only customer) cannot pass for what was carried.
    """
    return {"subject": FULL, "fellow": OTHER} if brief.spare else {"subject": FULL}


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


def _made(
    brief: Brief, roles: Mapping[str, int], whole: tuple[Check, ...], arrived: tuple[tuple[str | None, Claim], ...]
) -> tuple[Step, ...]:
    """Return the steps that link the records and look at them, and again later.

    Where they are created, there must be one counterpart of each, and still one later; and what they refer to is made
    in the same cycle, so that a reference may have to wait for it.
    """
    if not whole:
        linked = (step for role, version in roles.items() for step in brief.arrive("create", role, version=version))
        begun = (*brief.begin("create"), *linked)
        return (*begun, Expect(arrived, wait=True), Settle(CYCLES), Expect(arrived, wait=False))
    made, once = whole
    referred, there = brief.at_once("create")
    return (
        *referred,
        *(brief.insert("create", role, version=version) for role, version in roles.items()),
        Expect((*((made.id, Appears(role, Side.TARGET)) for role in roles), *arrived, *there), wait=True),
        Settle(CYCLES),
        Expect((*((once.id, Alone(role, Side.TARGET)) for role in roles), *arrived), wait=False),
    )
