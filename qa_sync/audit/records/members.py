"""Finds the members that the records of an export have, so that a misspelled one is noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from qa_sync.values.canonical import is_empty
from qa_sync.values.form import Json
from qa_sync.values.path_grammar import Name, Step, parse

MANY_NAMES: Final = 1_000
"""Names that are kept for suggestions."""

DEEPEST: Final = 8


@dataclass(slots=True)
class MemberSearch:
    """Looks for property paths in records; `missing` are those that no record has, `names` some that records have."""

    missing: set[str]
    names: set[str] = field(default_factory=set)
    _any: bool = False

    @classmethod
    def of(cls, paths: Iterable[str]) -> MemberSearch:
        """Return a search for these paths."""
        return cls({*paths})

    def add(self, data: Mapping[str, Json]) -> None:
        """Look into a record."""
        self._any = True
        if not self.missing:
            return
        self.missing -= {path for path in self.missing if path in data or _has(data, parse(path))}
        if self.missing and len(self.names) < MANY_NAMES:
            self.names |= {*leaf_names(data)}

    @property
    def absent(self) -> frozenset[str]:
        """The paths that no record has; none if there are no records."""
        return frozenset(self.missing) if self._any else frozenset()


def _has(node: Json, steps: tuple[Step, ...]) -> bool:
    """Return whether a record has a member; below an empty value, any member may be."""
    for at, step in enumerate(steps):
        if is_empty(node):
            return True
        if isinstance(node, list):
            rest = steps[at:] if isinstance(step, Name) else steps[at + 1 :]
            return any(_has(one, rest) for one in node)
        if not isinstance(step, Name) or not isinstance(node, Mapping) or step.name not in node:
            return False
        node = node[step.name]
    return True


def leaf_names(data: Json, prefix: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the paths of the members that are no objects; the elements of a list share their paths."""
    if isinstance(data, Mapping) and depth < DEEPEST:
        for name, value in data.items():
            yield from leaf_names(value, f"{prefix}.{name}" if prefix else str(name), depth + 1)
    elif isinstance(data, list) and any(isinstance(one, Mapping) for one in data) and depth < DEEPEST:
        for one in data:
            yield from leaf_names(one, prefix, depth + 1)
    elif prefix:
        yield prefix
