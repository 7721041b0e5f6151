"""How verdicts name records and properties."""

from __future__ import annotations

from collections.abc import Iterable

from qa_sync.checklist.model import Side
from qa_sync.dataflow.model import PropertyPair
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import RecordRef, Status
from qa_sync.running.scenario_records import Held, Scene
from qa_sync.systems.cards import PropertyCard


def entity(scene: Scene, held: Held) -> str:
    """Return the record's system and entity."""
    return f"{scene.system(held).label} {scene.card(held).names[0]}"


def property_of(scene: Scene, held: Held, pair: PropertyPair) -> PropertyCard:
    """Return the card of the pair's end on the record's side."""
    return scene.card(held).properties[pair.source if held.side is Side.SOURCE else pair.target]


def refs(scene: Scene, held: Held, found: Iterable[str]) -> tuple[RecordRef, ...]:
    """Return how a report names records of the role's entity."""
    return tuple(RecordRef(scene.system(held).label, scene.card(held).names[0], one) for one in found)


def no_counterpart(scene: Scene, held: Held) -> Verdict:
    """Return that nothing can be told without a counterpart."""
    return Verdict(Status.SKIPPED, f"needs a counterpart, and there is no {entity(scene, held)}", final=False)
