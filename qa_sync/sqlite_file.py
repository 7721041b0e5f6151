"""Opens SQLite files with mode 0600, at a known version, and with errors that say what to do.

The version is in `user_version` and is the number of migrations applied to the file. The caller supplies the tables and
the messages for problems.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from qa_sync.errors import QaSyncError
from qa_sync.files import open_private

MEMORY: Final = ":memory:"
"""The path of an in-memory database."""


class Problem(Enum):
    """A problem with a database, with the prefixes of SQLite's result codes (https://www.sqlite.org/rescode.html)."""

    LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED")
    NO_SPACE = ("SQLITE_FULL", "SQLITE_IOERR")
    NO_ACCESS = ("SQLITE_READONLY", "SQLITE_CANTOPEN")
    NOT_OURS = ("SQLITE_NOTADB",)
    WRONG_VERSION = ("SQLITE_SCHEMA",)
    DAMAGED = ("SQLITE_CORRUPT",)
    OTHER = ("",)


Explain = Callable[[Problem, str], QaSyncError]
"""Returns the error to raise for a problem and SQLite's message."""

_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def open_database(
    path: str | Path,
    *,
    migrations: Sequence[str],
    explain: Explain,
    pragmas: Mapping[str, str | int],
    exclusive: bool = False,
    timeout_s: float = 0.0,
    make_folder: bool = False,
) -> sqlite3.Connection:
    """Open a database for reading and writing and migrate it to the newest version; a new file has mode 0600.

    `migrations` are scripts; the n-th takes a file from version n to n + 1. Their statements end with semicolons and
    contain none. With `exclusive` no other process can open the file until this one ends, however it ends; `timeout_s`
    is how long to wait for a process that is writing. Outside of `transaction` each statement commits by itself;
    threads may share the connection if only one uses it at a time. `path` may be MEMORY.

    Raises the error that `explain` returns. A file that cannot be used is not changed.
    """
    with explained(explain, (OSError, sqlite3.Error)):
        if str(path) != MEMORY:
            if make_folder:
                _make_folder(Path(path).parent)
            os.close(
                open_private(str(path), os.O_RDWR | os.O_CREAT)
            )  # SQLite creates its journal files with the same mode
        db = sqlite3.connect(path, timeout=timeout_s, isolation_level=None, check_same_thread=False)
        try:
            _prepare(db, migrations, pragmas, exclusive=exclusive)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def open_to_read(
    path: Path, explain: Explain, *, recover: bool = False, timeout_s: float = 0.0
) -> Iterator[sqlite3.Connection]:
    """Open an existing file for reading; its data and its version do not change.

    With `recover` SQLite may roll back what a killed process has left half written, if the file is writable. Raises the
    error that `explain` returns, also within the context.
    """
    mode = "rw" if recover else "ro"
    with (
        explained(explain),
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=timeout_s)) as db,
    ):
        yield db


@contextmanager
def transaction(db: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Run the statements of the block in one transaction."""
    db.execute(f"BEGIN {kind}")
    with db:
        yield


@contextmanager
def explained(explain: Explain, errors: tuple[type[Exception], ...] = (sqlite3.Error,)) -> Iterator[None]:
    """Turn errors of the block into the ones that `explain` returns."""
    try:
        yield
    except errors as error:
        text = error.strerror if isinstance(error, OSError) else None
        raise explain(_problem(error), text or str(error)) from error


def version_of(db: sqlite3.Connection, newest: int) -> int:
    """Return the version of a database, 0 for an empty one.

    Raises sqlite3.DatabaseError for another program's database and for a version above `newest`.
    """
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found > newest:
        raise _refused("SQLITE_SCHEMA", f"version {found}, expected {newest}")
    if found <= 0 and db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise _refused("SQLITE_NOTADB", "another program's database")
    return max(int(found), 0)


def _refused(name: str, message: str) -> sqlite3.DatabaseError:
    """Return an error as SQLite raises it, with SQLite's name for it."""
    error = sqlite3.DatabaseError(message)
    error.sqlite_errorname = name
    return error


def _prepare(
    db: sqlite3.Connection, migrations: Sequence[str], pragmas: Mapping[str, str | int], *, exclusive: bool
) -> None:
    if exclusive:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")  # from the first read on
    with transaction(db, "DEFERRED"):  # both queries see the same state; a file that cannot be used is not written to
        version = version_of(db, len(migrations))
    for name, value in pragmas.items():
        db.execute(f"PRAGMA {name} = {value}")
    if exclusive or version < len(migrations):
        with transaction(db, "EXCLUSIVE" if exclusive else "IMMEDIATE"):
            _migrate(db, migrations)


def _migrate(db: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Apply the missing migrations; reads the version again, now that no other process can write."""
    version = version_of(db, len(migrations))
    for script in migrations[version:]:
        for statement in script.split(";"):
            db.execute(statement)
    if version < len(migrations):
        db.execute(f"PRAGMA user_version = {len(migrations)}")


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Keeps the folder out of commits, as the caches of other tools do.
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _problem(error: Exception) -> Problem:
    if isinstance(error, OSError):
        return Problem.NO_SPACE if error.errno in _NO_SPACE else Problem.NO_ACCESS
    name = getattr(error, "sqlite_errorname", "")  # errors of the sqlite3 module itself have none
    return next(problem for problem in Problem if name.startswith(problem.value))
