"""Selects the sections that can be observed, and what of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qa_sync.audit.model import AuditableSection, Claim, SectionPlan
from qa_sync.dataflow.model import Dataflow, StatementKind
from qa_sync.observe.model import EntityKey, ObservedSection
from qa_sync.running.events import Direction
from qa_sync.systems.cards import PropertyCard, Writable


def observed_sections(
    dataflows: Sequence[Dataflow], plans: Mapping[str, Sequence[SectionPlan]]
) -> list[ObservedSection]:
    """Return the sections whose records can be matched, with what is followed in each."""
    return [
        _observed(dataflow.path, plan, plan.auditable)
        for dataflow in dataflows
        for plan in plans[dataflow.path]
        if plan.auditable is not None
    ]


def _observed(spec: str, plan: SectionPlan, auditable: AuditableSection) -> ObservedSection:
    why = auditable.no_coverage or auditable.manual_reason or ""
    keeps = plan.section.statement(StatementKind.KEEP) is not None
    return ObservedSection(plan.prefix, spec, plan, auditable, not why, keeps, why)


def needed_paths(sections: Iterable[ObservedSection]) -> Mapping[EntityKey, tuple[str, ...]]:
    """Return the property paths that all sections need, by entity."""
    found: dict[EntityKey, dict[str, None]] = {}
    for section in sections:
        for at, entity in enumerate(section.entities):
            found.setdefault(entity, {}).update(dict.fromkeys(section.auditable.paths(at)))
    return {entity: tuple(paths) for entity, paths in found.items()}


def follows_edits(claim: Claim, direction: Direction) -> bool:
    """Return whether an edit of the claim's property reaches the other side: only what can be written later does."""
    destination = claim.target if direction is Direction.FORWARD else claim.source
    return _is_written(destination) or (direction is Direction.FORWARD and destination.derived)


def _is_written(card: PropertyCard) -> bool:
    return card.writable is Writable.ALWAYS and not card.derived and card.fixed is None
