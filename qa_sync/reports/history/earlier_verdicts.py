"""Reads from the history what earlier runs say about the specs of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from qa_sync.reports.history.earlier_runs import BAD_STATUSES, VERIFIED, Earlier, is_verified
from qa_sync.reports.history.store import BUSY_TIMEOUT_S, MIGRATIONS, STATUSES, explain_problem
from qa_sync.running.results import Results
from qa_sync.sqlite_file import open_to_read, version_of

MOST_RUNS = 50
"""How many earlier runs are read at most."""

_RUN = """
    SELECT claim.spec, claim.name, verdict.status FROM verdict JOIN claim ON claim.id = verdict.claim
    WHERE verdict.run = ?
"""


def read_earlier(path: Path, results: Results) -> Mapping[str, Earlier]:
    """Return what the history says of each spec of a run; without a history, nothing.

    Raises UsageError when the file is not a history, or is of a later version.
    """
    if not path.exists():
        return {}
    with open_to_read(path, partial(explain_problem, path), recover=True, timeout_s=BUSY_TIMEOUT_S) as db:
        return _latest(db, results) if version_of(db, len(MIGRATIONS)) else {}


def _latest(db: Connection, results: Results) -> dict[str, Earlier]:
    found: dict[str, Earlier] = {}
    wanted = {
        spec.spec: {c.id for s in spec.sections for c in s.checks if c.status in BAD_STATUSES} for spec in results.specs
    }
    unverified = {spec.spec for spec in results.specs if not is_verified(spec)}
    for run, ran in db.execute("SELECT id, ran FROM run ORDER BY id DESC LIMIT ?", (MOST_RUNS,)).fetchall():
        if _is_complete(found, wanted, unverified):
            break
        for spec, name, number in db.execute(_RUN, (run,)):
            if spec in wanted:
                known, status = found.setdefault(spec, Earlier()), STATUSES[number]
                if status in BAD_STATUSES | VERIFIED:
                    known.statuses.setdefault(name, status)
                if status in VERIFIED and known.verified is None:
                    known.verified = datetime.fromisoformat(ran)
    return found


def _is_complete(
    found: Mapping[str, Earlier], wanted: Mapping[str, Collection[str]], unverified: Collection[str]
) -> bool:
    """Return whether earlier runs have nothing more to say."""
    return all(
        spec in found
        and all(name in found[spec].statuses for name in names)
        and (spec not in unverified or found[spec].verified)
        for spec, names in wanted.items()
    )
