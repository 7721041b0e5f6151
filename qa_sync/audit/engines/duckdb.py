"""DuckDB in this process: the default. What does not fit in memory goes to the scratch folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import ibis
import pyarrow as pa

from qa_sync.audit.engines.table import BATCH, Needs, Table
from qa_sync.errors import NoVerdict, UsageError

T = TypeVar("T")


def start(needs: Needs) -> DuckDB:
    """Start with the memory given; raises UsageError for one that is none."""
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?\s*([KMGT]i?B)", needs.memory, re.IGNORECASE):
        raise UsageError(f"--memory {needs.memory}: expected a size such as 2GB or 500MB")
    return DuckDB(needs)


class DuckDB:
    """An engine over one DuckDB database in memory, which spills into the scratch folder."""

    name = "duckdb"

    def __init__(self, needs: Needs) -> None:
        self._con = ibis.duckdb.connect(
            memory_limit=needs.memory,
            temp_directory=str(needs.scratch / "spilled"),
            preserve_insertion_order=False,
        )
        self._numbers = count()

    def read(self, files: Sequence[Path]) -> Table:
        """Return the rows of Parquet files."""
        name, quoted = f"read_{next(self._numbers)}", ", ".join(map(_quoted, files))
        try:
            # Ibis would make a view that only one connection sees.
            self._con.con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{quoted}])")  # noqa: S608 - quoted
            return self._con.table(name)
        except duckdb.Error as error:
            names = ", ".join(str(file) for file in files[:3])
            raise UsageError(f"{names}: not readable as Parquet: {_first_line(error)}") from None

    def from_arrow(self, rows: pa.Table) -> Table:
        """Return rows of ours as a table."""
        name = f"put_{next(self._numbers)}"
        # Ibis 12 makes tables of Arrow by a statement that DuckDB 2 does not take.
        self._con.con.register(f"{name}_rows", rows)
        readable_errors(lambda: self._con.con.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows"))  # noqa: S608 - ours
        self._con.con.unregister(f"{name}_rows")
        return self._con.table(name)

    def materialize(self, table: Table) -> Table:
        """Carry a table out once."""
        return readable_errors(lambda: self._con.create_table(f"kept_{next(self._numbers)}", table))

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """Yield the rows; the order is the table's own."""
        # A cursor of its own: another question on the same connection would end this answer.
        cursor = self._con.con.cursor()
        reader = readable_errors(lambda: cursor.sql(self._con.compile(table)).to_arrow_reader(BATCH))
        while (batch := readable_errors(lambda: next(reader, None))) is not None:
            yield batch
        cursor.close()

    def row(self, table: Table) -> Mapping[str, Any]:
        """Return the only row of a table."""
        # Not by Ibis' own way, which loads all of pandas first.
        return next(row for batch in self.batches(table) for row in batch.to_pylist())

    def close(self) -> None:
        """Close the database."""
        self._con.disconnect()


def _quoted(file: Path) -> str:
    """Return a file's name as SQL has it; it is no pattern."""
    return "'" + re.sub(r"([*?\[])", r"[\1]", str(file)).replace("'", "''") + "'"


def readable_errors(work: Callable[[], T]) -> T:
    """Do the work; what the machine has too little of is told as such."""
    try:
        return work()
    except duckdb.OutOfMemoryException as error:
        hint = "give more with --memory, a roomier TMPDIR, or use --engine spark"
        raise NoVerdict(f"too little memory: {_first_line(error)}", hint=hint) from None
    except (duckdb.IOException, OSError) as error:
        raise NoVerdict(f"the scratch folder: {_first_line(error)}", hint="TMPDIR names another") from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None  # who waits for a query hears of Ctrl-C in DuckDB's own way
    except duckdb.InvalidInputException as error:
        raise UsageError(f"a file is damaged: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
