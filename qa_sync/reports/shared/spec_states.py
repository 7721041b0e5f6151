"""The state of each spec of a run in one line, the worst first: what a reader of many specs looks at."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from msgspec import Struct

from qa_sync.reports.shared.wording import counts
from qa_sync.running.events import Status
from qa_sync.running.results import WORST_FIRST, Results, SpecResult

MANY_SPECS = 5
"""With more specs than this, a report has an overview of them."""


class SpecState(Struct, frozen=True):
    """A spec, its place in the results, its worst status, and the number of its checks of each status."""

    number: int
    spec: SpecResult
    status: Status
    counts: Sequence[tuple[Status, int]]

    @property
    def counted(self) -> str:
        """The numbers as text, `nothing to check` without any."""
        return ", ".join(f"{number} {status}" for status, number in self.counts) or "nothing to check"


def spec_states(results: Results) -> list[SpecState]:
    """Return the state of each spec: failed ones first, then errors, then the others, each in the order of the run."""
    found = [_state(number, spec) for number, spec in enumerate(results.specs)]
    return sorted(found, key=lambda state: WORST_FIRST.index(state.status))


def _state(number: int, spec: SpecResult) -> SpecState:
    numbers = counts(chain.from_iterable(section.checks for section in spec.sections))
    present = dict(numbers)
    status = next((status for status in WORST_FIRST if status in present), Status.SKIPPED)
    return SpecState(number, spec, status, numbers)
