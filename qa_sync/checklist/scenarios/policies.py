"""What documents do not state and the settings do: what becomes of a cleared value, and of a deleted record."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.model import (
    Absent,
    Alone,
    Check,
    Claim,
    Delete,
    Edit,
    Expect,
    Kept,
    Remember,
    Scenario,
    Settle,
    Side,
    Step,
)
from qa_sync.checklist.samples.edit_rounds import AGREEING, Pairs, given
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.dataflow.model import PropertyPair, StatementKind
from qa_sync.systems.cards import Writable

CYCLES = 2
"""Cycles in which nothing may be erased, or made again."""

CLEARABLE = frozenset({"text", "escaped_text", "html", "date", "phone"})
"""Conversions whose values a system can do without."""

ERASES = {
    "keep": "clearing a value erases nothing on the other side",
    "erase": "clearing a value clears the other side's",
}
DELETES = {
    "kept": "what was deleted on one side stays on the other",
    "carried": "what was deleted on one side goes on both",
}


def empty(brief: Brief) -> Part:
    """Return `empty`: what the policy says of a value that is cleared, each way."""
    policy = brief.settings.policies.empty
    ways = {side: _but_one(brief, tuple(p for p in brief.pairs if clearable(brief, p, side))) for side in Side}
    skip = brief.linking.why_not
    if not skip and not any(ways.values()):
        skip = "no property can be cleared on one side and be written on the other"
    check = brief.check("empty", ERASES[policy], brief.line(StatementKind.KEEP), skip=skip)
    if skip:
        return Part((check,))
    steps = (
        *brief.begin("empty"),
        *(step for side, pairs in ways.items() if pairs for step in _cleared(brief, check, side, pairs)),
    )
    return Part((check,), (Scenario("empty", brief.cast(*(f"{side}-cleared" for side in Side)), steps, (check.id,)),))


def _cleared(brief: Brief, check: Check, side: Side, pairs: Pairs) -> Iterator[Step]:
    role, erased = f"{side}-cleared", brief.settings.policies.empty == "erase"
    yield from brief.arrive("empty", role)
    yield Settle(CYCLES)
    yield Remember((role,))
    yield Edit(role, side, {given(pair, side): None for pair in pairs})
    kept: tuple[tuple[str | None, Claim], ...] = tuple((check.id, Kept(role, side.other, p, erased)) for p in pairs)
    if not erased:
        yield Settle(CYCLES)
    yield Expect(kept, wait=erased)


def _but_one(brief: Brief, pairs: Pairs) -> Pairs:
    """Return the pairs without the first when they are all: a system may refuse a record that has lost every value."""
    return pairs[1:] if len(pairs) == len(brief.pairs) else pairs


def clearable(brief: Brief, pair: PropertyPair, side: Side) -> bool:
    """Tell whether a pair's value can be cleared on a side, and be given again from the other."""
    card = brief.ends.property(pair, side)
    if card is None or brief.ends.no_property(pair) or brief.no_edit(pair, side):
        return False
    concept = card.concept or ""
    apart = concept.startswith("lines.") or concept.rpartition(".")[2] in AGREEING
    keys = {c.source for c in brief.section.criteria} | {c.target for c in brief.section.criteria}
    shared = sum(p.source == pair.source for p in brief.pairs) + sum(p.target == pair.target for p in brief.pairs)
    made = brief.ends.source.properties[pair.source].writable is not Writable.NEVER
    # An element of a list that a selector means is not cleared, but emptied: systems differ in what is left of it.
    apart = apart or "[" in card.write_path
    plain = card.form.convert in CLEARABLE and not (card.required or card.unique or card.references)
    return plain and made and not apart and card.path not in keys and shared == len(Side)


def deletes(brief: Brief) -> Part:
    """Return `deletes`: what the policy says of a record's counterpart when it is deleted, each way; else nothing."""
    policy = brief.settings.policies.deletes
    if policy == "unchecked":
        return Part(())
    skip = brief.linking.why_not or next((w for s in Side if (w := brief.ends.no_operation(s, "delete"))), None)
    check = brief.check("deletes", DELETES[policy], brief.line(StatementKind.KEEP), skip=skip)
    if skip:
        return Part((check,))
    steps = (*brief.begin("deletes"), *(step for side in Side for step in _deleted(brief, check, side, policy)))
    return Part((check,), (Scenario("deletes", brief.cast(*(f"{s}-deleted" for s in Side)), steps, (check.id,)),))


def _deleted(brief: Brief, check: Check, side: Side, policy: str) -> Iterator[Step]:
    role = f"{side}-deleted"
    yield from brief.arrive("deletes", role)
    yield Settle(CYCLES)
    yield Delete(role, side)
    if policy == "carried":
        yield Expect(((check.id, Absent(role, side.other)),), wait=True)
        return
    yield Settle(CYCLES)
    yield Expect(((check.id, Alone(role, side.other)), (check.id, Absent(role, side))), wait=False)
