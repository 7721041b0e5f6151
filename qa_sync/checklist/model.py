"""What is to be verified; nothing is done yet. Frozen values, no I/O.

A Checklist has SectionPlans; a SectionPlan has Checks (one verifiable claim each) and Scenarios (ordered steps on
fresh records that decide several checks). Many sentences compile to few kinds of step, so the runner never sees prose.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from qa_sync.checklist.steps import Side, Step
from qa_sync.dataflow.model import Dataflow, Finding, Origin, PropertyPair, Section
from qa_sync.systems.cards import EntityCard


class Check(Struct, frozen=True):
    """One verifiable claim.

    `kind` is a row of DESIGN 3 (`create`, `property`, ...); `line` that of the statement, table row or (for inferred
    pairs) property table it comes from; `skip` is the reason why it cannot apply, `manual` what a person must look at.
    """

    id: str
    kind: str
    title: str
    line: int
    pair: PropertyPair | None = None
    skip: str | None = None
    manual: str | None = None

    @property
    def origin(self) -> Origin | None:
        """Where the check's pair comes from; None for a check about whole records."""
        return self.pair.origin if self.pair else None


class Role(Struct, frozen=True):
    """Who a role is: a record of this section's pair of entities (or of the section it refers to).

    `section` is the ordinal of that section; `source` and `target` are the cards of its two entities.
    """

    section: int
    source: EntityCard
    target: EntityCard

    def card(self, side: Side) -> EntityCard:
        """Return the card of the record on that side."""
        return self.source if side is Side.SOURCE else self.target


class Scenario(Struct, frozen=True):
    """Ordered steps on fresh records; `checks` are the ids that it decides, `roles` tells who the roles are."""

    name: str
    roles: Mapping[str, Role]
    steps: tuple[Step, ...]
    checks: tuple[str, ...]


class SectionPlan(Struct, frozen=True):
    """A section with its checks and scenarios; both are empty for a duplicate."""

    section: Section
    pairs: tuple[PropertyPair, ...]
    checks: tuple[Check, ...]
    scenarios: tuple[Scenario, ...]


class Checklist(Struct, frozen=True):
    """All that one document asks to be verified, made with a seed; `findings` are the document's own faults."""

    dataflow: Dataflow
    seed: str
    sections: tuple[SectionPlan, ...]
    findings: tuple[Finding, ...]
