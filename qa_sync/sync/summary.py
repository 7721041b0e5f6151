"""What a cycle did, as frozen values, and the tally that they are made from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a cycle could not carry out: a section's key, a system's label, a record's id (None: no one)."""

    section: str
    system: str
    id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class CycleSummary:
    """One cycle in numbers.

    `seen` counts source records, `linked` links made by a match, `created` new counterparts, `updated` update requests
    on either side, `unchanged` linked pairs that needed none, `conflicts` properties edited on both sides.
    """

    seen: int = 0
    linked: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def writes(self) -> int:
        """The number of requests that changed something."""
        return self.created + self.updated


@dataclass(slots=True)
class Tally:
    """The numbers and problems of a cycle that is still going on."""

    count: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def add(self, what: str, number: int = 1) -> None:
        """Count something; `what` is a number's name in CycleSummary."""
        self.count[what] += number

    def problem(self, section: str, system: str, id: str | None, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(section, system, id, text))

    def summary(self) -> CycleSummary:
        """Return the numbers so far."""
        return CycleSummary(**self.count, problems=tuple(self.problems))
