"""Policies of the settings, which specs do not state: the effect of a cleared value and of a deleted record."""

from __future__ import annotations

from collections.abc import Iterator

from qa_sync.checklist.claims import NoCounterpart, NoDuplicate, NotCleared, PropertySynced
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.edit_rounds import ADDRESS_PARTS, Pairs, edited_path
from qa_sync.checklist.samples.related_records import Claims
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.merging.lookalikes import contains_mark
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Delete, Edit, Expect, Snapshot, Step, WaitCycles
from qa_sync.dataflow.model import PropertyPair, StatementKind
from qa_sync.systems.cards import Writable

EDITED = 1
"""The version of the value that is edited beside the cleared ones."""

CYCLES = 2
"""Cycles in which nothing may be erased or created again."""

CLEARABLE = frozenset({"text", "escaped_text", "html", "date", "phone"})
"""Conversions whose values can be empty."""

EMPTY_TITLES = {
    "keep": "clearing a value does not clear the value on the other side",
    "erase": "clearing a value clears the value on the other side",
}
DELETE_TITLES = {
    "kept": "a record deleted on one side stays on the other side",
    "carried": "a record deleted on one side is deleted on the other side",
}


def empty(context: SectionContext) -> ChecksAndScenarios:
    """Return `empty`: the policy for a cleared value, in both directions."""
    policy = context.settings.policies.empty
    pairs_by_side = {
        side: _keep_one(context, side, tuple(p for p in context.pairs if clearable(context, p, side))) for side in Side
    }
    skip = context.linking.skip_reason
    if not skip and not any(pairs_by_side.values()):
        text = "no property can be cleared on one side and written on the other"
        skip = Reason(ReasonCode.NOT_CLEARABLE, text)
    check = context.check("empty", EMPTY_TITLES[policy], context.line(StatementKind.KEEP), skip=skip)
    if skip:
        return ChecksAndScenarios((check,))
    steps = (
        *context.create_related("empty"),
        *(step for side, pairs in pairs_by_side.items() if pairs for step in _cleared(context, check, side, pairs)),
    )
    return ChecksAndScenarios(
        (check,), (Scenario("empty", context.roles(*(f"{side}-cleared" for side in Side)), steps, (check.id,)),)
    )


def _cleared(context: SectionContext, check: Check, side: Side, pairs: Pairs) -> Iterator[Step]:
    role, erased = f"{side}-cleared", context.settings.policies.empty == "erase"
    yield from context.create_linked("empty", role)
    yield WaitCycles(CYCLES)
    yield Snapshot((role,))
    shown = None if erased else _shows_arrival(context, side, pairs)
    more = context.edited_values("empty", role, side, (shown,), EDITED) if shown else {}
    yield Edit(role, side, {**more, **{edited_path(pair, side): None for pair in pairs}})
    if shown:  # a sync that carries nothing clears nothing
        yield Expect(((None, PropertySynced(role, side.other, shown)),), wait=True)
    claims: Claims = tuple((check.id, NotCleared(role, side.other, p, erased)) for p in pairs)
    if erased:
        yield Expect(claims, wait=True)
        return
    yield WaitCycles(CYCLES)
    one: Claims = ((None, NoDuplicate(role, side.other)),)
    if shown:
        yield Expect((*claims, *one), wait=False)
        return
    yield Expect(claims, wait=False)
    yield Edit(role, side, context.edited_values("empty", role, side, pairs[:1], EDITED))
    yield Expect(((check.id, PropertySynced(role, side.other, pairs[0])), *one), wait=True)


def _shows_arrival(context: SectionContext, side: Side, cleared: Pairs) -> PropertyPair | None:
    """Return a text that is edited beside the cleared ones, so that its arrival shows that the sync read the edit."""
    ends = [path for pair in context.pairs for path in (pair.source, pair.target)]
    free = (pair for pair in context.pairs if pair not in cleared and not context.reason_not_editable(pair, side))
    alone = (pair for pair in free if ends.count(pair.source) == ends.count(pair.target) == 1)
    texts = (pair for pair in alone if contains_mark(context, pair) and not _depends_on_others(context, pair, side))
    return next(texts, None)


def _depends_on_others(context: SectionContext, pair: PropertyPair, side: Side) -> bool:
    """Return whether a value belongs to an address or to lines, so that it cannot be edited alone."""
    card = context.entities.property(pair, side)
    concept = (card.concept if card else None) or ""
    return concept.startswith("lines.") or concept.rpartition(".")[2] in ADDRESS_PARTS


def _keep_one(context: SectionContext, side: Side, pairs: Pairs) -> Pairs:
    """Return the pairs without the first when no other names the record: a system may reject one without a name."""
    return pairs if any(_names_record(context, p, side) for p in context.pairs if p not in pairs) else pairs[1:]


def _names_record(context: SectionContext, pair: PropertyPair, side: Side) -> bool:
    """Return whether a pair is a property of a record itself, not a part of its address or of its lines."""
    card = context.entities.property(pair, side)
    return card is not None and "." not in (card.concept or "")


def clearable(context: SectionContext, pair: PropertyPair, side: Side) -> bool:
    """Return whether a pair's value can be cleared on a side and written again from the other."""
    card = context.entities.property(pair, side)
    if card is None or context.entities.reason_not_synced(pair) or context.reason_not_editable(pair, side):
        return False
    depends_on_others = _depends_on_others(context, pair, side)
    keys = {c.source for c in context.section.criteria} | {c.target for c in context.section.criteria}
    ends_in_use = sum(p.source == pair.source for p in context.pairs) + sum(
        p.target == pair.target for p in context.pairs
    )
    settable = context.entities.source.properties[pair.source].writable is not Writable.NEVER
    # A list element addressed by a selector is emptied, not cleared: systems differ in what remains of it.
    depends_on_others = depends_on_others or "[" in card.write_path
    clearable_form = card.form.convert in CLEARABLE and not (card.required or card.unique or card.references)
    return clearable_form and settable and not depends_on_others and card.path not in keys and ends_in_use == len(Side)


def deletes(context: SectionContext) -> ChecksAndScenarios:
    """Return `deletes`: the policy for the counterpart of a deleted record, in both directions; nothing without one."""
    policy = context.settings.policies.deletes
    if policy == "unchecked":
        return ChecksAndScenarios(())
    skip = context.linking.skip_reason or next(
        (w for s in Side if (w := context.entities.reason_no_operation(s, "delete"))), None
    )
    check = context.check("deletes", DELETE_TITLES[policy], context.line(StatementKind.KEEP), skip=skip)
    if skip:
        return ChecksAndScenarios((check,))
    steps = (
        *context.create_related("deletes"),
        *(step for side in Side for step in _deleted(context, check, side, policy)),
    )
    return ChecksAndScenarios(
        (check,), (Scenario("deletes", context.roles(*(f"{s}-deleted" for s in Side)), steps, (check.id,)),)
    )


def _deleted(context: SectionContext, check: Check, side: Side, policy: str) -> Iterator[Step]:
    role = f"{side}-deleted"
    yield from context.create_linked("deletes", role)
    yield WaitCycles(CYCLES)
    yield Delete(role, side)
    if policy == "carried":
        yield Expect(((check.id, NoCounterpart(role, side.other)),), wait=True)
        return
    yield WaitCycles(CYCLES)
    yield Expect(((check.id, NoDuplicate(role, side.other)), (check.id, NoCounterpart(role, side))), wait=False)
