"""Before a link is established nothing is created; unless the new record is connected to one that is synchronised."""

from __future__ import annotations

from dataclasses import replace

from qa_sync.checklist.linking import connection_of
from qa_sync.checklist.model import Absent, Alone, Appears, Expect, Scenario, Settle, Side
from qa_sync.checklist.scenarios.context import Brief, Part
from qa_sync.dataflow.model import StatementKind

CYCLES = 3
"""Cycles in which nothing may be created."""


def not_without_link(brief: Brief) -> Part:
    """Return `not-without-link`: what matches nothing and is connected to nothing gets no counterpart."""
    source, target = brief.section.source, brief.section.target
    skip = brief.ends.no_operation(Side.SOURCE, "insert")
    check = brief.check(
        "not-without-link", f"a {source} that matches nothing gets no {target}", brief.line(StatementKind.LINK_FIRST)
    )
    if skip:
        return Part((replace(check, skip=skip),))
    steps = (
        *brief.begin("not-without-link"),
        brief.unconnected(brief.insert("not-without-link", "loner", fixed={})),
        Settle(CYCLES),
        Expect(((check.id, Absent("loner", Side.TARGET)),), wait=False),
    )
    return Part((check,), (Scenario("not-without-link", brief.cast("loner"), steps, (check.id,)),))


def connected(brief: Brief) -> Part:
    """Return `connected`: a new record that is connected to a synchronised one gets one counterpart."""
    source, target = brief.section.source, brief.section.target
    statement = brief.section.statement(StatementKind.NEW_IF_CONNECTED)
    named = ", ".join(statement.connection.entities) if statement and statement.connection else "one of the list"
    check = brief.check(
        "connected",
        f"a {source} that is connected to a synchronised {named} gets one {target}",
        brief.line(StatementKind.NEW_IF_CONNECTED),
        skip=brief.ends.no_create(),
    )
    found = connection_of(brief.ends, brief.company.siblings)
    if check.skip or isinstance(found, str):
        return Part((check if check.skip else replace(check, manual=f"try it by hand: {found}"),))
    path, datatype = found
    made = brief.insert("connected", "member", fixed={path: brief.company.reference(datatype)})
    steps = (
        *brief.begin("connected"),
        made,
        Expect(((check.id, Appears("member", Side.TARGET)),), wait=True),
        Settle(CYCLES),
        Expect(((check.id, Alone("member", Side.TARGET)),), wait=False),
    )
    return Part((check,), (Scenario("connected", brief.cast("member"), steps, (check.id,)),))
