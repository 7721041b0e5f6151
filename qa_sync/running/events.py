"""What happened, as past-tense values in order; a run is a stream of these and always ends with `RunFinished`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from qa_sync.dataflow.model import Origin
from qa_sync.frozen import dataclass
from qa_sync.systems.system import ExchangeSummary
from qa_sync.values.compare import Difference
from qa_sync.values.form import Json


class Status(StrEnum):
    """A check's verdict. `failed`: the promise does not hold; `error`: could not find out."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    MANUAL = "manual"


class Direction(StrEnum):
    """Where something arrives: on the target (`forward`), or on the source (`backward`)."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was waited for has come, so many seconds after the write was answered."""

    way: Direction
    latency_s: float


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A record that a verdict is about."""

    system: str
    entity: str
    id: str


@dataclass(frozen=True, slots=True)
class Leftover:
    """A record of ours that could not be removed, and why."""

    system: str
    entity: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run began; `started` is in UTC (in a replay: that of the recording), `checks` the number of checks."""

    mode: str
    seed: str
    started: datetime
    checks: int


@dataclass(frozen=True, slots=True)
class SpecStarted:
    """A document's turn came."""

    spec: str
    title: str


@dataclass(frozen=True, slots=True)
class SectionStarted:
    """A section's turn came.

    `duplicate_of` is the ordinal of the section that it repeats (then nothing is run); `checks` are the ids of its
    checks in the checklist's order, which is not always that of their verdicts.
    """

    spec: str
    key: str
    ordinal: int
    heading: str
    line: int
    duplicate_of: int | None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step began, in words for a person."""

    spec: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A look did not yet see what is waited for, and another one follows.

    `what` is what is waited for, `look` how many looks there were, `waited_s` the time since the wait began by the
    run's clock, `timeout_s` how long it may take.
    """

    spec: str
    key: str
    what: str
    look: int
    waited_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class CheckFinished:
    """A check has its verdict.

    `expected` and `actual` are JSON values (canonical values as text); `latency_s` is the time from the write's answer
    to the look that saw it arrive, None when nothing was waited for: that of the slowest of its `arrivals`,
    which stand by way. `exchanges` are the last requests about its records and their answers, when it is not well.
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


@dataclass(frozen=True, slots=True)
class SectionFinished:
    """A section is done, its records removed but for the leftovers."""

    spec: str
    key: str
    leftovers: tuple[Leftover, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run ended, whatever happened."""

    duration_s: float


Event = RunStarted | SpecStarted | SectionStarted | StepStarted | Looked | CheckFinished | SectionFinished | RunFinished
