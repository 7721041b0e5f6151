"""The environment of a section: two systems, a clock, and a way to let the sync run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from msgspec import Struct, field

from qa_sync.checklist.side import Side
from qa_sync.clock import Clock, VirtualClock
from qa_sync.running.needs import Cycle, DuringCycle, Need, Pause, Waiting
from qa_sync.running.polling import EVEN_PAUSES, FIRST_PAUSE_S, PollPolicy, no_jitter
from qa_sync.systems.system import System


class Keep(StrEnum):
    """When the records of a scenario are kept, so that the user can inspect them."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ALWAYS = "always"

    def reason(self, *, failed: bool) -> str | None:
        """Return why the records of a scenario are kept, None when they are not.

        `failed`: one of its checks failed or had an error.
        """
        if self is Keep.ALWAYS or (self is Keep.ON_FAILURE and failed):
            return f"{KEPT} (--keep {self}); qa-sync cleanup deletes it"
        return None


KEPT = "kept"


class SyncSpeed:
    """The highest sync latency so far; None before the first change arrived."""

    def __init__(self) -> None:
        self.slowest_s: float | None = None

    def note(self, latency_s: float) -> None:
        """Record the latency of an arrival."""
        self.slowest_s = max(latency_s, self.slowest_s or 0.0)


class SyncProblem(Struct, frozen=True):
    """A problem that the sync reports: the section's key, the record's id (None: the whole section), and the text.

    `is_of_system`: the sync wrote the value, but the system stored another one; the failure stays one, and shows it.
    """

    section: str
    id: str | None
    text: str
    is_of_system: bool = False


def no_problems() -> tuple[SyncProblem, ...]:
    """Return no problems, for a sync that reports none."""
    return ()


class SyncControl(Struct, frozen=True):
    """What the run can do with the sync beyond running it once.

    `hold` keeps it from being started, by this section or another, as long as the context is open. `run_at_once` runs
    a cycle without any time before and after it (None: as always). `run_during` runs a cycle and calls functions
    while it works; it returns of each whether it ended before the cycle did (None: the run starts no cycle).
    `interval_s` is how long a cycle takes in seconds where the sync runs by itself (None: `let_sync_work` starts it).
    """

    hold: Callable[[], AbstractContextManager[None]] = nullcontext
    run_at_once: Callable[[], None] | None = None
    run_during: Callable[[Sequence[DuringCycle]], Sequence[bool]] | None = None
    interval_s: float | None = None


class Environment(Struct, frozen=True):
    """Everything that a scenario needs to run.

    `let_sync_work` triggers the sync once (a cycle of the built-in engine, or just time); `since` limits the lists that
    are searched for counterparts; `timeout_s` is how long to wait for a change, in seconds; `zone` is the business time
    zone of date-only values; `first_pause_s` is the pause after the first poll. `cycles_known`: the sync has completed
    a cycle whenever `let_sync_work` returns, so that a missing change is lost, and not merely late. `exclusive`: only
    the run and the sync write to the systems, so that every new record is theirs. `max_lag_s` is the maximum sync
    latency, None for no limit. `keep` says when records are not deleted. `sync_problems` returns what the sync could
    not read or write in its last cycle. `control` holds the sync and runs it at a certain moment. `unqueued` is the
    clock without the time in which this section waited for others (None: it waits for none).
    """

    systems: Mapping[Side, System]
    clock: Clock
    let_sync_work: Callable[[], None]
    since: datetime
    timeout_s: float = 120.0
    zone: tzinfo = field(default=UTC)
    first_pause_s: float = FIRST_PAUSE_S
    cycles_known: bool = False
    exclusive: bool = False
    max_lag_s: float | None = None
    jitter: Callable[[float], float] = no_jitter
    sync_speed: SyncSpeed = field(default_factory=SyncSpeed)
    keep: Keep = Keep.NEVER
    sync_problems: Callable[[], tuple[SyncProblem, ...]] = no_problems
    control: SyncControl = field(default_factory=SyncControl)
    unqueued: Clock | None = None

    @property
    def sync_clock(self) -> Clock:
        """The clock by which the sync is judged: the section's waits for others are no time of the sync."""
        return self.unqueued or self.clock

    @property
    def poll_policy(self) -> PollPolicy:
        """How to poll for a change."""
        even_pauses = EVEN_PAUSES if self.control.interval_s is not None else 0
        timeout_s = max(self.timeout_s, self.max_lag_s or 0.0)
        return PollPolicy(timeout_s, self.first_pause_s, self.jitter, even_pauses)

    @property
    def is_simulated(self) -> bool:
        """Whether the clock is a simulated one."""
        return isinstance(self.clock, VirtualClock)

    @property
    def unit(self) -> str:
        """The unit of the times that have passed, for messages: seconds, of simulated time where they are."""
        return "s of simulated time" if self.is_simulated else "s"

    @property
    def cycle(self) -> Need:
        """What lets the sync work once."""
        interval_s = self.control.interval_s
        return Cycle() if interval_s is None else Pause(interval_s)

    def wait_cycles(self, cycles: int) -> Waiting[None]:
        """Let the sync run for some cycles.

        Where the end of a cycle is unknown, a cycle counts as long as the highest latency so far; without any arrival
        yet, all cycles together take the timeout.
        """
        started = self.clock.now()
        for _ in range(cycles):
            yield self.cycle
        if self.cycles_known:
            return
        wait_s = self.timeout_s if self.sync_speed.slowest_s is None else cycles * self.sync_speed.slowest_s
        passed_s = (self.clock.now() - started).total_seconds()
        if passed_s < wait_s:
            yield Pause(wait_s - passed_s)
