"""The checks of a scenario without a verdict, with their results so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.checklist.claims import Claim
from qa_sync.checklist.model import Check, Scenario
from qa_sync.checklist.steps import Expect
from qa_sync.running.claims.verdict import Verdict
from qa_sync.running.events import Arrival, RecordRef, Status
from qa_sync.systems.responses.exchange_log import exchange_log_of
from qa_sync.systems.system import ExchangeSummary, System

FAILURES = frozenset({Status.FAILED, Status.ERROR})


class CheckResult(Struct, frozen=True):
    """The result of a check, with the arrivals of its claims in the order of their verdicts."""

    verdict: Verdict
    arrivals: tuple[Arrival, ...] = ()

    @property
    def latency_s(self) -> float | None:
        """The highest latency in seconds, None when the check did not wait."""
        return max((arrival.latency_s for arrival in self.arrivals), default=None)

    def merged_with(self, other: CheckResult) -> CheckResult:
        """Return the worse of two results; a skipped claim does not outweigh one that passes, and a note stays."""
        worse = other if other.verdict.rank < self.verdict.rank else self
        return replace(worse, arrivals=(*self.arrivals, *other.arrivals))


class OpenChecks:
    """Decides each check by its first claim that does not pass, else by its last claim."""

    def __init__(self, checks: Sequence[Check], scenario: Scenario) -> None:
        self.open = {c.id: c for c in checks if c.id in scenario.checks}
        claims = (claim for step in scenario.steps if isinstance(step, Expect) for claim in step.claims)
        self._claims_left = Counter(check for check, _ in claims if check)
        self._results: dict[str, CheckResult] = {}
        self._untried: dict[str, Verdict] = {}
        self._passed_over: set[str] = set()

    def open_claims(self, step: Expect) -> tuple[tuple[str | None, Claim], ...]:
        """Return the claims of a step whose checks are open."""
        self._claims_left.subtract(check for check, _ in step.claims if check)
        passed_over = self._passed_over & {check for check, _ in step.claims if check}
        self._passed_over -= passed_over
        return tuple(
            (check, claim)
            for check, claim in step.claims
            if check is None or (check in self.open and check not in passed_over)
        )

    def note(self, check: str, result: CheckResult) -> None:
        """Add the result of one claim."""
        previous = self._results.get(check)
        self._results[check] = previous.merged_with(result) if previous else result

    def note_untried(self, check: str, verdict: Verdict) -> None:
        """Note why the next step that has claims of a check cannot judge them; later ones still can.

        The check then fails by a later claim, or has this verdict at the end: it never passes.
        """
        self._untried.setdefault(check, verdict)
        self._passed_over.add(check)

    def untried(self) -> Iterator[tuple[Check, CheckResult]]:
        """Yield the open checks of which a part was not tried, after the last step, and close them."""
        for check in [check for check in self._untried if check in self.open]:
            yield self.open.pop(check), CheckResult(self._untried[check])

    def decided(self, checks: Sequence[str | None]) -> Iterator[tuple[Check, CheckResult]]:
        """Yield the checks that are decided by now, each once, and close them."""
        for check in checks:
            result = self._results.get(check) if check else None
            if check in self.open and result and self._is_final(check, result):
                yield self.open.pop(check), result

    def _is_final(self, check: str, result: CheckResult) -> bool:
        is_last = not self._claims_left[check] and check not in self._untried
        return result.verdict.status in FAILURES or is_last


def exchanges_about(records: Iterable[RecordRef], systems: Iterable[System]) -> tuple[ExchangeSummary, ...]:
    """Return the latest exchanges with the systems that mention one of the records."""
    exchange_logs = dict.fromkeys(exchange_log_of(system) for system in systems)
    ids = {record.id for record in records}
    return tuple(found for one in exchange_logs for found in one.mentioning(ids))
