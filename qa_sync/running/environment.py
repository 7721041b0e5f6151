"""Where a section is played: two systems, a clock, and a sync that can be given time to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from msgspec import Struct, field

from qa_sync.checklist.steps import Side
from qa_sync.clock import Clock
from qa_sync.running.polling import FIRST_PAUSE_S, PollPolicy, no_jitter
from qa_sync.systems.system import System


class Keep(StrEnum):
    """When the records of a scenario are kept, for a person to look at."""

    NEVER = "never"
    ON_FAILURE = "on-failure"
    ALWAYS = "always"

    def reason(self, *, failed: bool) -> str | None:
        """Return why the records of a scenario are kept, None when they are not.

        `failed` says that one of its checks failed or could not be found out.
        """
        if self is Keep.ALWAYS or (self is Keep.ON_FAILURE and failed):
            return f"{KEPT} (--keep {self}); qa-sync cleanup removes it"
        return None


KEPT = "kept"


class SyncSpeed:
    """How slow the sync has been so far; None before the first arrival."""

    def __init__(self) -> None:
        self.slowest_s: float | None = None

    def note(self, latency_s: float) -> None:
        """Learn from an arrival."""
        self.slowest_s = max(latency_s, self.slowest_s or 0.0)


class Environment(Struct, frozen=True):
    """What a scenario needs of the world.

    `let_sync_work` gives whatever does the syncing one chance to work (a cycle of the built-in engine, or just time);
    `since` bounds the lists in which counterparts are looked for; `timeout_s` is how long an arrival is waited for;
    `zone` is the business time zone that date-only values are in; `first_pause_s` is that between the first two looks.
    `cycles_known` says that a cycle of the sync has been completed whenever `let_sync_work` returns: then what has not
    arrived is known to be lost, else it is only not there yet. `exclusive` says that nobody else writes to the systems,
    so that every new record is of our making or the sync's. `max_lag_s` is the promise about time, if there is one.
    `keep` says when records are not removed.
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

    @property
    def poll_policy(self) -> PollPolicy:
        """How an arrival is waited for."""
        return PollPolicy(max(self.timeout_s, self.max_lag_s or 0.0), self.first_pause_s, self.jitter)

    def wait_cycles(self, cycles: int) -> None:
        """Let the sync work for some cycles although nothing is waited for.

        Where nobody knows when a cycle is over, each is taken to be as long as the slowest arrival so far, the whole
        as long as an arrival is waited for when there was none.
        """
        started = self.clock.now()
        for _ in range(cycles):
            self.let_sync_work()
        if self.cycles_known:
            return
        wait_s = self.timeout_s if self.sync_speed.slowest_s is None else cycles * self.sync_speed.slowest_s
        passed_s = (self.clock.now() - started).total_seconds()
        if passed_s < wait_s:
            self.clock.sleep(wait_s - passed_s)
