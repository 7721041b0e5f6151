"""The input of the scenarios: one section with its pairs and cards, and functions that build checks and samples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.checklist.claims import CounterpartExists, PropertySynced
from qa_sync.checklist.depth import Depth
from qa_sync.checklist.linking import Linking, connection_or_reason, reason_untestable
from qa_sync.checklist.model import Check, Role, Scenario
from qa_sync.checklist.pair_capabilities import EntityPair, role_of
from qa_sync.checklist.reasons import Reason, ReasonCode
from qa_sync.checklist.samples.constraints import SampleConstraints
from qa_sync.checklist.samples.edit_rounds import Pairs
from qa_sync.checklist.samples.order_amounts import LINES, lines_after_edit
from qa_sync.checklist.samples.record import RecordBuilder, may_add_line
from qa_sync.checklist.samples.related_records import Claims, RelatedRecords
from qa_sync.checklist.samples.values import mark_of, sample_value
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect, Insert, SampleValue, Step
from qa_sync.dataflow.model import Criterion, PropertyPair, Section, StatementKind
from qa_sync.settings.model import Settings
from qa_sync.systems.cards import PropertyCard
from qa_sync.values.form import Canonical

AS_CREATED = 0
"""The version of a record as it is created."""


class ChecksAndScenarios(Struct, frozen=True):
    """The checks and scenarios that one scenario module adds to a section."""

    checks: tuple[Check, ...]
    scenarios: tuple[Scenario, ...] = ()


class SectionContext(Struct, frozen=True, dict=True):
    """One section as input of the scenarios.

    `pairs` always apply, `conditional_pairs` only under conditions; `prefix` starts the id of every check; `repeated`
    are the path pairs that occur more than once (their ids contain the line); `related` are the records of other
    sections; `linking` is how a pair of records is linked; `seed` decides the samples; `settings` add what the spec
    does not say.
    """

    entities: EntityPair
    pairs: tuple[PropertyPair, ...]
    prefix: str
    seed: str
    repeated: frozenset[tuple[str, str]]
    related: RelatedRecords
    conditional_pairs: Pairs = ()
    linking: Linking = field(default_factory=Linking)
    settings: Settings = field(default_factory=Settings)
    depth: Depth = Depth.STANDARD

    @property
    def section(self) -> Section:
        """The section itself."""
        return self.entities.section

    def line(self, kind: StatementKind) -> int:
        """Return the line of the first statement of a kind, else of the heading."""
        result = self.section.statement(kind)
        return result.line if result else self.section.line

    def check(
        self,
        kind: str,
        title: str,
        line: int,
        pair: PropertyPair | None = None,
        skip: Reason | None = None,
        *,
        at: str = "",
    ) -> Check:
        """Return a check of this section with a stable id; `at` distinguishes checks of one kind."""
        end = f"/{pair.source}:{pair.target}" if pair else at and f"/{at}"
        if pair and (pair.source, pair.target) in self.repeated:
            end += f"@{pair.line}"
        return Check(f"{self.prefix}/{kind}{end}", kind, title, line, pair, skip)

    def property_line(self, pair: PropertyPair) -> int:
        """Return the line of a pair: its row, else the property table."""
        return pair.line or self.section.table_line or self.line(StatementKind.PROPS)

    @property
    def key_pairs(self) -> Pairs:
        """The rows of the merge table whose values two records can share, as pairs."""
        testable = (c for c in self.section.criteria if not reason_untestable(self.entities, c))
        return tuple(PropertyPair(c.source, c.target, line=c.line) for c in testable)

    @property
    def may_create_more(self) -> bool:
        """Whether a further record may be created: records that cannot be deleted only with depth `thorough`."""
        can_delete = not any(self.entities.reason_no_operation(side, "delete") for side in Side)
        return can_delete or self.depth is Depth.THOROUGH

    # -- records

    def roles(self, *roles: str) -> Mapping[str, Role]:
        """Return the roles by name: those of this section and those of related sections."""
        own = dict.fromkeys(roles, role_of(self.entities, self.related.siblings.values()))
        return {**own, **self.related.roles()}

    def create_related(self, scenario: str, *, bystanders: bool = False) -> tuple[Step, ...]:
        """Return the steps that create the records that this section's records refer to, and bystanders."""
        return self.related.create_and_wait(self.seed, f"{self.prefix}/{scenario}", bystanders=bystanders)

    def related_inserts(self, scenario: str) -> tuple[tuple[Insert, ...], Claims]:
        """Return the steps that create referenced records, and the claims that they arrive, without waiting."""
        return self.related.inserts_and_claims(self.seed, f"{self.prefix}/{scenario}")

    def create_linked(
        self,
        scenario: str,
        role: str,
        *,
        extra_pairs: Pairs = (),
        extra_values: Mapping[str, SampleValue] | None = None,
        version: int = AS_CREATED,
    ) -> tuple[Step, ...]:
        """Return the steps that create a source record and wait until it is linked with a target record.

        `extra_pairs` are pairs in addition to the section's own, `extra_values` are further values.
        """
        source_insert = self.insert(
            scenario, role, extra_pairs=extra_pairs, fixed={**self.fixed(), **(extra_values or {})}, version=version
        )
        if criterion := self.linking.match_criterion:
            return self.create_matched(scenario, source_insert, criterion)
        return (source_insert, Expect(((None, CounterpartExists(role, Side.TARGET, exactly_one=False)),), wait=True))

    def create_matched(self, scenario: str, source_insert: Insert, criterion: Criterion) -> tuple[Step, ...]:
        """Return the steps that create a target record, and then a source record that matches it."""
        target_insert = self.minimal_insert(
            scenario, source_insert.role, Side.TARGET, {criterion.target: source_insert.values[criterion.source]}
        )
        shown = self.link_indicator(source_insert, target_insert)
        claim = (
            PropertySynced(source_insert.role, Side.TARGET, shown)
            if shown
            else CounterpartExists(source_insert.role, Side.TARGET, exactly_one=False)
        )
        return (target_insert, source_insert, Expect(((None, claim),), wait=True))

    def link_indicator(self, source_insert: Insert, target_insert: Insert) -> PropertyPair | None:
        """Return a pair that shows whether two records are linked, because the target's property is empty before."""
        return next((p for p in self.pairs if self._shows_link(p, source_insert, target_insert)), None)

    def _shows_link(self, pair: PropertyPair, source_insert: Insert, target_insert: Insert) -> bool:
        """Return whether a pair can show that two records are linked."""
        return (
            pair.source in source_insert.values
            and pair.target not in target_insert.values
            and not self.entities.reason_not_synced(pair, existing=True)
        )

    def insert(
        self,
        scenario: str,
        role: str,
        *,
        only: Pairs | None = None,
        extra_pairs: Pairs = (),
        fixed: Mapping[str, SampleValue] | None = None,
        version: int = AS_CREATED,
    ) -> Insert:
        """Return the step that creates a role's record on the source.

        `only` are the pairs that have values in addition to those that the record needs (None: the section's own and
        `extra_pairs`); `fixed` are predefined values (None: the values that a
        record needs to get a counterpart); `version` distinguishes records whose values do not depend on the mark.
        """
        mark = self.mark(scenario, role)
        values_decided = self.fixed() if fixed is None else fixed
        builder = replace(self._builder(Side.SOURCE, mark, version, creating=True), fixed=values_decided)
        pairs = (*self.pairs, *self.key_pairs, *extra_pairs) if only is None else only
        return Insert(role, Side.SOURCE, builder.values(pairs), mark)

    def fixed(self) -> Mapping[str, SampleValue]:
        """Return the values that a source record needs to get a counterpart."""
        connected = self.linking.connection
        reference = {connected[0]: self.related.reference(connected[1])} if connected else {}
        return {**self.linking.condition_values, **reference}

    def without_connection(self, source_insert: Insert) -> Insert:
        """Return a source record without its connection to a record of the section's list."""
        result = connection_or_reason(self.entities, self.related.siblings)
        connecting_path = result[0] if isinstance(result, tuple) else None
        values = {path: value for path, value in source_insert.values.items() if path != connecting_path}
        return replace(source_insert, values=values)

    def reason_not_editable(self, pair: PropertyPair, edited: Side) -> Reason | None:
        """Return why an edit of a pair on a side cannot be tested, None when it can."""
        if pair.source in self.linking.condition_values:
            return Reason(ReasonCode.NOT_EDITABLE, f"the section's condition is about {pair.source}")
        return self.entities.reason_not_updatable(pair, edited)

    def minimal_insert(self, scenario: str, role: str, side: Side, fixed: Mapping[str, SampleValue]) -> Insert:
        """Return the step that creates a role's record with some values and all required properties."""
        mark = self.mark(scenario, role)
        builder = replace(self._builder(side, mark, AS_CREATED, creating=True), fixed=fixed)
        values = builder.values(())
        if not any(mark in str(value) for value in values.values()):
            texts = (p for p in self.pairs if (c := self.entities.property(p, side)) and c.form.convert == "text")
            values = {**builder.values(tuple(texts)[:1]), **values}
        return Insert(role, side, values, mark)

    def edited_values(
        self, scenario: str, role: str, side: Side, pairs: Pairs, version: int, *, small_edits: int = 0
    ) -> Mapping[str, SampleValue]:
        """Return new values for the pairs on a side.

        `small_edits`: how many of the small edits their texts have gone through; the lines of an order are reversed by
        the first.
        """
        builder = self._builder(side, self.mark(scenario, role), version)
        return replace(builder, small_edits=small_edits, reverse_lines=small_edits > 0).values(pairs)

    def sample(self, card: PropertyCard, mark: str, version: int, line: int = 0) -> Canonical:
        """Return the value of one property by itself, without counterparts."""
        return sample_value(SampleConstraints(card, (), mark, version, line, mail_domain=self.entities.mail_domain))

    def mark(self, scenario: str, role: str) -> str:
        """Return the mark of a role's records."""
        return mark_of(self.seed, self.prefix, scenario, role)

    def _builder(self, side: Side, mark: str, version: int, *, creating: bool = False) -> RecordBuilder:
        lines = LINES if creating else self._lines(version)
        return RecordBuilder(
            self.entities,
            side,
            mark,
            version,
            self.related.reference_roles,
            creating=creating,
            boundary=self.depth is Depth.THOROUGH,
            lines=lines,
        )

    def _lines(self, version: int) -> int:
        """Return the number of order lines after an edit: on each side the first removes one, the second adds one."""
        if not self._may_add_line:
            return LINES
        can_remove = all(self.entities.card(side).can_remove_elements for side in Side)
        return lines_after_edit(version, can_remove=can_remove)

    @cached_property
    def _may_add_line(self) -> bool:
        """Whether edits of this section can add a line."""
        edited = [p for p in self.pairs if not any(self.reason_not_editable(p, side) for side in Side)]
        return may_add_line(self.entities, edited)
