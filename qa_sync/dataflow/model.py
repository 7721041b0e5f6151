"""The content of a spec as frozen values; no I/O.

A Dataflow has Sections; a Section has Statements, Criteria (rows of the merge table) and PropertyPairs (rows of the
property table). Every item has its 1-based line. Source: docs/explanation/grammar.rst.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct


class StatementKind(StrEnum):
    """The kinds of statements, by their names in `show --format json`."""

    EVERY = "every"
    LINK_FIRST = "link-first"
    MATCHING = "matching"
    MERGE_IF = "merge-if"
    NEW_IF_CONNECTED = "new-if-connected"
    CONDITION = "condition"
    KEEP = "keep"
    PROPS = "props"


class Severity(StrEnum):
    """The severity of a finding, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Origin(StrEnum):
    """Where a property pair comes from; only the spec requires `spec` pairs."""

    SPEC = "spec"
    SETTINGS = "settings"
    INFERRED = "inferred"


class Finding(Struct, frozen=True):
    """A problem in a spec: a stable code, a severity, a 1-based line and a message."""

    code: str
    severity: Severity
    line: int
    message: str


class Entity(Struct, frozen=True):
    """One side of a section: the system's label, the entity as written, and the facet (`human data`), if any."""

    system: str
    entity: str
    facet: str | None = None

    def __str__(self) -> str:
        facet = f" ({self.facet})" if self.facet else ""
        return f"{self.system} {self.entity}{facet}".strip()


class Condition(Struct, frozen=True):
    """The part of a conditional sentence before `, it will be synchronized`.

    `template` is `probability`, `status`, `accepted`, `type` or `free`; `text` is the condition as written; `value` is
    the literal in the sentence (`Agent`, `Sold`), or None when there is none.
    """

    template: str
    text: str
    value: str | None = None


class Connection(Struct, frozen=True):
    """NEW-IF-CONNECTED: the entities (as written, without label) that must be synced, and the target system's label."""

    entities: tuple[str, ...]
    into: str


class Statement(Struct, frozen=True):
    """A sentence of a section: its kind, its first line and its text with line breaks."""

    kind: StatementKind
    line: int
    text: str
    condition: Condition | None = None
    connection: Connection | None = None


class When(Struct, frozen=True):
    """`Dependant on having VALUE in PATH`; both may be empty strings in old specs."""

    value: str
    path: str


class Criterion(Struct, frozen=True):
    """A row of the merge table: two records match when the values at these two paths (possibly empty) are equal."""

    source: str
    target: str
    line: int


class PropertyPair(Struct, frozen=True):
    """Two property paths that hold the same value.

    `type` is a scalar type name, `list`, `expression` or None (unknown); `expression` is the raw cell when the type
    is `expression`; `line` is None for pairs that are not in the spec.
    """

    source: str
    target: str
    type: str | None = None
    origin: Origin = Origin.SPEC
    line: int | None = None
    source_when: tuple[When, ...] = ()
    target_when: tuple[When, ...] = ()
    expression: str | None = None


class Section(Struct, frozen=True):
    """One pair of entities. `ordinal` is the section's position in the spec, from 1; `line` is the heading's line.

    `duplicate_of` is the ordinal of an earlier section with the same content (None: not a copy); `table_line` is the
    line of the property table's directive (None: no table).
    """

    ordinal: int
    heading: str
    line: int
    source: Entity
    target: Entity
    statements: tuple[Statement, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    pairs: tuple[PropertyPair, ...] = ()
    duplicate_of: int | None = None
    table_line: int | None = None
    unread: tuple[Finding, ...] = ()

    @property
    def key(self) -> str:
        """A stable name that is safe as a file name: `1-wix-com-contacts-to-customerp-contact`."""
        return f"{self.ordinal}-{_slug(self.heading)}"

    def statement(self, kind: StatementKind) -> Statement | None:
        """Return the first statement of the kind, or None."""
        return next((s for s in self.statements if s.kind is kind), None)


class Dataflow(Struct, frozen=True):
    """A spec: `path` as the user wrote it; `generated` is an ISO date and time without a zone, or None."""

    path: str
    title: str
    source: str
    target: str
    generated: str | None = None
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=1000)  # asked for with every event
def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")[:80].rstrip("-")
