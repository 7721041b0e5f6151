"""Writes a spec of the fixed language: a title, and a section for each pair of entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

PROPERTY_TYPES: Final = ("string", "integer", "decimal", "float", "boolean", "list")
"""The data types of a property, in the words of a spec."""


class PairLine(Struct, frozen=True):
    """Two properties with the same value, and the data type on the target."""

    source: str
    target: str
    type: str = "string"


class NewSection(Struct, frozen=True):
    """A section: each record of the source gets one on the target, and both stay in sync.

    `match` are properties by which existing records are linked (empty: none are).
    """

    source: str
    target: str
    pairs: tuple[PairLine, ...] = ()
    match: tuple[PairLine, ...] = ()


def spec_text(source: str, target: str, sections: Iterable[NewSection], introduction: str) -> str:
    """Return the text of a spec about two systems, by their labels."""
    title = f"{source} to {target} Dataflow"
    rule = "=" * len(title)
    head = [rule, title, rule, "", "Introduction", "------------", "", introduction, ""]
    blocks = [line for section in sections for line in _section(source, target, section)]
    return "\n".join([*head, *blocks]).rstrip("\n") + "\n"


def _section(from_label: str, to_label: str, section: NewSection) -> Iterator[str]:
    one, other = f"{from_label} {section.source}", f"{to_label} {section.target}"
    heading = f"{one} to {other}"
    yield from (heading, "-" * len(heading), f"Every {one} will be synchronized with a {other}.", "")
    kept = "it will keep in sync between the two systems, regardless of where it is edited."
    yield from (f"Once a link between a {one} and a {other} is established, {kept}", "")
    if section.match:
        yield from (f"A {one} will merge with a {other} if one of the following property combinations match:", "")
        yield from _table([f"{one} Property", f"{other} Property"], [(p.source, p.target) for p in section.match])
    yield from (f"The following properties are synchronized between a {one} and a {other}:", "")
    columns = [f"{one} Property", f"{other} Property", f"{to_label} Data Type"]
    yield from _table(columns, [(p.source, p.target, f'"{p.type}"') for p in section.pairs])


def _table(columns: list[str], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield from (".. list-table::", "   :header-rows: 1", "")
    for cells in (tuple(columns), *rows):
        yield f"   * - {cells[0]}"
        yield from (f"     - {cell}" for cell in cells[1:])
    yield ""
