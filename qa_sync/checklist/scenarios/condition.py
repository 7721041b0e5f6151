"""A record that meets the section's condition gets a counterpart, also if an edit makes it so; others get none."""

from __future__ import annotations

from msgspec.structs import replace

from qa_sync.checklist.claims import CounterpartExists, NoCounterpart
from qa_sync.checklist.linking import NO_CONDITION
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.constraints import VERSIONS
from qa_sync.checklist.samples.values import BY_CONVERSION
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, Expect, SampleValue, Step, WaitCycles
from qa_sync.dataflow.model import StatementKind
from qa_sync.settings.model import ConfiguredCondition
from qa_sync.systems.cards import PropertyCard, Writable
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.condition import Condition

CYCLES = 3
"""Cycles in which nothing may be created."""

MAX_VALUES = 5
"""How many of the values that meet the condition are tried."""


def condition(context: SectionContext) -> ChecksAndScenarios:
    """Return `condition`; the settings say what the condition means, else the check is manual."""
    statement = context.section.statement(StatementKind.CONDITION)
    condition_text = statement.condition.text if statement and statement.condition else "the condition"
    line = context.line(StatementKind.CONDITION)
    check = context.check("condition", f"only records that meet the condition: {condition_text}", line)
    setting = context.settings.condition(context.section.heading)
    if setting is None:
        return ChecksAndScenarios((replace(check, manual=NO_CONDITION),))
    if reason := context.linking.skip_reason:
        return ChecksAndScenarios((replace(check, skip=reason),))
    card = context.entities.source.properties[setting.property]
    outside = _value_outside(context, card, setting)
    if outside is None:
        text = f"no value of {card.path} is known that does not meet the condition"
        reason = Reason(ReasonCode.NO_VALUE_OUTSIDE, text)
        return ChecksAndScenarios((replace(check, manual=reason),))
    values_by_role = {
        f"insider-{n}": to_canonical(value, card.form) for n, value in enumerate(setting.values[:MAX_VALUES], 1)
    }
    steps = (
        *context.create_related("condition"),
        context.insert("condition", "outsider", fixed={card.path: outside}),
        *(context.insert("condition", role, fixed={card.path: value}) for role, value in values_by_role.items()),
        Expect(tuple((check.id, CounterpartExists(role, Side.TARGET)) for role in values_by_role), wait=True),
        WaitCycles(CYCLES),
        Expect(((check.id, NoCounterpart("outsider", Side.TARGET)),), wait=False),
        *_later_inside(context, check, card, next(iter(values_by_role.values()))),
    )
    return ChecksAndScenarios(
        (check,), (Scenario("condition", context.roles("outsider", *values_by_role), steps, (check.id,)),)
    )


def _later_inside(context: SectionContext, check: Check, card: PropertyCard, value: SampleValue) -> tuple[Step, ...]:
    """Return the steps in which a record comes to meet the condition by an edit, none where it cannot be edited."""
    if context.entities.reason_no_operation(Side.SOURCE, "update") or card.writable is not Writable.ALWAYS:
        return ()
    return (
        Edit("outsider", Side.SOURCE, {card.path: value}),
        Expect(((check.id, CounterpartExists("outsider", Side.TARGET)),), wait=True),
    )


def _value_outside(context: SectionContext, card: PropertyCard, setting: ConfiguredCondition) -> SampleValue:
    """Return a valid value of the property that does not meet the condition, None when none is known."""
    if card.form.convert not in BY_CONVERSION:
        return None
    predicate = Condition(card.path, setting.values)
    mark = context.mark("condition", "outsider")
    values = (context.sample(card, mark, version) for version in range(VERSIONS))
    return next((v for v in values if not predicate.holds_for(to_wire(v, card.form))), None)
