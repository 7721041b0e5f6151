"""Reads from the history what earlier runs say about the specs of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from qa_sync.reports.history.earlier_runs import (
    BAD_STATUSES,
    VERIFIED,
    Earlier,
    EarlierOf,
    is_verified,
    nothing_earlier,
)
from qa_sync.reports.history.store import BUSY_TIMEOUT_S, MIGRATIONS, STATUSES, explain_problem
from qa_sync.running.results import SpecResult, checks_with_status
from qa_sync.sqlite_file import open_to_read, version_of

MOST_RUNS = 50
"""How many earlier runs are read at most."""

_RUN = """
    SELECT claim.name, verdict.status FROM claim JOIN verdict ON verdict.claim = claim.id
    WHERE claim.spec = ? AND verdict.run = ?
"""


@contextmanager
def earlier_verdicts(path: Path) -> Iterator[EarlierOf]:
    """Yield a function that reads what the history says of one spec of a run; without a history, nothing.

    Raises UsageError when the file is not a history, or is of a later version.
    """
    if not path.exists():
        yield nothing_earlier
        return
    with open_to_read(path, partial(explain_problem, path), recover=True, timeout_s=BUSY_TIMEOUT_S) as db:
        runs = _runs(db) if version_of(db, len(MIGRATIONS)) else []
        yield lambda spec: _latest(db, runs, spec)


def _runs(db: Connection) -> list[tuple[int, str]]:
    return db.execute("SELECT id, ran FROM run ORDER BY id DESC LIMIT ?", (MOST_RUNS,)).fetchall()


def _latest(db: Connection, runs: Iterable[tuple[int, str]], spec: SpecResult) -> Earlier | None:
    """Return what the runs, the latest first, say of a spec; reads no more of them than necessary."""
    wanted = {check.id for section in spec.sections for check in checks_with_status(section, BAD_STATUSES)}
    found = Earlier()
    is_known, needs_time = False, not is_verified(spec)
    for run, ran in runs:
        for name, number in db.execute(_RUN, (spec.spec, run)):
            is_known, status = True, STATUSES[number]
            if status in BAD_STATUSES | VERIFIED:
                found.statuses.setdefault(name, status)
            if status in VERIFIED and found.verified is None:
                found.verified = datetime.fromisoformat(ran)
        if is_known and wanted <= found.statuses.keys() and (found.verified or not needs_time):
            break
    return found if is_known else None
