"""The checklist: what a run verifies, as frozen values; no I/O.

A Checklist has SectionPlans; a SectionPlan has Checks (one verifiable claim each) and Scenarios (ordered steps on
new records that decide several checks). All sentences of a spec compile to a few kinds of step: the runner
never sees prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from qa_sync.checklist.reasons import Reason
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Edit, EditBothSides, EditDuringCycle, Insert, Step
from qa_sync.dataflow.model import Dataflow, Finding, Origin, PropertyPair, Section
from qa_sync.systems.cards import EntityCard


class Check(Struct, frozen=True):
    """One verifiable claim.

    `kind` is the check kind (`create`, `property`, ...); `line` is the line of the statement, of the table row, or (for
    inferred pairs) of the property table; `skip` is the reason why the check cannot run, `manual` what the user must
    check by hand, `error` why it can have no verdict.

    Source: docs/explanation/verdicts.rst, "From statements to checks".
    """

    id: str
    kind: str
    title: str
    line: int
    pair: PropertyPair | None = None
    skip: Reason | None = None
    manual: Reason | None = None
    error: Reason | None = None

    @property
    def is_decided(self) -> bool:
        """Whether the check has its result before anything runs."""
        return self.reason is not None

    @property
    def reason(self) -> Reason | None:
        """Why nothing that runs decides the check; None if a scenario does."""
        return self.error or self.skip or self.manual

    @property
    def origin(self) -> Origin | None:
        """The origin of the check's property pair; None for a check of whole records."""
        return self.pair.origin if self.pair else None


class Role(Struct, frozen=True):
    """A role of a scenario: a record of this section's entities, or of a section that this one refers to.

    `section` is the ordinal of that section; `source` and `target` are the cards of its two entities; `mapped` are the
    paths of each that rows of the spec name.
    """

    section: int
    source: EntityCard
    target: EntityCard
    mapped: Mapping[Side, frozenset[str]] = field(default_factory=dict)

    def card(self, side: Side) -> EntityCard:
        """Return the entity card of the record on a side."""
        return self.source if side is Side.SOURCE else self.target


class Scenario(Struct, frozen=True):
    """Ordered steps on new records; `checks` are the ids of the checks it decides, `roles` its roles by name.

    `alone`: no other scenario runs at the same time, because its records show whether the sync takes records for each
    other, or are many.
    """

    name: str
    roles: Mapping[str, Role]
    steps: tuple[Step, ...]
    checks: tuple[str, ...]
    alone: bool = False


class SectionPlan(Struct, frozen=True):
    """A section with its checks and scenarios; both are empty for a duplicate.

    `reported` are the ids of the checks that the user selected (None: all): a scenario decides all its checks, but only
    these are reported.
    """

    section: Section
    pairs: tuple[PropertyPair, ...]
    checks: tuple[Check, ...]
    scenarios: tuple[Scenario, ...]
    reported: frozenset[str] | None = None

    def reports(self, check: str) -> bool:
        """Return whether the verdict of a check is reported."""
        return self.reported is None or check in self.reported


class Checklist(Struct, frozen=True):
    """Everything that a run verifies for one spec; `seed` decides the samples, `findings` are the lint findings."""

    dataflow: Dataflow
    seed: str
    sections: tuple[SectionPlan, ...]
    findings: tuple[Finding, ...]


def marks_of(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """Return the marks of the records that scenarios create."""
    return tuple(step.mark for scenario in scenarios for step in scenario.steps if isinstance(step, Insert))


def edits_of(step: Step) -> tuple[Edit, ...]:
    """Return the edits that a step may make."""
    match step:
        case Edit():
            return (step,)
        case EditBothSides():
            return tuple(edit for choice in step.choices for edit in (choice.first, choice.second))
        case EditDuringCycle():
            return (step.edit,)
        case _:
            return ()
