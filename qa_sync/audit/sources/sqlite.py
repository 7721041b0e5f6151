"""Reads a table of a SQLite database: `shop.db#customers`, or the only table of `shop.db`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from qa_sync.audit.sources.table_lines import TableRows
from qa_sync.audit.sources.table_names import chosen
from qa_sync.errors import UsageError

TIMEOUT_S: Final = 20.0
"""How long to wait for another program that writes."""

TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
)


@contextmanager
def opened(file: Path, wanted: str) -> Iterator[TableRows]:
    """Yield a table of a file; raises UsageError for a damaged file or an unknown table."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)) as db:
            db.text_factory = bytes  # not all texts are UTF-8
            table = chosen(str(file), "table", [row[0].decode() for row in db.execute(TABLES)], wanted)
            quoted = table.replace('"', '""')
            found = db.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - quoted
            names = [column[0] for column in found.description]
            yield TableRows(table, _numbered(found, names))
    except sqlite3.Error as error:
        raise UsageError(f"{file}: not readable as SQLite: {error}", hint="is the file complete?") from None


def _numbered(found: sqlite3.Cursor, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(found, 1):
        yield number, dict(zip(names, row, strict=True))
