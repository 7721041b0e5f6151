"""Which checks of a scenario are still open, and what has been found for each so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.steps import Claim, Expect
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Arrival, Direction, Status

WORST_FIRST = (Status.FAILED, Status.ERROR, Status.PASSED, Status.SKIPPED)
FAILURES = frozenset({Status.FAILED, Status.ERROR})


class CheckResult(Struct, frozen=True):
    """What was found for a check, and what has arrived for it: on the target first, then on the source."""

    verdict: Verdict
    arrivals: tuple[Arrival, ...] = ()

    @property
    def latency_s(self) -> float | None:
        """How long the slowest arrival took, None when nothing was waited for."""
        return max((arrival.latency_s for arrival in self.arrivals), default=None)

    def merged_with(self, other: CheckResult) -> CheckResult:
        """Return the worse of two; a claim that cannot apply does not outweigh one that holds."""
        worse = min(self, other, key=lambda result: WORST_FIRST.index(result.verdict.status))
        arrivals = sorted((*self.arrivals, *other.arrivals), key=lambda arrival: arrival.way is Direction.BACKWARD)
        return replace(worse, arrivals=tuple(arrivals))


class OpenChecks:
    """A check is decided by the first claim that does not hold, else by the last that names it."""

    def __init__(self, checks: Sequence[Check], scenario: Scenario) -> None:
        self.open = {c.id: c for c in checks if c.id in scenario.checks}
        claims = (claim for step in scenario.steps if isinstance(step, Expect) for claim in step.claims)
        self._claims_left = Counter(check for check, _ in claims if check)
        self._results: dict[str, CheckResult] = {}

    def open_claims(self, step: Expect) -> tuple[tuple[str | None, Claim], ...]:
        """Return the claims of a step that still matter."""
        self._claims_left.subtract(check for check, _ in step.claims if check)
        return tuple((check, claim) for check, claim in step.claims if check is None or check in self.open)

    def note(self, check: str, result: CheckResult) -> None:
        """Add what one claim has come to."""
        previous = self._results.get(check)
        self._results[check] = previous.merged_with(result) if previous else result

    def decided(self, checks: Sequence[str | None]) -> Iterator[tuple[Check, CheckResult]]:
        """Yield what has been decided of these checks by now, each once, and close it."""
        for check in checks:
            result = self._results.get(check) if check else None
            if check in self.open and result and self._is_final(check, result):
                yield self.open.pop(check), result

    def _is_final(self, check: str, result: CheckResult) -> bool:
        return result.verdict.status in FAILURES or not self._claims_left[check]
