"""A new source record gets exactly one counterpart with every property, and never a second one."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.checklist.claims import CounterpartExists, NoDuplicate, PropertySynced
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason
from qa_sync.checklist.samples.edit_rounds import same_target
from qa_sync.checklist.samples.related_records import Claims
from qa_sync.checklist.scenarios.context import AS_CREATED, ChecksAndScenarios, SectionContext
from qa_sync.checklist.scenarios.sparse_records import SparseRecord, sparse_records
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect, Step, WaitCycles
from qa_sync.dataflow.model import PropertyPair, StatementKind

CYCLES = 2
"""Further sync cycles after which there must still be one counterpart with the same values."""

SECOND_RECORD = 1
"""The version of the second record, and of the only one: no default of a system is the same."""


def create(context: SectionContext) -> ChecksAndScenarios:
    """Return `create`, `unique` and a `property` check for each pair.

    Where the sync creates nothing, the properties are those of a matched or connected pair.
    """
    reason = context.linking.skip_reason
    record_checks = (
        _record_checks(context, reason)
        if context.linking.creates and not context.section.statement(StatementKind.LINK_FIRST)
        else ()
    )
    property_checks = tuple(_property_check(context, pair, reason) for pair in context.pairs)
    checks = (*record_checks, *property_checks)
    if reason:
        return ChecksAndScenarios(checks)
    tried = tuple((c.id, c.pair) for c in property_checks if c.pair and not c.skip)
    roles = _roles(context)
    property_claims: Claims = tuple(
        (c, PropertySynced(role, Side.TARGET, p, same_target(p, context.pairs))) for role in roles for c, p in tried
    )
    sparse = sparse_records(context, tried) if record_checks and context.may_create_more else ()
    steps = _steps(context, roles, record_checks, property_claims, sparse)
    named = context.roles(*roles, *(one.insert.role for one in sparse))
    ids = (*(c.id for c in record_checks), *(check for check, _ in tried))
    return ChecksAndScenarios(checks, (Scenario("create", named, steps, ids),) if ids else ())


def _roles(context: SectionContext) -> Mapping[str, int]:
    """Return the roles to create, each with its version.

    The second record is created in the same cycle and has other values, so that a default of a system (true, a
    currency, the only customer) cannot pass for a synchronized value.
    """
    return {"subject": AS_CREATED, "fellow": SECOND_RECORD} if context.may_create_more else {"subject": SECOND_RECORD}


def _record_checks(context: SectionContext, reason: Reason | None) -> tuple[Check, ...]:
    source, target = context.section.source, context.section.target
    line = context.line(StatementKind.CONDITION if context.linking.condition_values else StatementKind.EVERY)
    inside = " that meets the condition" if context.section.statement(StatementKind.CONDITION) else ""
    return (
        context.check("create", f"a new {source}{inside} gets one {target}", line, skip=reason),
        context.check("unique", f"still one {target} after further sync cycles", line, skip=reason),
    )


def _property_check(context: SectionContext, pair: PropertyPair, reason: Reason | None) -> Check:
    title, existing = f"{pair.source} -> {pair.target}", context.linking.match_criterion is not None
    skip = reason or context.entities.reason_not_synced(pair, existing=existing)
    return context.check("property", title, context.property_line(pair), pair, skip)


def _steps(
    context: SectionContext,
    roles: Mapping[str, int],
    record_checks: tuple[Check, ...],
    property_claims: Claims,
    sparse: tuple[SparseRecord, ...],
) -> tuple[Step, ...]:
    """Return the steps that link the records and check them, and check them again later.

    Where the sync creates counterparts, each record must have one, and still one later. The records they refer to are
    created in the same cycle, so that the sync may have to resolve a reference later.
    """
    if not record_checks:
        linked = (
            step for role, version in roles.items() for step in context.create_linked("create", role, version=version)
        )
        related_steps = (*context.create_related("create"), *linked)
        return (
            *related_steps,
            Expect(property_claims, wait=True),
            WaitCycles(CYCLES),
            Expect(property_claims, wait=False),
        )
    create_check, unique_check = record_checks
    related_inserts, related_exist = context.related_inserts("create")
    created = (*roles, *(one.insert.role for one in sparse))
    property_claims = (*property_claims, *(claim for one in sparse for claim in one.claims))
    return (
        *related_inserts,
        *(context.insert("create", role, version=version) for role, version in roles.items()),
        *(one.insert for one in sparse),
        Expect(
            (
                *((create_check.id, CounterpartExists(role, Side.TARGET)) for role in created),
                *property_claims,
                *related_exist,
            ),
            wait=True,
        ),
        WaitCycles(CYCLES),
        Expect(
            (*((unique_check.id, NoDuplicate(role, Side.TARGET)) for role in created), *property_claims), wait=False
        ),
    )
