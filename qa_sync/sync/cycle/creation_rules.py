"""EVERY, NEW-IF-CONNECTED, conditions: which source records may get a counterpart.

Source: docs/explanation/connector-format-facts.rst, "How statements are read".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.lanes import Lane
from qa_sync.sync.summary import Problem
from qa_sync.systems.system import Record

Predicate = Callable[[Record], bool]
"""Returns whether a source record meets the condition of a section."""


def meets_condition(lane: Lane, record: Record, conditions: Mapping[str, Predicate]) -> bool:
    """Return whether a record meets the section's condition; without a predicate, no record does."""
    if not lane.has_statement(StatementKind.CONDITION):
        return True
    predicate = conditions.get(lane.section.key)
    return predicate is not None and predicate(record)


def may_create(lane: Lane, *, connected: bool) -> bool:
    """Return whether the section allows a new counterpart for an unmatched source record.

    The caller checks conditions first, because they also prevent matching. Within one entity of one system, a record is
    its own counterpart.
    """
    if lane.key == lane.mirror or not lane.target.can("insert"):
        return False
    return not lane.has_statement(StatementKind.LINK_FIRST) or connected


def permanent_problem(lane: Lane, lanes: Iterable[Lane], conditions: Mapping[str, Predicate]) -> Problem | None:
    """Return the problem that prevents every create of a section, or None."""
    reason = None
    if lane.has_statement(StatementKind.CONDITION) and lane.section.key not in conditions:
        reason = "no [[conditions]] entry in the settings for its condition, so nothing is linked or created"
    elif lane.has_statement(StatementKind.NEW_IF_CONNECTED) and not any(
        condition_names(lane, other) for other in lanes
    ):
        reason = "no section synchronizes an entity that a new record must be connected to"
    elif not lane.target.can("insert") and not lane.has_statement(StatementKind.LINK_FIRST):
        reason = f"records cannot be created: {lane.target.card.cannot['insert']}"
    return Problem(lane.section.key, lane.target.system.label, None, reason) if reason else None


def condition_names(lane: Lane, other: Lane) -> bool:
    """Return whether the section's NEW-IF-CONNECTED names the other lane's source entity."""
    statement = lane.section.statement(StatementKind.NEW_IF_CONNECTED)
    if statement is None or statement.connection is None:
        return False
    card = other.source.card
    known = {card.datatype.casefold(), *(n.casefold() for n in card.names)}
    # "Powerofficego-salesorders" and "Customer-person" combine the entity with a system or a facet.
    words = {w for e in statement.connection.entities for w in (e.casefold(), *e.casefold().split("-"))}
    return bool(known & words)
