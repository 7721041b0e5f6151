"""Which scenarios of a section may run in parallel: their records must not be taken for each other.

Source: docs/explanation/waiting.rst, "Scenarios in parallel".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from qa_sync.checklist.model import Role, Scenario, edits_of
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import AddUnmappedValues, Edit, IdOf, Insert, SampleValue, ValueOf
from qa_sync.dataflow.model import Section

EMPTY: Final = ""
"""Stands for a record without a value."""

Place = tuple[str, ...]
"""What two records must not share: a row of a merge table, or a property whose values are unique."""


class _Footprint(Struct, frozen=True):
    """The values that the records of a scenario have in each place."""

    values: Mapping[Place, frozenset[str]]
    alone: bool

    def may_meet(self, other: _Footprint) -> bool:
        """Return whether a record of one scenario can be taken for a record of the other."""
        return (
            self.alone
            or other.alone
            or any(not found.isdisjoint(other.values.get(place, ())) for place, found in self.values.items())
        )


def phases(sections: Iterable[Section], scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Divide the scenarios of a section into phases, which run one after the other, as few as possible.

    Two scenarios are in one phase if no row of a merge table in the spec can hold for a record of one and a record of
    the other, and no property has the same value in both that must be unique on either side.
    """
    by_ordinal = {section.ordinal: section for section in sections}
    found: list[list[Scenario]] = []
    footprints: list[list[_Footprint]] = []
    for scenario in scenarios:
        own = _footprint(by_ordinal, scenario)
        at = next((n for n, others in enumerate(footprints) if not any(map(own.may_meet, others))), len(found))
        if at == len(found):
            found.append([])
            footprints.append([])
        found[at].append(scenario)
        footprints[at].append(own)
    return found


def _footprint(sections: Mapping[int, Section], scenario: Scenario) -> _Footprint:
    values: dict[Place, set[str]] = {}
    for step in scenario.steps:
        for write in _writes(step):
            for place, value in _places(sections, scenario.roles[write.role], write):
                values.setdefault(place, set()).add(_text(value, scenario.name))
    return _Footprint({place: frozenset(found) for place, found in values.items()}, scenario.alone)


def _writes(step: object) -> Iterator[Insert | Edit]:
    if isinstance(step, Insert):
        yield step
    elif isinstance(step, AddUnmappedValues):
        for given in step.given:
            yield from (Edit(step.role, step.side, {given.path: value}) for value in given.values)
    else:
        yield from edits_of(step)  # type: ignore[arg-type]


def _places(sections: Mapping[int, Section], role: Role, write: Insert | Edit) -> Iterator[tuple[Place, SampleValue]]:
    """Yield the value of a write in each place; a created record has one in every row of the merge table."""
    section, card = sections[role.section], role.card(write.side)
    for number, row in enumerate(section.criteria):
        path = row.source if write.side is Side.SOURCE else row.target
        if isinstance(write, Insert) or path in write.values:
            yield (str(section.ordinal), str(number)), write.values.get(path)
    unique = {p.concept or p.path for c in (role.source, role.target) for p in c.properties.values() if p.unique}
    for path, value in write.values.items():
        own = card.properties.get(path)
        if own and value is not None and (own.concept or path) in unique:
            yield (role.source.datatype, role.target.datatype, own.concept or path), value


def _text(value: SampleValue, scenario: str) -> str:
    """Return a value as a merge table compares it; the id of another record is one of its own scenario."""
    match value:
        case None:
            return EMPTY
        case IdOf() | ValueOf():
            return f"{scenario}: {value}"
        case tuple():
            return ", ".join(_text(one, scenario) for one in value)
        case _:
            return str(value).strip().casefold()
