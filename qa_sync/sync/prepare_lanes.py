"""Prepares the lanes of a dataflow; rows and sections that cannot be synchronized become problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.dataflow.model import Criterion, Dataflow, PropertyPair, Section, When
from qa_sync.errors import UnknownName, did_you_mean
from qa_sync.location import Location
from qa_sync.sync.lanes import Lane, LaneEnd, Row, Side, in_order
from qa_sync.sync.summary import Problem
from qa_sync.systems.cards import EntityCard, PropertyCard, find_card
from qa_sync.systems.pairing import pairs_of, with_tags
from qa_sync.systems.system import System


class PreparedLanes:
    """The lanes of a dataflow, and the problems in its rows.

    `literals` are the values for the names in `Dependant on having wd:Q...`.
    """

    def __init__(self, dataflow: Dataflow, source: System, target: System, literals: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._path = dataflow.path
        self._systems = (source, target)
        self._literals = literals
        self._keys: dict[tuple[str, str], str] = {}
        ends = [(s, found) for s in dataflow.sections if s.duplicate_of is None and (found := self._ends(s))]
        for _, (a, b) in ends:
            self._keys.setdefault((a.card.datatype, b.card.datatype), links_key(a, b))
        self.lanes = in_order(tuple(self._lane(section, a, b) for section, (a, b) in ends))

    def _ends(self, section: Section) -> tuple[LaneEnd, LaneEnd] | None:
        at = Location(self._path, section.line)
        source, target = self._systems
        try:
            a = find_card(source.cards, section.source.entity, source.label, at)
            b = find_card(target.cards, section.target.entity, target.label, at)
        except UnknownName as error:
            self.problems.append(Problem(section.key, source.label, None, f"the section is not synchronized: {error}"))
            return None
        a, b = with_tags(section, a, b)
        return LaneEnd(Side.SOURCE, source, a), LaneEnd(Side.TARGET, target, b)

    def _lane(self, section: Section, a: LaneEnd, b: LaneEnd) -> Lane:
        within = a.system.label == b.system.label
        return Lane(
            section=section,
            key=self._keys[a.card.datatype, b.card.datatype],
            source=a,
            target=b,
            rows=self._rows(section, a, b, pairs_of(section, a.card, b.card)),
            criteria=self._rows(section, a, b, (_as_pair(c) for c in section.criteria if c.source and c.target)),
            mirror=self._keys.get((b.card.datatype, a.card.datatype)) if within else None,
        )

    def _rows(self, section: Section, a: LaneEnd, b: LaneEnd, pairs: Iterable[PropertyPair]) -> tuple[Row, ...]:
        rows = []
        for pair in pairs:
            if pair.source == a.card.key and pair.target == b.card.key:
                continue  # "id -> id" is the link itself
            row = self._row(a, b, pair)
            if isinstance(row, str):
                text = f"{pair.source} -> {pair.target} is not synchronized: {row}"
                self.problems.append(Problem(section.key, b.system.label, None, text))
            else:
                rows.append(row)
        return tuple(rows)

    def _row(self, a: LaneEnd, b: LaneEnd, pair: PropertyPair) -> Row | str:
        """Return the resolved row, or the reason why it cannot be synchronized."""
        source, target = a.card.properties.get(pair.source), b.card.properties.get(pair.target)
        if source is None:
            return _unknown(a.card, pair.source)
        if target is None:
            return _unknown(b.card, pair.target)
        try:
            whens = self._literal(pair.source_when), self._literal(pair.target_when)
        except UnknownName as error:
            return error.message
        through = self._through(_points_to(a.card, source), _points_to(b.card, target))
        if bool(source.references) != bool(target.references) and through is None:
            return "only one of the two is a reference"
        if source.references and target.references and through is None:
            return f"no section links {source.references} to {target.references}"
        return Row(source, target, through, *whens)

    def _through(self, source: str | None, target: str | None) -> str | None:
        """Return the key of the links between the datatypes that two ids refer to, or None without such links."""
        return self._keys.get((source, target)) if source and target else None

    def _literal(self, whens: tuple[When, ...]) -> tuple[When, ...]:
        return tuple(When(self._meaning(w), w.path) for w in whens)

    def _meaning(self, when: When) -> str:
        if when.value in self._literals:
            return self._literals[when.value]
        if not (when.value and when.path) or when.value.startswith("wd:"):
            raise UnknownName("literal of the condition", f"{when.value} in {when.path}", self._literals)
        return when.value


def links_key(a: LaneEnd, b: LaneEnd) -> str:
    """Return the key of the links between two entities, which does not depend on the order of the sections."""
    return f"{a.system.label} {a.card.datatype} = {b.system.label} {b.card.datatype}"


def _points_to(card: EntityCard, property_card: PropertyCard) -> str | None:
    """Return the datatype that a property's ids refer to; an entity's own key refers to itself."""
    return card.datatype if property_card.path == card.key else property_card.references


def _as_pair(criterion: Criterion) -> PropertyPair:
    return PropertyPair(criterion.source, criterion.target, line=criterion.line)


def _unknown(card: EntityCard, path: str) -> str:
    near = did_you_mean(path, card.properties)
    return f"{card.system} {card.datatype} has no property card for {path}" + (f"; {near}" if near else "")
