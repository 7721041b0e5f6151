"""Where a section is played: two systems, a clock, and a sync that can be given time to work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from qa_sync.checklist.model import Side
from qa_sync.clock import Clock
from qa_sync.running.keep import Keep
from qa_sync.running.waiting import FIRST_PAUSE_S
from qa_sync.systems.system import System


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scenario needs of the world.

    `let_sync_work` gives whatever does the syncing one chance to work (a cycle of the built-in engine, or just time);
    `since` bounds the lists in which counterparts are looked for; `timeout_s` is how long an arrival is waited for;
    `zone` is the business time zone that date-only values are in; `first_pause_s` is that between the first two looks;
    `keep` says when records are not removed.
    """

    systems: Mapping[Side, System]
    clock: Clock
    let_sync_work: Callable[[], None]
    since: datetime
    timeout_s: float = 120.0
    zone: tzinfo = field(default=UTC)
    first_pause_s: float = FIRST_PAUSE_S
    keep: Keep = Keep.NEVER
