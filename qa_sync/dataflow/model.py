"""What a dataflow document says, as frozen values; no I/O here.

A Dataflow has Sections, a Section has Statements, Criteria (rows of the merge table) and PropertyPairs (rows of the
property table). Every item knows its 1-based line. Source of the rules: facts/GRAMMAR.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct


class StatementKind(StrEnum):
    """The kinds of statement, as `show --format json` names them."""

    EVERY = "every"
    LINK_FIRST = "link-first"
    MATCHING = "matching"
    MERGE_IF = "merge-if"
    NEW_IF_CONNECTED = "new-if-connected"
    CONDITION = "condition"
    KEEP = "keep"
    PROPS = "props"


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Origin(StrEnum):
    """Where a property pair comes from; only `spec` pairs are promises of the document."""

    SPEC = "spec"
    SETTINGS = "settings"
    INFERRED = "inferred"


class Finding(Struct, frozen=True):
    """Something wrong with the document itself: a stable code, a severity, a line and a sentence."""

    code: str
    severity: Severity
    line: int
    message: str


class Entity(Struct, frozen=True):
    """One side of a section: the system's label, the entity as written, and the facet (`human data`) if any."""

    system: str
    entity: str
    facet: str | None = None

    def __str__(self) -> str:
        facet = f" ({self.facet})" if self.facet else ""
        return f"{self.system} {self.entity}{facet}".strip()


class Condition(Struct, frozen=True):
    """What a conditional sentence says before `, it will be synchronized`.

    `template` is `probability`, `status`, `accepted`, `type` or `free`; `text` the condition as written; `value` the
    literal that the sentence names (`Agent`, `Sold`), None when it names none.
    """

    template: str
    text: str
    value: str | None = None


class Connection(Struct, frozen=True):
    """NEW-IF-CONNECTED: the entities (as written, label stripped) that must be synced, and the label they go into."""

    entities: tuple[str, ...]
    into: str


class Statement(Struct, frozen=True):
    """A sentence of a section with its kind, its first line and its text (line breaks kept)."""

    kind: StatementKind
    line: int
    text: str
    condition: Condition | None = None
    connection: Connection | None = None


class When(Struct, frozen=True):
    """`Dependant on having VALUE in PATH`; both may be empty strings in old documents."""

    value: str
    path: str


class Criterion(Struct, frozen=True):
    """A row of the merge table: two property paths (possibly empty) that make two records the same thing."""

    source: str
    target: str
    line: int


class PropertyPair(Struct, frozen=True):
    """Two property paths that carry the same value.

    `type` is a scalar type name, `list`, `expression` or None (unknown); `expression` holds the raw cell when the type
    is `expression`; `line` is None for pairs that the document does not have.
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
    """One pair of entities. `ordinal` counts the document's sections from 1; `line` is that of the heading's text.

    `duplicate_of` is the ordinal of an earlier section with the same content (None: not a copy); `table_line` is the
    line of the property table's directive (None: there is none).
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

    @property
    def key(self) -> str:
        """A stable name that is also safe as a file name: `1-wix-com-contacts-to-customerp-contact`."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")
        return f"{self.ordinal}-{slug[:80].rstrip('-')}"

    def statement(self, kind: StatementKind) -> Statement | None:
        """Return the first statement of that kind, None when there is none."""
        return next((s for s in self.statements if s.kind is kind), None)


class Dataflow(Struct, frozen=True):
    """A whole document: `path` as the user gave it, `generated` as an ISO date-time without zone or None."""

    path: str
    title: str
    source: str
    target: str
    generated: str | None = None
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
