"""Deletes old runs from the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Connection
from typing import Final

KEEP_RUNS_FOR: Final = timedelta(days=90)
"""How long a run without existing records is kept."""

KEEP_PREEXISTING_FOR: Final = timedelta(days=7)
"""How long the preexisting ids of a run without deletable records are kept; they may be many."""

_OLD: Final = (
    "SELECT id FROM runs WHERE started < ?"
    " AND NOT EXISTS (SELECT 1 FROM records WHERE run = runs.id AND state != 'removed')"
)
_OVER: Final = (
    "DELETE FROM standing WHERE run IN (SELECT id FROM runs WHERE started < ?"
    " AND NOT EXISTS (SELECT 1 FROM records WHERE run = runs.id AND state IN ('intended', 'made')))"
)


def delete_old_runs(db: Connection, now: datetime) -> None:
    """Delete old runs without existing records, and preexisting ids of runs without deletable records."""
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
