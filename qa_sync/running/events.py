"""The events of a run, in order; a run is a stream of events that always ends with `RunFinished`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import Origin
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.comparison.compare import Difference
from qa_sync.values.form import Json


class Status(StrEnum):
    """The status of a check. `failed`: the sync does not do what the spec says; `error`: could not be checked."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    MANUAL = "manual"


WORST_FIRST = (Status.FAILED, Status.ERROR, Status.MANUAL, Status.PASSED, Status.SKIPPED)


def worst_status(statuses: Iterable[Status]) -> Status | None:
    """Return the worst of these statuses, None without any."""
    present = set(statuses)
    return next((status for status in WORST_FIRST if status in present), None)


class Direction(StrEnum):
    """The direction of a change: to the target (`forward`) or to the source (`backward`)."""

    FORWARD = "forward"
    BACKWARD = "backward"


class Arrival(Struct, frozen=True):
    """A change arrived, `latency_s` seconds after the response to the write."""

    way: Direction
    latency_s: float


class RecordRef(Struct, frozen=True):
    """A record that a verdict refers to."""

    system: str
    entity: str
    id: str


class Leftover(Struct, frozen=True):
    """A record of the run that was not cleaned up, and why."""

    system: str
    entity: str
    id: str
    why: str


class RunStarted(Struct, frozen=True):
    """A run started; `started` is in UTC (in a replay: of the recording), `checks` is the number of checks.

    `simulated`: `started` and all latencies are of a simulated clock.
    """

    mode: str
    seed: str
    started: datetime
    checks: int
    simulated: bool = False


class SpecStarted(Struct, frozen=True):
    """A spec started; `simulated`: its latencies are of a simulated clock, in a run whose others are not all."""

    spec: str
    title: str
    simulated: bool = False


class SectionStarted(Struct, frozen=True):
    """A section started.

    `duplicate_of` is the ordinal of the section that it repeats (then it is not run); `checks` are the ids of its
    checks in the order of the checklist, which can differ from the order of their verdicts.
    """

    spec: str
    key: str
    ordinal: int
    heading: str
    line: int
    duplicate_of: int | None
    checks: tuple[str, ...] = ()


class StepStarted(Struct, frozen=True):
    """A step started; `text` describes it to the user."""

    spec: str
    key: str
    text: str


class Looked(Struct, frozen=True):
    """A poll did not find the expected change yet, and another one follows.

    `what` names the record that is polled, `look` is the number of polls so far, `waited_s` the time waited by the
    run's clock, `timeout_s` the timeout, both in seconds.
    """

    spec: str
    key: str
    what: str
    look: int
    waited_s: float
    timeout_s: float


class CheckFinished(Struct, frozen=True):
    """A check has its verdict.

    `expected` and `actual` are JSON values (canonical values as text); `latency_s` is the time in seconds from the
    response to the write to the poll that found the change: the highest of its `arrivals`, which are ordered by
    direction; None when the check did not wait. `exchanges` are the last requests about its records with their
    responses, for failures and errors. `unchanged`: an edit failed to arrive, the value is still the one before it.
    """

    spec: str
    key: str
    id: str
    kind: str
    title: str
    line: int
    status: Status
    origin: Origin | None = None
    message: str | None = None
    expected: Json = None
    actual: Json = None
    latency_s: float | None = None
    records: tuple[RecordRef, ...] = ()
    difference: Difference | None = None
    steps: tuple[str, ...] = ()
    exchanges: tuple[ExchangeSummary, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    unchanged: bool = False


class ObservedCase(Struct, frozen=True):
    """A real change that was late or lost; `changed` is in ISO 8601, UTC, `lag_s` in seconds.

    `source` and `target` are the ids of the records, `pending` are the pairs that did not arrive, `audit` is the
    command that compares the records as they are now.
    """

    direction: Direction
    kind: str
    state: str
    changed: str
    lag_s: float | None
    source: str | None
    target: str | None
    pending: tuple[str, ...]
    audit: str


class LatencyPeriod(Struct, frozen=True):
    """The latencies of the changes of a direction made from `start` (ISO 8601, UTC) on, in seconds."""

    direction: Direction
    start: str
    count: int
    p50_s: float
    p95_s: float
    max_s: float


class ObservationLimit(Struct, frozen=True):
    """What an observation cannot see or decide, and how many cases that concerns (None: they cannot be counted)."""

    name: str
    text: str
    cases: int | None


class Observed(Struct, frozen=True):
    """What an observation saw of a section.

    `missed` is the number of late and lost cases, `cases` are the first of them; each period has `period_s` seconds.
    """

    missed: int
    cases: tuple[ObservedCase, ...]
    period_s: float
    periods: tuple[LatencyPeriod, ...]
    limits: tuple[ObservationLimit, ...]


class SectionFinished(Struct, frozen=True):
    """A section finished; its records are deleted except for the leftovers. `observed` is of an observation."""

    spec: str
    key: str
    leftovers: tuple[Leftover, ...] = ()
    observed: Observed | None = None


class RunFinished(Struct, frozen=True):
    """The run ended, normally or not."""

    duration_s: float


Event = RunStarted | SpecStarted | SectionStarted | StepStarted | Looked | CheckFinished | SectionFinished | RunFinished
