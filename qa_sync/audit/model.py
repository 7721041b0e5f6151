"""The data model of an audit: claims, match rules, section plans."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import PropertyPair, Section, StatementKind, When
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.values.condition import Condition
from qa_sync.values.record_form import deciding_path


class MatchMethod(StrEnum):
    """How records are matched, in order of precedence."""

    CRITERIA = "the section's merge criteria"
    SETTINGS = "the settings' keys"
    LINKS = "the engine's links"
    CONCEPT = "a unique property of both"
    KEY = "the given key"


class MatchRule(Struct, frozen=True):
    """How two records are matched: by any of the key pairs, or by the links that a sync stored under `links`."""

    method: MatchMethod
    keys: tuple[tuple[PropertyCard, PropertyCard], ...] = ()
    links: str = ""

    def __str__(self) -> str:
        keys = " or ".join(f"{one.path} = {other.path}" for one, other in self.keys)
        return f"matched by {self.method}" + (f" ({keys})" if keys else "")


class Claim(Struct, frozen=True):
    """A property pair to compare in existing records.

    `skip` and `manual` are reasons why it is not compared; `note` explains differences; `id_section` is the ordinal of
    the section whose matches translate its ids; `erase`: an empty source value must be empty at the target; `absent` is
    the column that an export lacks, which is an error unless it is `excused`.
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
    erase: bool = False
    absent: str | None = None
    excused: bool = False

    @property
    def is_checked(self) -> bool:
        """Whether records are compared for this claim."""
        return not self.skip and not self.manual and not self.absent

    @property
    def conditions(self) -> tuple[tuple[When, ...], tuple[When, ...]]:
        """The conditions on the source and on the target record."""
        return self.pair.source_when, self.pair.target_when

    def decided_by(self, at: int) -> str | None:
        """Return the path of the value that decides how the source's (0) or the target's (1) is compared."""
        return deciding_path((self.source, self.target)[at].form)


class AuditableSection(Struct, frozen=True):
    """A section whose records can be matched: the entity cards, the match rule and the claims.

    `no_coverage` is the reason why an A without B is no failure, `no_reverse` the same for a B without A;
    `manual_reason` is the reason why the A concerned must be selected by hand, `condition` selects them by settings.
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
        """The claims for which records are compared."""
        return tuple(c for c in self.claims if c.is_checked)

    def card(self, at: int) -> EntityCard:
        """Return the card of the source (0) or the target (1)."""
        return (self.source, self.target)[at]

    def paths(self, at: int) -> tuple[str, ...]:
        """Return the property paths that the audit needs of the source (0) or the target (1)."""
        keys = [key[at].path for key in self.match.keys]
        ends = [(c.source, c.target)[at].path for c in self.checked_claims]
        condition = [self.condition.path] if self.condition and at == 0 else []
        whens = [w.path for c in self.checked_claims for w in c.conditions[at]]
        deciding = [path for c in self.checked_claims if (path := c.decided_by(at))]
        return tuple(dict.fromkeys([*keys, *ends, *condition, *whens, *deciding]))


class SectionPlan(Struct, frozen=True):
    """A section to audit; `auditable` is None if it cannot be audited, for the reason `skip_reason`."""

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
