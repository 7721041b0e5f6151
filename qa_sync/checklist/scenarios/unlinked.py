"""Without a link nothing is created, unless the new record is connected to a synchronized one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from qa_sync.checklist.claims import CounterpartExists, NoCounterpart, NoDuplicate
from qa_sync.checklist.linking import connection_or_reason
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.reasons import Reason
from qa_sync.checklist.scenarios.context import ChecksAndScenarios, SectionContext
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, Expect, SampleValue, Step, WaitCycles
from qa_sync.dataflow.model import StatementKind
from qa_sync.systems.cards import Writable

CYCLES = 3
"""Cycles in which nothing may be created."""


def not_without_link(context: SectionContext) -> ChecksAndScenarios:
    """Return `not-without-link`: a record that matches nothing and is connected to nothing gets no counterpart."""
    source, target = context.section.source, context.section.target
    # Without a mark on the target, a counterpart that must not exist could not be found.
    skip = context.entities.reason_no_operation(Side.SOURCE, "insert") or context.entities.reason_not_found_again()
    check = context.check(
        "not-without-link", f"a {source} that matches nothing gets no {target}", context.line(StatementKind.LINK_FIRST)
    )
    if skip:
        return ChecksAndScenarios((replace(check, skip=skip),))
    steps = (
        *context.create_related("not-without-link"),
        context.without_connection(context.insert("not-without-link", "loner", fixed={})),
        WaitCycles(CYCLES),
        Expect(((check.id, NoCounterpart("loner", Side.TARGET)),), wait=False),
    )
    return ChecksAndScenarios((check,), (Scenario("not-without-link", context.roles("loner"), steps, (check.id,)),))


def connected(context: SectionContext) -> ChecksAndScenarios:
    """Return `connected`: a new record that is connected to a synchronized one gets one counterpart."""
    source, target = context.section.source, context.section.target
    statement = context.section.statement(StatementKind.NEW_IF_CONNECTED)
    named = ", ".join(statement.connection.entities) if statement and statement.connection else "one of the list"
    check = context.check(
        "connected",
        f"a {source} connected to a synchronized {named} gets one {target}",
        context.line(StatementKind.NEW_IF_CONNECTED),
        skip=context.entities.reason_not_creatable(),
    )
    connection = connection_or_reason(context.entities, context.related.siblings)
    if check.skip:
        return ChecksAndScenarios((check,))
    if isinstance(connection, Reason):
        by_hand = replace(connection, text=f"check it manually: {connection.text}")
        return ChecksAndScenarios((replace(check, manual=by_hand),))
    path, datatype = connection
    reference = context.related.reference(datatype)
    is_edited = _can_be_connected_later(context, path)
    steps = (
        *context.create_related("connected"),
        *((context.without_connection(context.insert("connected", "joiner", fixed={})),) if is_edited else ()),
        context.insert("connected", "member", fixed={path: reference}),
        Expect(((check.id, CounterpartExists("member", Side.TARGET)),), wait=True),
        WaitCycles(CYCLES),
        Expect(((check.id, NoDuplicate("member", Side.TARGET)),), wait=False),
        *(_connected_later(check, {path: reference}) if is_edited else ()),
    )
    roles = context.roles("member", *(("joiner",) if is_edited else ()))
    return ChecksAndScenarios((check,), (Scenario("connected", roles, steps, (check.id,)),))


def _can_be_connected_later(context: SectionContext, path: str) -> bool:
    """Return whether a record can be created without its connection, get it by an edit, and be deleted again."""
    card = context.entities.source.properties[path]
    is_editable = card.writable is Writable.ALWAYS and not card.required
    return is_editable and context.may_create_more and not context.entities.reason_no_operation(Side.SOURCE, "update")


def _connected_later(check: Check, connection: Mapping[str, SampleValue]) -> tuple[Step, ...]:
    """Return the steps in which an edit connects a record that has no counterpart yet."""
    return (
        Edit("joiner", Side.SOURCE, connection),
        Expect(((check.id, CounterpartExists("joiner", Side.TARGET)),), wait=True),
    )
