"""How far an observation is: the numbers of cases by section and direction, and what a read has closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from math import ceil

from msgspec import Struct

from qa_sync.observe.model import Case, CaseState, ObservedSection
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Direction


class DirectionProgress(Struct, frozen=True):
    """The cases of a direction of a section: open, arrived (also late), late, lost, and partly arrived.

    `p95_s` is the 95th percentile of the latencies in seconds, None without an arrival.
    """

    section: ObservedSection
    direction: Direction
    open: int
    arrived: int
    late: int
    lost: int
    partly: int
    p95_s: float | None


class ReadProgress(Struct, frozen=True):
    """What one read of the lists has shown.

    `changes` is the number of changed records; `missed` are the cases that are new among the lost, partly lost and late
    ones; `error` is why the lists could not be read (empty: they were).
    """

    at: datetime
    changes: int
    directions: tuple[DirectionProgress, ...]
    missed: tuple[Case, ...] = ()
    error: str = ""


Listener = Callable[[ReadProgress], None]
"""Gets the progress after each read; must not raise."""


def progress_of(state: ObserveState, section: ObservedSection, limit_s: float) -> Iterator[DirectionProgress]:
    """Yield the progress of both directions of a section; an arrival after more than `limit_s` seconds is late."""
    for way in Direction:
        place = (section.key, way.value)
        query = "SELECT state, count(*) FROM cases WHERE section = ? AND direction = ? AND kind <> 'outside' GROUP BY 1"
        counts: Mapping[str, int] = dict(state.db.execute(query, place).fetchall())
        late = state.db.execute(f"SELECT count(*) {_ARRIVED} AND lag_s > ?", (*place, limit_s)).fetchone()[0]
        yield DirectionProgress(
            section,
            way,
            counts.get(CaseState.OPEN, 0),
            counts.get(CaseState.ARRIVED, 0),
            int(late),
            counts.get(CaseState.LOST, 0),
            counts.get(CaseState.PARTLY, 0),
            _percentile(state, place, 0.95),
        )


_ARRIVED = (
    "FROM cases INDEXED BY cases_by_lag "
    "WHERE section = ? AND direction = ? AND state IN ('arrived', 'partly') AND lag_s IS NOT NULL"
)


def _percentile(state: ObserveState, place: tuple[str, str], share: float) -> float | None:
    """Return the nearest-rank percentile of the latencies, from the index alone."""
    count = state.db.execute(f"SELECT count(*) {_ARRIVED}", place).fetchone()[0]
    if not count:
        return None
    rank = max(0, ceil(count * share) - 1)
    found = state.db.execute(f"SELECT lag_s {_ARRIVED} ORDER BY lag_s LIMIT 1 OFFSET ?", (*place, rank)).fetchone()
    return float(found[0])


def newly_missed(cases: Iterable[Case], reported: int, limit_s: float) -> Iterator[Case]:
    """Yield which cases were lost after the read with number `reported`, and which arrived late since."""
    for case in cases:
        is_late = case.state is CaseState.ARRIVED and (case.missed > 0 or (case.lag_s or 0.0) > limit_s)
        if is_late or (case.state in {CaseState.LOST, CaseState.PARTLY} and case.missed > reported):
            yield case
