"""What a cycle did, as frozen values, and the tally that they are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

MAX_PROBLEMS: Final = 1000
"""How many problems of a cycle are told one by one; beyond that a person reads no more of them."""


class Problem(Struct, frozen=True):
    """Something that a cycle could not carry out: a section's key, a system's label, a record's id (None: no one)."""

    section: str
    system: str
    id: str | None
    text: str

    def __str__(self) -> str:
        where = f"{self.system} {self.id}" if self.id else self.system
        return f"{self.section}: {where}: {self.text}"


class CycleSummary(Struct, frozen=True):
    """One cycle in numbers.

    `seen` counts listed source records, `linked` links made by a match, `created` new counterparts, `updated` update
    requests on either side, `unchanged` linked pairs that were found in sync, `conflicts` properties edited on both
    sides; `untold` problems are beyond the first thousand; `cut` sections were left out, since a list of theirs could
    not be read; `complete` is False when the cycle was told to stop.
    """

    seen: int = 0
    linked: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    problems: tuple[Problem, ...] = ()
    untold: int = 0
    cut: int = 0
    complete: bool = True

    @property
    def writes(self) -> int:
        """The number of requests that changed something."""
        return self.created + self.updated


@dataclass(slots=True)
class CycleTally:
    """The numbers and problems of a cycle that is still going on; `latest` are those of the record at hand."""

    count: Counter[str] = field(default_factory=Counter)
    problems: dict[Problem, None] = field(default_factory=dict)
    latest: list[Problem] = field(default_factory=list)
    complete: bool = True

    def add(self, what: str, number: int = 1) -> None:
        """Count something; `what` is a number's name in CycleSummary, or `touched`: a pair that was brought in sync."""
        self.count[what] += number

    def problem(self, section: str, system: str, id: str | None, text: str) -> None:
        """Note a problem of the record at hand."""
        self.latest.append(Problem(section, system, id, text))

    def report(self, problems: Iterable[Problem]) -> None:
        """Have problems in the summary, each once: a record may be looked at more than once in a cycle."""
        for problem in problems:
            if problem in self.problems:
                continue
            if len(self.problems) < MAX_PROBLEMS:
                self.problems[problem] = None
            else:
                self.add("untold")

    def summary(self, links: int) -> CycleSummary:
        """Return the numbers so far; `links` is the number of pairs that are in sync now."""
        numbers = {name: number for name, number in self.count.items() if name != "touched"}
        numbers["unchanged"] = max(0, links - self.count["touched"])
        return CycleSummary(**numbers, problems=tuple(self.problems), complete=self.complete)
