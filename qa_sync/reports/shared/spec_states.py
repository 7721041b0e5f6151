"""The state of each spec of a run in one line, the worst first: what a reader of many specs looks at."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from qa_sync.reports.shared.wording import counts_of
from qa_sync.running.events import WORST_FIRST, Status, worst_status
from qa_sync.running.results import Results, SpecResult

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

    @property
    def newly(self) -> str:
        """How many checks newly fail, `?` when no earlier run is known."""
        return "?" if self.spec.newly is None else str(len(self.spec.newly))

    @property
    def verified(self) -> str:
        """The day of the last verification, `?` when none is known."""
        return f"{self.spec.verified:%Y-%m-%d}" if self.spec.verified else "?"


def knows_earlier(results: Results) -> bool:
    """Return whether the overview can say what newly fails, or when a spec was last verified."""
    return any(spec.newly is not None or spec.verified for spec in results.specs)


def newly_text(results: Results) -> str:
    """Return how many checks of all specs newly fail, an empty text where no earlier run is known."""
    known = [spec.newly for spec in results.specs if spec.newly is not None]
    number = sum(map(len, known))
    verb = "newly fails" if number == 1 else "newly fail"
    return f"{number} {verb}" if known else ""


def spec_states(results: Results) -> list[SpecState]:
    """Return the state of each spec: failed ones first, then errors, then the others.

    Of one status, those with checks that newly fail come first; then the order is that of the run.
    """
    found = [_state(number, spec) for number, spec in enumerate(results.specs)]
    return sorted(found, key=lambda state: (WORST_FIRST.index(state.status), not state.spec.newly))


def _state(number: int, spec: SpecResult) -> SpecState:
    numbers = counts_of(spec.sections)
    status = worst_status(status for status, _ in numbers) or Status.SKIPPED
    return SpecState(number, spec, status, numbers)
