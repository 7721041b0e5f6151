"""`.qa-sync/history.sqlite`: a row a check and run, written at the end of a run and read by `qa-sync history`.

Kept are verdicts, latencies and the document's own words; no values, no records, no messages: what an API answered does
not outlive its report.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from qa_sync.errors import UsageError
from qa_sync.frozen import dataclass
from qa_sync.location import Location
from qa_sync.running.events import Status
from qa_sync.running.results import Results, SpecResult

FOLDER = ".qa-sync"
NAME = "history.sqlite"
VERSION = 1
KEPT_RUNS = 1_000
"""Older runs are forgotten."""
BUSY_TIMEOUT_S = 5.0
LONG = 500

STATUSES = tuple(Status)
"""A status is kept as its place here."""

_TABLES = f"""
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
    PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run found of a check; `ran` is when the run was made, in UTC."""

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
    """Return where the history of a folder's runs stands."""
    return folder / FOLDER / NAME


def append_run(
    results: Results, path: Path, texts: Mapping[str, str], now: Callable[[], datetime] | None = None
) -> None:
    """Append a run; folder and file are made, readable for their owner only.

    `texts` are the documents, by path. Raises OSError or sqlite3.Error when it cannot be kept.
    """
    ran = now() if now else datetime.now(UTC)
    _create_file(path)
    with _open(path) as db, db:
        if not db.execute("PRAGMA user_version").fetchone()[0]:
            db.executescript(_TABLES)
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
    """Return everything that is kept, the oldest run first; nothing when there is no history yet.

    Raises UsageError when the file is no history, or one of a later version.
    """
    if not path.exists():
        return []
    try:
        with _open(path) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise UsageError(f"a history of version {version}, expected {VERSION}", location=Location(str(path)))
            return [_verdict(row) for row in db.execute(_ALL)] if version else []
    except (sqlite3.Error, OSError) as error:
        hint = "move the file away; the next run begins a new one"
        raise UsageError(f"not readable as a history: {error}", location=Location(str(path)), hint=hint) from None


_ALL = """
    SELECT run.id, run.ran, run.mode, claim.spec, claim.section, claim.kind, claim.title, claim.name, sentence.text,
           verdict.line, verdict.status, verdict.latency_s
    FROM verdict JOIN run ON run.id = verdict.run JOIN claim ON claim.id = verdict.claim
    JOIN sentence ON sentence.id = verdict.sentence
    ORDER BY run.id, claim.id
"""


def _create_file(path: Path) -> None:
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True)
        # As other tools' caches do it: whoever commits a whole folder does not commit this one.
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as db:
        # Waiting for the disk takes longer than replaying a document; a power cut may cost the last run, not the file.
        db.execute("PRAGMA synchronous = OFF")
        yield db


def _insert_spec(db: sqlite3.Connection, run: int, spec: SpecResult, lines: list[str]) -> None:
    known = dict(db.execute("SELECT name, id FROM claim WHERE spec = ?", (spec.spec,)))
    checks = [(section.key, check) for section in spec.sections for check in section.checks]
    fresh = {c.id: (spec.spec, _clean(c.id), key, c.kind, _clean(c.title)) for key, c in checks if c.id not in known}
    db.executemany(
        "INSERT OR IGNORE INTO claim (spec, name, section, kind, title) VALUES (?, ?, ?, ?, ?)", fresh.values()
    )
    said = {line: lines[line - 1].strip()[:LONG] if line <= len(lines) else "" for line in {c.line for _, c in checks}}
    db.executemany("INSERT OR IGNORE INTO sentence (spec, text) VALUES (?, ?)", [(spec.spec, s) for s in said.values()])
    if fresh:
        known = dict(db.execute("SELECT name, id FROM claim WHERE spec = ?", (spec.spec,)))
    sentences = dict(db.execute("SELECT text, id FROM sentence WHERE spec = ?", (spec.spec,)))
    db.executemany(
        "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?)",
        [
            (run, known[_clean(c.id)], sentences[said[c.line]], c.line, STATUSES.index(c.status), c.latency_s)
            for _, c in checks
        ],
    )


def _delete_old_runs(db: sqlite3.Connection, newest: int) -> None:
    db.execute("DELETE FROM verdict WHERE run <= ?", (newest - KEPT_RUNS,))
    db.execute("DELETE FROM run WHERE id <= ?", (newest - KEPT_RUNS,))


def _clean(some: str) -> str:
    """Return text that SQLite can hold: lone surrogates are no characters."""
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
