"""What a section claims of existing records, by what two records are the same thing, and which columns that needs."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import PropertyPair, Section, StatementKind, When
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.condition import Condition


class MatchMethod(StrEnum):
    """By what records are matched, in this order."""

    CRITERIA = "the section's merge criteria"
    SETTINGS = "the settings' keys"
    LINKS = "the engine's links"
    CONCEPT = "a unique property that both have"


class MatchRule(Struct, frozen=True):
    """By what two records are the same: any of the key pairs, or the links that are kept under the name `links`."""

    method: MatchMethod
    keys: tuple[tuple[PropertyCard, PropertyCard], ...] = ()
    links: str = ""

    def __str__(self) -> str:
        told = " or ".join(f"{one.path} = {other.path}" for one, other in self.keys)
        return f"matched by {self.method}" + (f" ({told})" if told else "")


class Claim(Struct, frozen=True):
    """A pair that existing records are held to.

    `skip` and `manual` are reasons why it is not judged; `note` is what a reader of a difference should know;
    `id_section` is the ordinal of the section whose matches translate its ids.
    """

    id: str
    pair: PropertyPair
    source: PropertyCard
    target: PropertyCard
    line: int
    skip: str | None = None
    manual: str | None = None
    note: str | None = None
    id_section: int | None = None

    @property
    def is_checked(self) -> bool:
        """Whether records are looked at for it."""
        return not self.skip and not self.manual

    @property
    def conditions(self) -> tuple[tuple[When, ...], tuple[When, ...]]:
        """The literal conditions on the source's and on the target's record."""
        return self.pair.source_when, self.pair.target_when


class AuditableSection(Struct, frozen=True):
    """A section whose records can be matched: the two cards, by what, and the claims.

    `no_coverage` is why an A without B breaks no promise, `no_reverse` the same for a B without A; `manual_reason`
    says that a person must know which A are meant, `condition` what the settings say of it.
    """

    source: EntityCard
    target: EntityCard
    match: MatchRule
    claims: tuple[Claim, ...]
    no_coverage: str | None
    manual_reason: str | None
    no_reverse: str | None
    condition: Condition | None = None

    @property
    def checked_claims(self) -> tuple[Claim, ...]:
        """The claims that records are looked at for."""
        return tuple(c for c in self.claims if c.is_checked)

    def card(self, at: int) -> EntityCard:
        """Return the card of the source (0) or the target (1)."""
        return (self.source, self.target)[at]

    def paths(self, at: int) -> tuple[str, ...]:
        """Return the property paths that are needed of the source (0) or the target (1)."""
        keys = [key[at].path for key in self.match.keys]
        ends = [(c.source, c.target)[at].path for c in self.checked_claims]
        told = [self.condition.path] if self.condition and at == 0 else []
        return tuple(
            dict.fromkeys([*keys, *ends, *told, *(w.path for c in self.checked_claims for w in c.conditions[at])])
        )


class SectionPlan(Struct, frozen=True):
    """A section to be audited; `auditable` is None when it cannot be, and `skip_reason` then says why."""

    section: Section
    prefix: str
    auditable: AuditableSection | None
    skip_reason: str = ""

    def line(self, kind: StatementKind) -> int:
        """Return the line of the first statement of a kind, else the heading's."""
        found = self.section.statement(kind)
        return found.line if found else self.section.line

    @property
    def labels(self) -> tuple[str, str]:
        """The labels of the two systems."""
        return self.section.source.system, self.section.target.system
