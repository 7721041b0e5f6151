"""Creates the built-in sync engine with the conditions, literals, policies and time zone of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from qa_sync.dataflow.model import Dataflow
from qa_sync.running.environment import SyncProblem
from qa_sync.settings.model import Settings
from qa_sync.sync.engine import Engine
from qa_sync.sync.policies import EmptyPolicy, Policies
from qa_sync.sync.records.unstored import NOT_STORED
from qa_sync.sync.store.links import Links
from qa_sync.sync.summary import Problem
from qa_sync.systems.system import Record, System
from qa_sync.values.condition import Condition


class ConditionPredicate(Struct, frozen=True):
    """The predicate of a section's condition; its repr identifies it, which the engine's store relies on."""

    condition: Condition

    def __call__(self, record: Record) -> bool:
        """Return whether a source record meets the condition."""
        return self.condition.holds(record.data)


def predicates(settings: Settings, dataflow: Dataflow) -> Mapping[str, ConditionPredicate]:
    """Return the conditions of the settings as predicates, by section key."""
    configured = ((s.key, settings.condition(s.heading)) for s in dataflow.sections)
    return {key: ConditionPredicate(Condition(found.property, found.values)) for key, found in configured if found}


def make_engine(
    dataflow: Dataflow, source: System, target: System, links: Links, settings: Settings, **more: Any
) -> Engine:
    """Return the engine that syncs a spec between two systems; `more` are further arguments of Engine."""
    return Engine(
        dataflow,
        source,
        target,
        links,
        zone=settings.zone,
        conditions=predicates(settings, dataflow),
        literals=settings.literals,
        policies=Policies(EmptyPolicy(settings.policies.empty)),
        **more,
    )


def reported_problems(problems: Iterable[Problem]) -> tuple[SyncProblem, ...]:
    """Return the problems of a cycle as a run shows them."""
    return tuple(SyncProblem(p.section, p.id, f"{p.system}: {p.text}", NOT_STORED in p.text) for p in problems)
