"""What happened, as past-tense values in order; a run is a stream of these and always ends with `RunFinished`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from qa_sync.dataflow.model import Origin
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


class Arrival(Struct, frozen=True):
    """What was waited for has come, so many seconds after the write was answered."""

    way: Direction
    latency_s: float


class RecordRef(Struct, frozen=True):
    """A record that a verdict is about."""

    system: str
    entity: str
    id: str


class Leftover(Struct, frozen=True):
    """A record of ours that could not be removed, and why."""

    system: str
    entity: str
    id: str
    why: str


class RunStarted(Struct, frozen=True):
    """A run began; `started` is in UTC (in a replay: that of the recording), `checks` the number of checks."""

    mode: str
    seed: str
    started: datetime
    checks: int


class SpecStarted(Struct, frozen=True):
    """A document's turn came."""

    spec: str
    title: str


class SectionStarted(Struct, frozen=True):
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


class StepStarted(Struct, frozen=True):
    """A step began, in words for a person."""

    spec: str
    key: str
    text: str


class Looked(Struct, frozen=True):
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


class CheckFinished(Struct, frozen=True):
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


class SectionFinished(Struct, frozen=True):
    """A section is done, its records removed but for the leftovers."""

    spec: str
    key: str
    leftovers: tuple[Leftover, ...] = ()


class RunFinished(Struct, frozen=True):
    """The run ended, whatever happened."""

    duration_s: float


Event = RunStarted | SpecStarted | SectionStarted | StepStarted | Looked | CheckFinished | SectionFinished | RunFinished
