"""A record inside the section's condition gets a counterpart, one outside gets none."""

from __future__ import annotations

from dataclasses import replace

from qa_sync.checklist.linking import HOW_TO_TELL
from qa_sync.checklist.model import Absent, Appears, Expect, SampleValue, Scenario, Settle, Side
from qa_sync.checklist.samples.constraints import VERSIONS, Slot
from qa_sync.checklist.samples.values import BY_CONVERSION, value_for
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.dataflow.model import StatementKind
from qa_sync.settings.model import SettledCondition
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.canonical import to_canonical, to_wire
from qa_sync.values.condition import Condition

CYCLES = 3
"""Cycles in which nothing may be created."""

MANY = 5
"""So many of the values that are inside are tried."""


def condition(brief: Brief) -> Part:
    """Return `condition`; what the document's words mean is told by the settings, else a person must find out."""
    statement = brief.section.statement(StatementKind.CONDITION)
    said = statement.condition.text if statement and statement.condition else "the condition"
    line = brief.line(StatementKind.CONDITION)
    check = brief.check("condition", f"only inside: {said}", line)
    settled = brief.settings.condition(brief.section.heading)
    if settled is None:
        return Part((replace(check, manual=f"what it means is not told; {HOW_TO_TELL}"),))
    if why := brief.linking.why_not:
        return Part((replace(check, skip=why),))
    card = brief.ends.source.properties[settled.property]
    outside = _outside(card, settled, brief.mark("condition", "outsider"))
    if outside is None:
        return Part((replace(check, manual=f"no value of {card.path} outside the condition is known"),))
    inside = {f"insider-{n}": to_canonical(value, card.form) for n, value in enumerate(settled.values[:MANY], 1)}
    steps = (
        *brief.begin("condition"),
        brief.insert("condition", "outsider", fixed={card.path: outside}),
        *(brief.insert("condition", role, fixed={card.path: value}) for role, value in inside.items()),
        Expect(tuple((check.id, Appears(role, Side.TARGET)) for role in inside), wait=True),
        Settle(CYCLES),
        Expect(((check.id, Absent("outsider", Side.TARGET)),), wait=False),
    )
    return Part((check,), (Scenario("condition", brief.cast("outsider", *inside), steps, (check.id,)),))


def _outside(card: PropertyCard, settled: SettledCondition, mark: str) -> SampleValue:
    """Return a value that the property takes and that is outside, None when none is known."""
    if card.form.convert not in BY_CONVERSION:
        return None
    predicate = Condition(card.path, settled.values)
    values = (value_for(Slot(card, (), mark, version)) for version in range(VERSIONS))
    return next((v for v in values if not predicate.holds_for(to_wire(v, card.form))), None)
