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
"""What a conditional sentence means for a source record."""


def meets_condition(lane: Lane, record: Record, conditions: Mapping[str, Predicate]) -> bool:
    """Tell whether a record is inside the section's condition; without a predicate none is."""
    if not lane.has_statement(StatementKind.CONDITION):
        return True
    predicate = conditions.get(lane.section.key)
    return predicate is not None and predicate(record)


def may_create(lane: Lane, *, connected: bool) -> bool:
    """Tell whether the sentences give a source record a new counterpart when nothing matches it.

    Conditions are judged before: they also keep a record from being matched. Within one entity of one system a record
    is its own counterpart.
    """
    if lane.key == lane.mirror or not lane.target.can("insert"):
        return False
    return not lane.has_statement(StatementKind.LINK_FIRST) or connected


def permanent_problem(lane: Lane, lanes: Iterable[Lane], conditions: Mapping[str, Predicate]) -> Problem | None:
    """Return why a section's records never get a counterpart although it says so, None when they do."""
    reason = None
    if lane.has_statement(StatementKind.CONDITION) and lane.section.key not in conditions:
        reason = "its condition has no predicate in the settings, so nothing is linked or created"
    elif lane.has_statement(StatementKind.NEW_IF_CONNECTED) and not any(
        condition_names(lane, other) for other in lanes
    ):
        reason = "none of the entities that a new record must be connected to is synchronised here"
    elif not lane.target.can("insert") and not lane.has_statement(StatementKind.LINK_FIRST):
        reason = f"nothing can be created: {lane.target.card.cannot['insert']}"
    return Problem(lane.section.key, lane.target.system.label, None, reason) if reason else None


def condition_names(lane: Lane, other: Lane) -> bool:
    """Tell whether the section's NEW-IF-CONNECTED names the other lane's source entity."""
    statement = lane.section.statement(StatementKind.NEW_IF_CONNECTED)
    if statement is None or statement.connection is None:
        return False
    card = other.source.card
    known = {card.datatype.casefold(), *(n.casefold() for n in card.names)}
    # "Powerofficego-salesorders" and "Customer-person" name the entity beside a system or a facet
    # (docs/explanation/grammar.rst, "Sentences").
    words = {w for e in statement.connection.entities for w in (e.casefold(), *e.casefold().split("-"))}
    return bool(known & words)
