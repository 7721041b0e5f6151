"""The journal's database file: its tables and durable transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from threading import RLock
from typing import Final

from qa_sync.errors import NoVerdict
from qa_sync.sqlite_file import Problem, explained, open_database, transaction

BUSY_S: Final = 10.0
_FIRST: Final = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, seed TEXT NOT NULL, specs TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, begun TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE places (
    run TEXT NOT NULL, system TEXT NOT NULL, url TEXT NOT NULL, datatype TEXT NOT NULL, entity TEXT NOT NULL,
    PRIMARY KEY (run, system, datatype)) WITHOUT ROWID;
CREATE TABLE records (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL, system TEXT NOT NULL, datatype TEXT NOT NULL, mark TEXT NOT NULL,
    payload TEXT NOT NULL, id TEXT, state TEXT NOT NULL, why TEXT, counterpart INTEGER NOT NULL,
    UNIQUE (run, system, datatype, id));
CREATE TABLE sections (
    run TEXT NOT NULL, spec TEXT NOT NULL, key TEXT NOT NULL, print TEXT NOT NULL, events TEXT NOT NULL,
    PRIMARY KEY (run, spec, key)) WITHOUT ROWID;
"""
_ADDED: Final = """
CREATE TABLE standing (
    run TEXT NOT NULL, system TEXT NOT NULL, datatype TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (run, system, datatype, id)) WITHOUT ROWID;
"""
MIGRATIONS: Final = (_FIRST, _ADDED)

HINTS: Final[Mapping[Problem, str]] = {
    Problem.LOCKED: "another process is writing to it; retry when that process has finished",
    Problem.NO_SPACE: "free disk space, or repair the disk; until then nothing is written to a system",
    Problem.NO_ACCESS: "a run that writes to systems needs a writable folder for its journal",
    Problem.NOT_OURS: "move it away; records that its runs did not clean up must then be found manually",
    Problem.DAMAGED: "move it away; records that its runs did not clean up must then be found manually",
    Problem.WRONG_VERSION: "it was written by another version of qa-sync; use that version, or move the file away",
}
"""The hint for each problem."""


class JournalFile:
    """The file, created with mode 0600; threads and processes may share it.

    Every problem with it is raised as NoVerdict, and then nothing has been written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._db = open_database(
            path,
            migrations=MIGRATIONS,
            pragmas={"journal_mode": "WAL", "synchronous": "FULL"},  # an intent must survive a power failure
            timeout_s=BUSY_S,
            make_folder=True,
            explain=self._explain,
        )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one transaction, which is on disk when the block ends."""
        with self._lock, explained(self._explain), transaction(self._db):
            yield self._db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Return the connection for reading, which needs no disk space."""
        with self._lock, explained(self._explain):
            yield self._db

    @contextmanager
    def expecting_valid_rows(self) -> Iterator[None]:
        """Raise NoVerdict for a row that no run has written: the file is damaged, and nothing is deleted by it."""
        try:
            yield
        except ValueError as error:
            raise self._explain(Problem.DAMAGED, f"no run of qa-sync writes {error}") from None

    def write(self, query: str, *values: object) -> int:
        """Execute one statement; return the number of the row that it inserted."""
        with self.transaction() as db:
            return db.execute(query, values).lastrowid or 0

    def _explain(self, problem: Problem, text: str) -> NoVerdict:
        return NoVerdict(f"the journal {self.path} cannot be used: {text}", hint=HINTS.get(problem))
