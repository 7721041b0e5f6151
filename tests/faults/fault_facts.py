"""What a document says and its two systems can do, as far as it decides whether a fault can show in it.

It is read from the document and the entity cards alone: neither the checklist nor the engine is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.dataflow.model import PropertyPair, Section, StatementKind
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_all
from qa_sync.settings.model import Settings
from qa_sync.settings.read import load_settings
from qa_sync.sync.lanes import Row, Side
from qa_sync.systems.cards import EntityCard, PropertyCard, Writable, find_card
from qa_sync.systems.pairing import pairs_of

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/faults/specs"
SETTINGS = FIXTURES / "qa-sync.toml"
SPECS = (*sorted((ROOT / "specs").glob("*.txt")), *sorted(FIXTURES.glob("*.txt")))


class Place(Struct, frozen=True):
    """Where a fault shows: the kind of check, its section, and the two paths of its pair (None: whole records)."""

    kind: str
    section: int
    pair: tuple[str, str] | None = None


class Pair(Struct, frozen=True):
    """A row of the property table, or of the merge table, with its two property cards."""

    source: PropertyCard
    target: PropertyCard
    conditional: bool = False

    def card(self, side: Side) -> PropertyCard:
        """Return the property of that side."""
        return self.source if side is Side.SOURCE else self.target

    @property
    def paths(self) -> tuple[str, str]:
        return self.source.path, self.target.path

    @property
    def row(self) -> Row:
        return Row(self.source, self.target)


class Facts(Struct, frozen=True):
    """One section with its two entity cards; `siblings` are the two cards of each section of the document that creates
    counterparts without more ado; `named` are the properties that any section of the document is about."""

    section: Section
    source: EntityCard
    target: EntityCard
    pairs: tuple[Pair, ...]
    criteria: tuple[Pair, ...]
    siblings: tuple[tuple[EntityCard, EntityCard], ...]
    named: frozenset[tuple[str, str]] = frozenset()

    def mapped(self, side: Side) -> frozenset[str]:
        """Return the properties of a side's entity that any row of the document is about."""
        return frozenset(path for datatype, path in self.named if datatype == self.card(side).datatype)

    @property
    def removable(self) -> bool:
        """Whether the records of both sides can be removed again."""
        return _can(self.source, "delete") and _can(self.target, "delete")

    def card(self, side: Side) -> EntityCard:
        return self.source if side is Side.SOURCE else self.target

    def says(self, kind: StatementKind) -> bool:
        return self.section.statement(kind) is not None

    @property
    def creates(self) -> bool:
        """Whether some new source record gets a counterpart: LINK-FIRST alone gives none."""
        allowed = not self.says(StatementKind.LINK_FIRST) or self.says(StatementKind.NEW_IF_CONNECTED)
        return allowed and _can(self.source, "insert") and _can(self.target, "insert")

    @property
    def links(self) -> bool:
        """Whether two records of the section come to be linked at all."""
        merges = bool(self.criteria) and _can(self.source, "insert") and _can(self.target, "insert")
        return self.creates or merges

    def arrives(self, pair: Pair) -> bool:
        """Return whether a new counterpart is given the pair's value."""
        return self.creates and pair.target.writable is not Writable.NEVER and not pair.conditional

    def derives(self, pair: Pair) -> bool:
        """Return whether a new counterpart's system computes the pair's value from others."""
        return self.creates and pair.target.derived and not pair.conditional

    def follows(self, pair: Pair, edited: Side) -> bool:
        """Return whether the pair can be edited on one side, and that be carried to the other."""
        both = all(_can(self.card(side), "update") for side in Side)
        written = all(pair.card(side).writable is Writable.ALWAYS for side in Side)
        return self.links and both and written and not pair.conditional and edited in Side

    def followers(self) -> Iterator[Pair]:
        return (pair for pair in self.pairs if self.follows(pair, Side.SOURCE))

    @property
    def strangers(self) -> tuple[EntityCard, ...]:
        """The entities of other sections whose records stand beside this one's while it is checked."""
        return tuple(card for both in self.siblings if both[0].datatype != self.source.datatype for card in both)

    def whole(self, *kinds: str) -> Iterator[Place]:
        """Yield the places of checks about whole records."""
        return (Place(kind, self.section.ordinal) for kind in kinds)

    def about(self, pair: Pair, *kinds: str) -> Iterator[Place]:
        """Yield the places of checks about a pair."""
        return (Place(kind, self.section.ordinal, pair.paths) for kind in kinds)


def settings_of(path: Path) -> Settings:
    """Return the settings that a document is checked with: the fixtures have some, the real ones none."""
    return load_settings(SETTINGS) if path.parent == FIXTURES else Settings()


def facts_of(path: Path) -> tuple[Facts, ...]:
    """Return what is known of each section that is no copy."""
    settings = settings_of(path)
    dataflows = read_all([str(path)])
    connectors = connectors_of(dataflows, settings)
    (dataflow,) = apply_configured_pairs(dataflows, connectors, settings)
    own = [s for s in dataflow.sections if s.duplicate_of is None]
    cards = {label: connector.cards for label, connector in connectors.items()}
    ends = [tuple(find_card(cards[e.system], e.entity, e.system) for e in (s.source, s.target)) for s in own]
    every = [s.statement(StatementKind.EVERY) is not None for s in own]
    siblings = tuple((a, b) for (a, b), creates in zip(ends, every, strict=True) if creates)
    found = tuple(_facts(s, a, b, siblings) for s, (a, b) in zip(own, ends, strict=True))
    named = frozenset(place for facts in found for place in _named(facts))
    return tuple(replace(facts, named=named) for facts in found)


def _named(facts: Facts) -> Iterator[tuple[str, str]]:
    for pair in (*facts.pairs, *facts.criteria):
        yield facts.source.datatype, pair.source.path
        yield facts.target.datatype, pair.target.path


def _facts(
    section: Section, a: EntityCard, b: EntityCard, siblings: tuple[tuple[EntityCard, EntityCard], ...]
) -> Facts:
    pairs = tuple(found for p in pairs_of(section, a, b) if (found := _pair(a, b, p)))
    criteria = tuple(
        Pair(a.properties[c.source], b.properties[c.target])
        for c in section.criteria
        if c.source in a.properties and c.target in b.properties
    )
    return Facts(section, a, b, pairs, criteria, siblings)


def _pair(a: EntityCard, b: EntityCard, pair: PropertyPair) -> Pair | None:
    source, target = a.properties.get(pair.source), b.properties.get(pair.target)
    if source is None or target is None:
        return None
    return Pair(source, target, bool(pair.source_when or pair.target_when))


def _can(card: EntityCard, operation: str) -> bool:
    return operation not in card.cannot
