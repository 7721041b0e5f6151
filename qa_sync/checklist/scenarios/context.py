"""What a scenario file is given: one section, its pairs and cards, and the means to make checks and samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from qa_sync.checklist.depth import Depth
from qa_sync.checklist.linking import Linking, connection_of, untestable
from qa_sync.checklist.model import Appears, Carries, Cast, Check, Expect, Insert, SampleValue, Scenario, Side, Step
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.checklist.samples.edit_rounds import Pairs
from qa_sync.checklist.samples.order_amounts import FEWER, LINES, MORE
from qa_sync.checklist.samples.record import Recipe, is_of_lines
from qa_sync.checklist.samples.related_records import Claims, Company
from qa_sync.checklist.samples.values import mark_of
from qa_sync.dataflow.model import Criterion, PropertyPair, Section, StatementKind
from qa_sync.frozen import dataclass
from qa_sync.settings.model import Settings

FULL = 0
"""The version of a record as it is made."""
SECOND = 2
"""The version of a second edit, which adds a line to an order."""
FEWERS = {1: FEWER, 3: LINES}
"""The lines of an order after the first edit on either side, which removes one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one scenario file adds to a section."""

    checks: tuple[Check, ...]
    scenarios: tuple[Scenario, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """One section, ready for the scenario files.

    `pairs` are those that always apply, `dependants` those under conditions; `prefix` begins every check's id;
    `repeated` are the ends that more than one pair has (their ids need the line); `company` are the records of other
    sections; `linking` is how a pair of records is linked; `seed` makes the samples; `settings` say what the document
    does not.
    """

    ends: Ends
    pairs: tuple[PropertyPair, ...]
    prefix: str
    seed: str
    repeated: frozenset[tuple[str, str]]
    company: Company
    dependants: Pairs = ()
    linking: Linking = field(default_factory=Linking)
    settings: Settings = field(default_factory=Settings)
    depth: Depth = Depth.STANDARD

    @property
    def section(self) -> Section:
        """The section itself."""
        return self.ends.section

    def line(self, kind: StatementKind) -> int:
        """Return the line of the first statement of a kind, else the heading's."""
        found = self.section.statement(kind)
        return found.line if found else self.section.line

    def check(
        self,
        kind: str,
        title: str,
        line: int,
        pair: PropertyPair | None = None,
        skip: str | None = None,
        *,
        at: str = "",
    ) -> Check:
        """Return a check of this section with its stable id; `at` tells checks of one kind apart."""
        end = f"/{pair.source}:{pair.target}" if pair else at and f"/{at}"
        if pair and (pair.source, pair.target) in self.repeated:
            end += f"@{pair.line}"
        return Check(f"{self.prefix}/{kind}{end}", kind, title, line, pair, skip)

    def property_line(self, pair: PropertyPair) -> int:
        """Return the line that a pair is read from: its row, else the property table."""
        return pair.line or self.section.table_line or self.line(StatementKind.PROPS)

    @property
    def keys(self) -> Pairs:
        """The rows of the merge table whose values two records can be made to share, as pairs."""
        testable = (c for c in self.section.criteria if not untestable(self.ends, c))
        return tuple(PropertyPair(c.source, c.target, line=c.line) for c in testable)

    @property
    def spare(self) -> bool:
        """Whether a further record may be made: what cannot be removed again is made once, or to know thoroughly."""
        return self.depth is Depth.THOROUGH or not any(self.ends.no_operation(side, "delete") for side in Side)

    # -- records

    def cast(self, *roles: str) -> Mapping[str, Cast]:
        """Return who the roles are: records of this section, and those of other sections beside them."""
        own = dict.fromkeys(roles, Cast(self.section.ordinal, self.ends.source, self.ends.target))
        return {**own, **self.company.cast()}

    def begin(self, scenario: str, *, bystanders: bool = False) -> tuple[Step, ...]:
        """Return the steps that make the records which this section's records refer to, and others to be watched."""
        return self.company.arrive(self.seed, f"{self.prefix}/{scenario}", bystanders=bystanders)

    def at_once(self, scenario: str) -> tuple[tuple[Insert, ...], Claims]:
        """Return the steps that make the records which this section's refer to, and that they arrive: nobody waits."""
        return self.company.made(self.seed, f"{self.prefix}/{scenario}")

    def arrive(
        self,
        scenario: str,
        role: str,
        *,
        also: Pairs = (),
        more: Mapping[str, SampleValue] | None = None,
        version: int = FULL,
    ) -> tuple[Step, ...]:
        """Return the steps by which a fresh record on the source comes to be linked with one on the target.

        `also` are pairs beyond the section's own of which it gets a value, `more` are further values.
        """
        made = self.insert(scenario, role, also=also, fixed={**self.fixed(), **(more or {})}, version=version)
        if criterion := self.linking.matched:
            return self.match(scenario, made, criterion)
        return (made, Expect(((None, Appears(role, Side.TARGET, once=False)),), wait=True))

    def match(self, scenario: str, made: Insert, criterion: Criterion) -> tuple[Step, ...]:
        """Return the steps that make a record on the target which one on the source matches, and that one."""
        there = self.bare(scenario, made.role, Side.TARGET, {criterion.target: made.values[criterion.source]})
        shown = self.shows_link(made, there)
        claim = Carries(made.role, Side.TARGET, shown) if shown else Appears(made.role, Side.TARGET, once=False)
        return (there, made, Expect(((None, claim),), wait=True))

    def shows_link(self, made: Insert, there: Insert) -> PropertyPair | None:
        """Return a pair by which two records that are linked are known: the target's end is empty before."""
        return next((p for p in self.pairs if self._fills(p, made, there)), None)

    def _fills(self, pair: PropertyPair, made: Insert, there: Insert) -> bool:
        """Tell whether a pair shows that two records were linked: the target's end was empty."""
        return (
            pair.source in made.values
            and pair.target not in there.values
            and not self.ends.no_property(pair, existing=True)
        )

    def insert(
        self,
        scenario: str,
        role: str,
        *,
        also: Pairs = (),
        fixed: Mapping[str, SampleValue] | None = None,
        version: int = FULL,
    ) -> Insert:
        """Return the step that makes a role's record on the source.

        `also` are pairs beyond the section's own; `fixed` are values that are decided already (None: those by which it
        may get a counterpart); `version` tells records apart whose values do not depend on the mark.
        """
        mark = self.mark(scenario, role)
        decided = self.fixed() if fixed is None else fixed
        recipe = replace(self._recipe(Side.SOURCE, mark, version, making=True), fixed=decided)
        return Insert(role, Side.SOURCE, recipe.values((*self.pairs, *self.keys, *also)), mark)

    def fixed(self) -> Mapping[str, SampleValue]:
        """Return what a source record must hold to get a counterpart."""
        connected = self.linking.connected
        reference = {connected[0]: self.company.reference(connected[1])} if connected else {}
        return {**self.linking.inside, **reference}

    def unconnected(self, made: Insert) -> Insert:
        """Return a source record without what connects it with a record of the section's list."""
        found = connection_of(self.ends, self.company.siblings)
        lost = found[0] if isinstance(found, tuple) else None
        return replace(made, values={path: value for path, value in made.values.items() if path != lost})

    def no_edit(self, pair: PropertyPair, edited: Side) -> str | None:
        """Return why an edit of a pair on a side cannot be tried, None when it can."""
        if pair.source in self.linking.inside:
            return f"the section's condition is about {pair.source}"
        return self.ends.no_update(pair, edited)

    def bare(self, scenario: str, role: str, side: Side, fixed: Mapping[str, SampleValue]) -> Insert:
        """Return the step that makes a role's record with some values, and what else the system requires."""
        mark = self.mark(scenario, role)
        recipe = replace(self._recipe(side, mark, FULL, making=True), fixed=fixed)
        values = recipe.values(())
        if not any(mark in str(value) for value in values.values()):
            texts = (p for p in self.pairs if (c := self.ends.property(p, side)) and c.form.convert == "text")
            values = {**recipe.values(tuple(texts)[:1]), **values}
        return Insert(role, side, values, mark)

    def edited(
        self, scenario: str, role: str, side: Side, pairs: Pairs, version: int, *, recased: bool = False
    ) -> Mapping[str, SampleValue]:
        """Return new values for the pairs' ends on a side; `recased`: texts that differ in nothing but their case."""
        return replace(self._recipe(side, self.mark(scenario, role), version), recased=recased).values(pairs)

    def mark(self, scenario: str, role: str) -> str:
        """Return what a role's records are known by."""
        return mark_of(self.seed, self.prefix, scenario, role)

    def _recipe(self, side: Side, mark: str, version: int, *, making: bool = False) -> Recipe:
        boundary = self.depth is Depth.THOROUGH
        lines = LINES if making else self._lines(version)
        return Recipe(self.ends, side, mark, version, self.company.roles, making=making, boundary=boundary, lines=lines)

    def _lines(self, version: int) -> int:
        """Return how many lines an order has after an edit: on each side the first removes one, the second adds."""
        if not self._may_change_lines():
            return LINES
        takes_away = all(self.ends.card(side).lets_elements_go for side in Side)
        return (FEWERS if takes_away else {}).get(version, MORE if version >= SECOND else LINES)

    def _may_change_lines(self) -> bool:
        """Tell whether an edit on either side can add a line, with all that either side requires of one."""
        cards = (card for side in Side for card in self.ends.card(side).properties.values())
        wanted = {card.path for card in cards if card.required and is_of_lines(card)}
        if not wanted:
            return True
        edited = [p for p in self.pairs if not any(self.no_edit(p, side) for side in Side)]
        return wanted <= {p.source for p in edited} | {p.target for p in edited}
