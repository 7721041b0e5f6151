"""Finds operations of a connector's systems by the name in a pipe, or by the closest spelling.

Source: docs/explanation/connector-format-facts.rst, "Which operation a datatype uses".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from qa_sync.values.form import Json

Raw = Mapping[str, Json]


class FoundOperation(Struct, frozen=True):
    """An operation as written, with its system and its name."""

    system: str
    name: str
    raw: Raw


class OperationsByName(Struct, frozen=True):
    """All operations by system; `systems` are in the order of the file."""

    systems: Mapping[str, Mapping[str, Raw]]

    def named(self, name: str, system: str | None = None) -> FoundOperation | None:
        """Return the operation with exactly that name, in the system that a pipe names if it exists."""
        for own, operations in self._searched(system):
            if isinstance(operations.get(name), Mapping):
                return FoundOperation(own, name, operations[name])
        return None

    def guess(self, datatype: str, verb: str, name: str = "", system: str | None = None) -> FoundOperation | None:
        """Return the operation that most likely belongs to a datatype's verb, or None if no name is close."""
        for candidate in _spellings(datatype, verb):
            if found := self.named(candidate, system):
                return found
        wanted = {_normalized_name(spelling) for spelling in (*_spellings(datatype, verb), name) if spelling}
        for own, operations in self._searched(system):
            for other, raw in operations.items():
                if _normalized_name(other) in wanted and isinstance(raw, Mapping):
                    return FoundOperation(own, other, raw)
        return None

    def _searched(self, system: str | None) -> Iterator[tuple[str, Mapping[str, Raw]]]:
        if system in self.systems:
            yield str(system), self.systems[str(system)]
        else:
            yield from self.systems.items()


def _spellings(datatype: str, verb: str) -> list[str]:
    verbs = [verb, "upsert"] if verb in {"insert", "update"} else [verb]
    return [spelling for v in verbs for spelling in (f"{datatype}-{v}", f"{datatype}_{v}", f"{v}-{datatype}")]


def _normalized_name(name: str) -> str:
    return name.replace("-", "").replace("_", "").casefold()
