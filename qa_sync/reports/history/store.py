"""`.qa-sync/history.sqlite`: a row per check and run, written at the end of a run and read by `qa-sync history`.

The rows have verdicts, latencies and sentences of the spec, but no values, records or messages: data from an API is
only in the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from msgspec import Struct

from qa_sync.errors import UsageError
from qa_sync.location import Location
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SpecResult
from qa_sync.sqlite_file import Problem, explained, open_database, open_to_read, transaction, version_of

FOLDER = ".qa-sync"
NAME = "history.sqlite"
KEPT_RUNS = 1_000
"""Older runs are deleted."""
BUSY_TIMEOUT_S = 5.0
LONG = 500

STATUSES = tuple(Status)
"""A status is stored as its index here."""

_TABLES = """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY, ran TEXT NOT NULL, started TEXT NOT NULL, mode TEXT NOT NULL, seed TEXT NOT NULL,
        duration_s REAL NOT NULL, exit_code INTEGER NOT NULL
    );
    CREATE TABLE claim (
        id INTEGER PRIMARY KEY, spec TEXT NOT NULL, name TEXT NOT NULL, section TEXT NOT NULL, kind TEXT NOT NULL,
        title TEXT NOT NULL, UNIQUE (spec, name)
    );
    CREATE TABLE sentence (id INTEGER PRIMARY KEY, spec TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (spec, text));
    CREATE TABLE verdict (
        run INTEGER NOT NULL REFERENCES run, claim INTEGER NOT NULL REFERENCES claim,
        sentence INTEGER NOT NULL REFERENCES sentence, line INTEGER NOT NULL, status INTEGER NOT NULL, latency_s REAL,
        PRIMARY KEY (run, claim)
    ) WITHOUT ROWID;
"""
MIGRATIONS = (_TABLES,)

HINTS: Mapping[Problem, str] = {
    Problem.LOCKED: "another run is writing to it; retry when that has finished",
    Problem.NO_SPACE: "free some disk space",
    Problem.NO_ACCESS: "make its folder writable",
}
"""Hints for some problems; for the others, the file can be moved away."""


class Verdict(Struct, frozen=True):
    """The verdict of a check in a run; `ran` is the time of the run in UTC."""

    run: int
    ran: datetime
    mode: str
    spec: str
    section: str
    kind: str
    title: str
    name: str
    sentence: str
    line: int
    status: Status
    latency_s: float | None


def history_path(folder: Path) -> Path:
    """Return the path of the history of a folder's runs."""
    return folder / FOLDER / NAME


def append_run(
    results: Results, path: Path, texts: Mapping[str, str], now: Callable[[], datetime] | None = None
) -> None:
    """Append a run; creates folder and file readable for their owner only.

    `texts` are the specs by path. Raises UsageError when the file cannot be written.
    """
    ran = now() if now else datetime.now(UTC)
    explain = partial(explain_problem, path)
    # Syncing to disk takes longer than replaying a spec; a power failure may lose the last run, not the file.
    pragmas = {"synchronous": "OFF"}
    db = open_database(
        path, migrations=MIGRATIONS, explain=explain, pragmas=pragmas, timeout_s=BUSY_TIMEOUT_S, make_folder=True
    )
    with closing(db), explained(explain), transaction(db):
        number = db.execute(
            "INSERT INTO run (ran, started, mode, seed, duration_s, exit_code) VALUES (?, ?, ?, ?, ?, ?)",
            (
                ran.isoformat(timespec="seconds"),
                results.started.isoformat(),
                results.mode,
                _clean(results.seed),
                results.duration_s,
                results.exit_code,
            ),
        ).lastrowid
        for spec in results.specs:
            _insert_spec(db, number or 0, spec, texts.get(spec.spec, "").splitlines())
        _delete_old_runs(db, number or 0)


def read_verdicts(path: Path) -> list[Verdict]:
    """Return all verdicts, the oldest run first; empty when there is no history yet.

    Raises UsageError when the file is not a history, or is of a later version.
    """
    if not path.exists():
        return []
    with open_to_read(path, partial(explain_problem, path), recover=True, timeout_s=BUSY_TIMEOUT_S) as db:
        return [_verdict(row) for row in db.execute(_ALL)] if version_of(db, len(MIGRATIONS)) else []


_ALL = """
    SELECT run.id, run.ran, run.mode, claim.spec, claim.section, claim.kind, claim.title, claim.name, sentence.text,
           verdict.line, verdict.status, verdict.latency_s
    FROM verdict JOIN run ON run.id = verdict.run JOIN claim ON claim.id = verdict.claim
    JOIN sentence ON sentence.id = verdict.sentence
    ORDER BY run.id, claim.id
"""


def explain_problem(path: Path, problem: Problem, text: str) -> UsageError:
    """Return the error for a problem with a history file."""
    hint = HINTS.get(problem, "move the file away; the next run creates a new one")
    return UsageError(f"cannot use this file as the history: {text}", location=Location(str(path)), hint=hint)


def _insert_spec(db: Connection, run: int, spec: SpecResult, lines: list[str]) -> None:
    known = dict(db.execute("SELECT name, id FROM claim WHERE spec = ?", (spec.spec,)))
    checks = [(section.key, check) for section in spec.sections for check in section.checks]
    fresh = {c.id: (spec.spec, _clean(c.id), key, c.kind, _clean(c.title)) for key, c in checks if c.id not in known}
    db.executemany(
        "INSERT OR IGNORE INTO claim (spec, name, section, kind, title) VALUES (?, ?, ?, ?, ?)", fresh.values()
    )
    texts = {line: lines[line - 1].strip()[:LONG] if line <= len(lines) else "" for line in {c.line for _, c in checks}}
    rows = [(spec.spec, text) for text in texts.values()]
    db.executemany("INSERT OR IGNORE INTO sentence (spec, text) VALUES (?, ?)", rows)
    if fresh:
        known = dict(db.execute("SELECT name, id FROM claim WHERE spec = ?", (spec.spec,)))
    sentences = dict(db.execute("SELECT text, id FROM sentence WHERE spec = ?", (spec.spec,)))
    db.executemany(
        "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run, known[_clean(c.id)], sentences[texts[c.line]], c.line, STATUSES.index(c.status), c.latency_s)
            for _, c in checks
        ],
    )


def _delete_old_runs(db: Connection, newest: int) -> None:
    db.execute("DELETE FROM verdict WHERE run <= ?", (newest - KEPT_RUNS,))
    db.execute("DELETE FROM run WHERE id <= ?", (newest - KEPT_RUNS,))


def _clean(some: str) -> str:
    """Return text that SQLite can store: lone surrogates are escaped."""
    return some if some.isascii() else some.encode("utf-8", "backslashreplace").decode()


def _verdict(row: tuple[int, str, str, str, str, str, str, str, str, int, int, float | None]) -> Verdict:
    run, ran, mode, *words, line, status, latency = row
    spec, section, kind, title, name, sentence = words
    return Verdict(
        run,
        datetime.fromisoformat(ran),
        mode,
        str(spec),
        str(section),
        str(kind),
        str(title),
        str(name),
        str(sentence),
        line,
        STATUSES[status],
        latency,
    )
