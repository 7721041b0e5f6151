"""The metrics of an observation, whatever library exposes them: the last read, by section and direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Final

from msgspec import Struct

from qa_sync.observe.reporting.progress import DirectionProgress, ReadProgress


class Metric(Struct, frozen=True):
    """A metric by section and direction; a counter only grows, unless a late case leaves it for another one."""

    name: str
    text: str
    unit: str
    value: Callable[[DirectionProgress], float | None]


METRICS: Final = (
    Metric("open_cases", "Changes that have not arrived yet", "", lambda way: way.open),
    Metric("arrived_cases", "Changes that arrived", "", lambda way: way.arrived),
    Metric("late_cases", "Changes that arrived later than the maximum lag", "", lambda way: way.late),
    Metric("lost_cases", "Changes that did not arrive within the maximum lag", "", lambda way: way.lost),
    Metric("partly_lost_cases", "Changes of which only some values arrived", "", lambda way: way.partly),
    Metric("lag_p95", "95th percentile of the latency", "seconds", lambda way: way.p95_s),
)
"""Gauges, since a lost case that arrives late is lost no more."""
PREFIX: Final = "qa_sync_observe_"


class Sample(Struct, frozen=True):
    """A value with its labels."""

    labels: Mapping[str, str]
    value: float


class LatestRead:
    """The last read of an observation; the threads of servers and exporters read it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read: ReadProgress | None = None
        self._reads = 0
        self._failures = 0
        self._last_s = 0.0

    def handle(self, read: ReadProgress) -> None:
        """Keep the progress after a read."""
        with self._lock:
            self._read = read
            if read.error:
                self._failures += 1
            else:
                self._reads, self._last_s = self._reads + 1, read.at.timestamp()

    def samples(self, metric: Metric) -> Iterator[Sample]:
        """Yield the samples of a metric; a latency only where something arrived."""
        with self._lock:
            ways = self._read.directions if self._read else ()
        for way in ways:
            if (value := metric.value(way)) is not None:
                yield Sample(_labels(way), float(value))

    @property
    def reads(self) -> int:
        """How many times the lists were read."""
        return self._reads

    @property
    def failures(self) -> int:
        """How many times the lists could not be read."""
        return self._failures

    @property
    def last_read_s(self) -> float:
        """When the lists were last read, in seconds since 1970; 0 if they never were."""
        return self._last_s


def _labels(way: DirectionProgress) -> Mapping[str, str]:
    section = way.section
    return {"spec": section.spec, "section": section.plan.section.heading, "direction": way.direction.value}
