"""Records of a document's other sections: those that a section's records refer to, and those that are only watched."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.checklist.model import Appears, Cast, Claim, Expect, Insert, RoleId, Side, Step
from qa_sync.checklist.pair_capabilities import Ends
from qa_sync.checklist.samples.record import Recipe
from qa_sync.checklist.samples.values import mark_of
from qa_sync.dataflow.model import StatementKind
from qa_sync.frozen import dataclass
from qa_sync.systems.pairing import pairs_of

SECOND = "-2"
"""Ends the role of a second record of a kind: with one only, a wrong reference would be a right one."""


Claims = tuple[tuple[str | None, Claim], ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The records beside a section's own; `siblings` are the ends of all sections of the document by ordinal."""

    ends: Ends
    siblings: Mapping[int, Ends]

    @property
    def referred(self) -> Mapping[str, Ends]:
        """The sections whose records this one's refer to, by datatype on the source side."""
        wanted = {p.references for p in self.ends.source.properties.values() if p.references}
        return {datatype: ends for datatype, ends in self._others().items() if datatype in wanted}

    @property
    def watched(self) -> Mapping[str, Ends]:
        """The other sections with a record that is only watched.

        What cannot be removed again is not made for that, nor what cannot be made without a further record.
        """
        referred = self.referred
        return {
            datatype: ends
            for datatype, ends in self._others().items()
            if datatype not in referred
            and not _needs_another(ends)
            and not any(ends.no_operation(s, "delete") for s in Side)
        }

    @property
    def roles(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that references can point to, by datatype on either side."""
        found: dict[str, tuple[str, ...]] = {}
        for datatype, ends in self.referred.items():
            found[ends.target.datatype] = found[datatype] = (datatype, datatype + SECOND)
        return found

    def reference(self, datatype: str) -> RoleId:
        """Return a reference to the second record of a datatype: the first is what a careless sync would take."""
        return RoleId(datatype + SECOND)

    @property
    def bystanders(self) -> tuple[str, ...]:
        """The roles that are only watched: what is referred to may change with what refers to it (an order's stock)."""
        return tuple(self.watched)

    def cast(self) -> Mapping[str, Cast]:
        """Return who these roles are."""
        every = {**self.referred, **self.watched}
        casts = {name: Cast(e.section.ordinal, e.source, e.target) for name, e in every.items()}
        return casts | {name + SECOND: casts[name] for name in self.referred}

    def arrive(self, seed: str, scenario: str, *, bystanders: bool) -> tuple[Step, ...]:
        """Return the steps that make these records and wait for their counterparts."""
        inserts, arrived = self.made(seed, scenario, bystanders=bystanders)
        return (*inserts, Expect(arrived, wait=True)) if inserts else ()

    def made(self, seed: str, scenario: str, *, bystanders: bool = False) -> tuple[tuple[Insert, ...], Claims]:
        """Return the steps that make these records, and that each has a counterpart."""
        made = [
            *((name, ends) for datatype, ends in self.referred.items() for name in (datatype, datatype + SECOND)),
            *(self.watched.items() if bystanders else ()),
        ]
        inserts = tuple(self._insert(seed, scenario, name, ends) for name, ends in made)
        return inserts, tuple((None, Appears(name, Side.TARGET, once=False)) for name, _ in made)

    def _insert(self, seed: str, scenario: str, name: str, ends: Ends) -> Insert:
        mark = mark_of(seed, scenario, name)
        pairs = pairs_of(ends.section, ends.source, ends.target)
        return Insert(name, Side.SOURCE, Recipe(ends, Side.SOURCE, mark, 0, making=True).values(pairs), mark)

    def _others(self) -> Mapping[str, Ends]:
        """Return the first other section of each datatype on the source side whose records are created there."""
        found: dict[str, Ends] = {}
        for ends in self.siblings.values():
            if self._is_other(ends) and ends.section.statement(StatementKind.EVERY) and not ends.no_create():
                found.setdefault(ends.source.datatype, ends)
        return found

    def _is_other(self, ends: Ends) -> bool:
        own, section = self.ends, ends.section
        same = (ends.source.datatype, ends.target.datatype) == (own.source.datatype, own.target.datatype)
        return (
            not same
            and section.duplicate_of is None
            and (section.source.system, section.target.system) == (own.section.source.system, own.section.target.system)
        )


def _needs_another(ends: Ends) -> bool:
    """Tell whether a record on the source cannot be made without one that it refers to."""
    return any(p.required and p.references for p in ends.source.properties.values())
