"""The summary of a cycle as frozen values, and the tally that collects it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

MAX_PROBLEMS: Final = 1000
"""The maximum number of problems that a cycle reports one by one."""


class Problem(Struct, frozen=True):
    """A problem in a cycle: the section's key, the system's label, the record's id (None: no single record)."""

    section: str
    system: str
    id: str | None
    text: str

    def __str__(self) -> str:
        where = f"{self.system} {self.id}" if self.id else self.system
        return f"{self.section}: {where}: {self.text}"


class CycleSummary(Struct, frozen=True):
    """The numbers of one cycle.

    `seen` counts listed source records, `linked` links created by a match, `created` new counterparts, `updated` update
    requests on both sides, `unchanged` linked pairs that were already in sync, `conflicts` properties edited on both
    sides. `unreported` counts problems above MAX_PROBLEMS; `cut` counts sections without a complete list;
    `complete` is False when the cycle was stopped.
    """

    seen: int = 0
    linked: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    problems: tuple[Problem, ...] = ()
    unreported: int = 0
    cut: int = 0
    complete: bool = True

    @property
    def writes(self) -> int:
        """The number of creates and updates."""
        return self.created + self.updated


@dataclass(slots=True)
class CycleTally:
    """The numbers and problems of a running cycle; `latest` are the problems of the current record."""

    count: Counter[str] = field(default_factory=Counter)
    problems: dict[Problem, None] = field(default_factory=dict)
    latest: list[Problem] = field(default_factory=list)
    complete: bool = True

    def add(self, what: str, number: int = 1) -> None:
        """Count `what`: the name of a number in CycleSummary, or `touched` for a pair that was synchronized."""
        self.count[what] += number

    def problem(self, section: str, system: str, id: str | None, text: str) -> None:
        """Add a problem of the current record."""
        self.latest.append(Problem(section, system, id, text))

    def report(self, problems: Iterable[Problem]) -> None:
        """Add problems to the summary, each once: a record may be processed more than once in a cycle."""
        for problem in problems:
            if problem in self.problems:
                continue
            if len(self.problems) < MAX_PROBLEMS:
                self.problems[problem] = None
            else:
                self.add("unreported")

    def summary(self, links: int) -> CycleSummary:
        """Return the numbers so far; `links` is the number of pairs that are in sync now."""
        numbers = {name: number for name, number in self.count.items() if name != "touched"}
        numbers["unchanged"] = max(0, links - self.count["touched"])
        return CycleSummary(**numbers, problems=tuple(self.problems), complete=self.complete)
