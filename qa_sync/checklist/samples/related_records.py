"""Records of other sections of a spec: those that a section's records refer to, and bystanders that must not change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from qa_sync.checklist.claims import Claim, CounterpartExists
from qa_sync.checklist.model import Role
from qa_sync.checklist.pair_capabilities import EntityPair, role_of
from qa_sync.checklist.samples.record import RecordBuilder
from qa_sync.checklist.samples.values import mark_of
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect, IdOf, Insert, Step
from qa_sync.dataflow.model import StatementKind

SECOND_SUFFIX = "-2"
"""Suffix of the role of a second record of a datatype: with only one, a wrong reference could not be detected."""


Claims = tuple[tuple[str | None, Claim], ...]


class RelatedRecords(Struct, frozen=True, dict=True):
    """The related records of a section; `siblings` are the entity pairs of all sections of the spec by ordinal."""

    entities: EntityPair
    siblings: Mapping[int, EntityPair]

    @cached_property
    def referenced(self) -> Mapping[str, EntityPair]:
        """The sections that records of this section refer to, by datatype on the source side."""
        datatypes = {p.references for p in self.entities.source.properties.values() if p.references}
        return {datatype: entities for datatype, entities in self._other_sections.items() if datatype in datatypes}

    @cached_property
    def bystander_sections(self) -> Mapping[str, EntityPair]:
        """The other sections that provide a bystander.

        Sections whose records cannot be deleted, or need a further record, provide none.
        """
        referenced = self.referenced
        return {
            datatype: entities
            for datatype, entities in self._other_sections.items()
            if datatype not in referenced
            and not _requires_reference(entities)
            and not any(entities.reason_no_operation(s, "delete") for s in Side)
        }

    @cached_property
    def reference_roles(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that a reference can point to, by datatype on either side."""
        found: dict[str, tuple[str, ...]] = {}
        for datatype, entities in self.referenced.items():
            found[entities.target.datatype] = found[datatype] = (datatype, datatype + SECOND_SUFFIX)
        return found

    def reference(self, datatype: str) -> IdOf:
        """Return a reference to the second record of a datatype, because a faulty sync would take the first."""
        return IdOf(datatype + SECOND_SUFFIX)

    @property
    def bystanders(self) -> tuple[str, ...]:
        """The roles of bystanders; a referenced record is none, it may change (an order changes a product's stock)."""
        return tuple(self.bystander_sections)

    def roles(self) -> Mapping[str, Role]:
        """Return the roles of the related records by name."""
        sections = {**self.referenced, **self.bystander_sections}
        roles = {name: role_of(e, self.siblings.values()) for name, e in sections.items()}
        return roles | {name + SECOND_SUFFIX: roles[name] for name in self.referenced}

    def create_and_wait(self, seed: str, scenario: str, *, bystanders: bool) -> tuple[Step, ...]:
        """Return the steps that create these records and wait for their counterparts."""
        inserts, counterparts_exist = self.inserts_and_claims(seed, scenario, bystanders=bystanders)
        return (*inserts, Expect(counterparts_exist, wait=True)) if inserts else ()

    def inserts_and_claims(
        self, seed: str, scenario: str, *, bystanders: bool = False
    ) -> tuple[tuple[Insert, ...], Claims]:
        """Return the steps that create these records, and the claims that each has a counterpart."""
        made = [
            *(
                (name, entities)
                for datatype, entities in self.referenced.items()
                for name in (datatype, datatype + SECOND_SUFFIX)
            ),
            *(self.bystander_sections.items() if bystanders else ()),
        ]
        inserts = tuple(self._insert(seed, scenario, name, entities) for name, entities in made)
        return inserts, tuple(
            (None, CounterpartExists(name, Side.TARGET, exactly_one=False, optional=name in self.bystander_sections))
            for name, _ in made
        )

    def _insert(self, seed: str, scenario: str, name: str, entities: EntityPair) -> Insert:
        mark = mark_of(seed, scenario, name)
        return Insert(
            name, Side.SOURCE, RecordBuilder(entities, Side.SOURCE, mark, 0, creating=True).values(entities.pairs), mark
        )

    @cached_property
    def _other_sections(self) -> Mapping[str, EntityPair]:
        """Return the first other section of each source datatype whose records can be created."""
        found: dict[str, EntityPair] = {}
        for entities in self.siblings.values():
            if (
                self._is_other_section(entities)
                and entities.section.statement(StatementKind.EVERY)
                and not entities.reason_not_creatable()
            ):
                found.setdefault(entities.source.datatype, entities)
        return found

    def _is_other_section(self, entities: EntityPair) -> bool:
        own, section = self.entities, entities.section
        same = (entities.source.datatype, entities.target.datatype) == (own.source.datatype, own.target.datatype)
        return (
            not same
            and section.duplicate_of is None
            and (section.source.system, section.target.system) == (own.section.source.system, own.section.target.system)
        )


def _requires_reference(entities: EntityPair) -> bool:
    """Return whether a source record requires a reference to another record."""
    return any(p.required and p.references for p in entities.source.properties.values())
