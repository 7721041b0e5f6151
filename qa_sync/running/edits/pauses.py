"""The pauses of an attempt to edit both sides: long where the sync is held, else as short as the times allow."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from qa_sync.running.environment import Environment
from qa_sync.running.needs import Pause, Waiting

PAUSE_S = 2.0
"""The pause before an edit while the sync cannot run: most systems report edit times in whole seconds."""

LEAD_S = 0.15
"""How long before a system's next second the first edit is made, so that the second one can follow soon."""

MARGIN_S = 0.05


class Pauses:
    """The pauses of the attempts; `resolution` is that of the coarser times, `seed` decides the random parts."""

    def __init__(self, environment: Environment, resolution: timedelta, seed: str, *, in_order: bool) -> None:
        self._environment = environment
        self._resolution_s = resolution.total_seconds()
        self._seed = seed
        self._in_order = in_order
        self._attempt = 0
        self._further_s: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether the sync runs only when this run starts it."""
        return self._environment.cycles_known

    def note_same_time(self, behind: timedelta) -> None:
        """Let the next edits be further apart: in the last attempt the second one was `behind` the first one."""
        further_s = (self._further_s or 0.0) + behind.total_seconds() + self._resolution_s
        self._further_s = min(further_s, self._environment.timeout_s)

    def before_first(self) -> Waiting[None]:
        """Wait before the first edit: in a retry a random part of a cycle, so as not to be in step with the sync."""
        environment, attempt = self._environment, self._attempt
        self._attempt += 1
        pause_s = max(PAUSE_S, self._resolution_s) if not attempt or self.is_held else self._resolution_s
        if attempt and not self.is_held:
            cycle_s = environment.sync_speed.slowest_s or environment.first_pause_s
            pause_s += cycle_s * crc32(f"{self._seed}/{attempt}".encode()) / 2**32
        yield Pause(pause_s, held=True)

    def until_end_of_second(self) -> None:
        """Wait until shortly before the time that the systems show changes, so that the second edit can follow soon."""
        environment = self._environment
        if self._in_order and not self.is_held and self._resolution_s >= 1:
            seconds = environment.clock.now().timestamp()
            environment.clock.sleep((self._resolution_s - LEAD_S - seconds) % self._resolution_s)

    def between(self, first_time: datetime | None) -> None:
        """Wait until an edit of the other side is later than the first edit, which has `first_time`."""
        if not self._in_order:
            return
        clock = self._environment.clock
        if self.is_held:
            clock.sleep(max(PAUSE_S, self._resolution_s) + (self._further_s or 0.0))
            return
        longest_s = self._resolution_s + min(MARGIN_S, self._resolution_s)
        if self._further_s is not None or first_time is None:
            clock.sleep(longest_s + (self._further_s or 0.0))
            return
        later = first_time + timedelta(seconds=longest_s)
        clock.sleep(min(max((later - clock.now()).total_seconds(), 0.0), longest_s))
