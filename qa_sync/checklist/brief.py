"""What a scenario file is given: one section, its pairs and cards, and the means to make checks and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qa_sync.checklist.ability import Ends
from qa_sync.checklist.model import Appears, Cast, Check, Expect, Insert, SampleValue, Scenario, Side, Step
from qa_sync.checklist.recipe import Recipe
from qa_sync.checklist.samples import mark_of
from qa_sync.dataflow.model import PropertyPair, Section, StatementKind
from qa_sync.systems.pairing import pairs_of


@dataclass(frozen=True, slots=True)
class Part:
    """What one scenario file adds to a section."""

    checks: tuple[Check, ...]
    scenarios: tuple[Scenario, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """One section, ready for the scenario files.

    `prefix` begins every check's id; `repeated` are the ends that more than one pair has (their ids need the line);
    `siblings` are the ends of all sections of the document by ordinal (a referred
    record is made in its own section); `seed` makes the samples.
    """

    ends: Ends
    pairs: tuple[PropertyPair, ...]
    prefix: str
    seed: str
    repeated: frozenset[tuple[str, str]]
    siblings: Mapping[int, Ends]

    @property
    def section(self) -> Section:
        """The section itself."""
        return self.ends.section

    def line(self, kind: StatementKind) -> int:
        """Return the line of the first statement of a kind, else the heading's."""
        found = self.section.statement(kind)
        return found.line if found else self.section.line

    def check(
        self, kind: str, title: str, line: int, pair: PropertyPair | None = None, skip: str | None = None
    ) -> Check:
        """Return a check of this section with its stable id."""
        end = f"/{pair.source}:{pair.target}" if pair else ""
        if pair and (pair.source, pair.target) in self.repeated:
            end += f"@{pair.line}"
        return Check(f"{self.prefix}/{kind}{end}", kind, title, line, pair, skip, _only_a_person(pair))

    def property_line(self, pair: PropertyPair) -> int:
        """Return the line that a pair is read from: its row, else the property table."""
        return pair.line or self.section.table_line or self.line(StatementKind.PROPS)

    # -- records

    @property
    def referred(self) -> Mapping[str, Ends]:
        """The sections whose records this one's properties refer to, by datatype on the source side."""
        wanted = {p.references for p in self.ends.source.properties.values() if p.references}
        found: dict[str, Ends] = {}
        for ends in self.siblings.values():
            if ends.source.datatype in wanted and ends.source.system == self.ends.source.system:
                found.setdefault(ends.source.datatype, ends)
        return found

    def cast(self, *roles: str) -> Mapping[str, Cast]:
        """Return who the roles are: records of this section, and one for each section referred to."""
        own = dict.fromkeys(roles, Cast(self.section.ordinal, self.ends.source, self.ends.target))
        return own | {name: Cast(e.section.ordinal, e.source, e.target) for name, e in self.referred.items()}

    def arrive(self, scenario: str, role: str) -> tuple[Step, ...]:
        """Return the steps by which a fresh record is made on the source and its counterpart is waited for."""
        return (self.insert(scenario, role), Expect(((None, Appears(role, Side.TARGET, once=False)),), wait=True))

    def referred_arrive(self, scenario: str) -> tuple[Step, ...]:
        """Return the steps that make the records which this section's records refer to."""
        steps: list[Step] = []
        for name, ends in self.referred.items():
            mark = mark_of(self.seed, self.prefix, scenario, name)
            pairs = pairs_of(ends.section, ends.source, ends.target)
            steps.append(Insert(name, Side.SOURCE, Recipe(ends, Side.SOURCE, mark, 0).values(pairs), mark))
            steps.append(Expect(((None, Appears(name, Side.TARGET, once=False)),), wait=True))
        return tuple(steps)

    def insert(self, scenario: str, role: str) -> Insert:
        """Return the step that makes a role's record on the source."""
        mark = mark_of(self.seed, self.prefix, scenario, role)
        return Insert(role, Side.SOURCE, self._recipe(Side.SOURCE, mark, 0).values(self.pairs), mark)

    def edited(
        self, scenario: str, role: str, side: Side, pairs: tuple[PropertyPair, ...]
    ) -> Mapping[str, SampleValue]:
        """Return new values for the pairs' ends on a side."""
        mark = mark_of(self.seed, self.prefix, scenario, role)
        return self._recipe(side, mark, 1 if side is Side.SOURCE else 2).values(pairs)

    def _recipe(self, side: Side, mark: str, version: int) -> Recipe:
        return Recipe(self.ends, side, mark, version, frozenset(self.referred))


def _only_a_person(pair: PropertyPair | None) -> str | None:
    if pair is None or not (conditions := (*pair.source_when, *pair.target_when)):
        return None
    told = "; ".join(f"{w.path or '(no path given)'} holds {w.value or '(no value given)'}" for w in conditions)
    return f"applies only when {told}"
