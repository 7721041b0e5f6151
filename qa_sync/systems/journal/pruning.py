"""What the journal need not know any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

KEEP_RUNS_FOR: Final = timedelta(days=90)
"""How long a run is kept of which nothing is left."""

KEEP_PREEXISTING_FOR: Final = timedelta(days=7)
"""How long it is kept what was there before a run of which nothing is to be removed: it may be very much."""

_OLD: Final = (
    "SELECT id FROM runs WHERE started < ?"
    " AND NOT EXISTS (SELECT 1 FROM records WHERE run = runs.id AND state != 'removed')"
)
_OVER: Final = (
    "DELETE FROM standing WHERE run IN (SELECT id FROM runs WHERE started < ?"
    " AND NOT EXISTS (SELECT 1 FROM records WHERE run = runs.id AND state IN ('intended', 'made')))"
)


def delete_old_runs(db: Connection, now: datetime) -> None:
    """Remove old runs of which nothing is left, and what was there before runs of which nothing is to be removed."""
    db.execute(_OVER, ((now - KEEP_PREEXISTING_FOR).isoformat(),))
    for (name,) in db.execute(_OLD, ((now - KEEP_RUNS_FOR).isoformat(),)).fetchall():
        for query in (
            "DELETE FROM runs WHERE id = ?",
            "DELETE FROM places WHERE run = ?",
            "DELETE FROM records WHERE run = ?",
            "DELETE FROM sections WHERE run = ?",
            "DELETE FROM standing WHERE run = ?",
        ):
            db.execute(query, (name,))
