"""DuckDB in this process, the default engine; it spills to the scratch folder when memory is full."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import ibis
import pyarrow as pa

from qa_sync.audit.engines.table import BATCH, Needs, Table, mebibytes, scalar_sql
from qa_sync.errors import NoVerdict, UsageError

T = TypeVar("T")
MEMORY = "1GB"
"""The memory limit without `--memory`."""


def start(needs: Needs) -> DuckDB:
    """Start DuckDB with a memory limit; raises UsageError for an invalid size."""
    mebibytes(needs.memory or MEMORY)
    return DuckDB(needs)


class DuckDB:
    """An engine with one in-memory DuckDB database, which spills to the scratch folder."""

    name = "duckdb"

    def __init__(self, needs: Needs) -> None:
        self._con = ibis.duckdb.connect(
            memory_limit=needs.memory or MEMORY,
            temp_directory=str(needs.scratch / "spilled"),
            preserve_insertion_order=False,
            disabled_optimizers="statistics_propagation",  # they leave NaN out
        )
        self._numbers = count()

    def read(self, files: Sequence[Path]) -> Table:
        """Return the rows of Parquet files."""
        name, quoted = f"read_{next(self._numbers)}", ", ".join(map(_quoted, files))
        try:
            # The view of Ibis would be visible to one connection only.
            self._con.con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{quoted}])")  # noqa: S608 - quoted
            return self._con.table(name)
        except duckdb.Error as error:
            names = ", ".join(str(file) for file in files[:3])
            raise UsageError(f"{names}: not readable as Parquet: {_first_line(error)}") from None

    def from_arrow(self, rows: pa.Table) -> Table:
        """Return an Arrow table as a table of the engine."""
        name = f"put_{next(self._numbers)}"
        # Ibis 12 creates tables from Arrow with a statement that DuckDB 2 does not support.
        self._con.con.register(f"{name}_rows", rows)
        readable_errors(lambda: self._con.con.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows"))  # noqa: S608 - ours
        self._con.con.unregister(f"{name}_rows")
        return self._con.table(name)

    def materialize(self, table: Table) -> Table:
        """Execute an expression and return the result as a table."""
        # Ibis itself would build, copy and write another statement, which takes longer than the query if it is wide.
        return self.materialize_sql(self.sql(table))

    def sql(self, table: Table) -> str:
        """Return the query of a table in DuckDB's SQL."""
        found: str = self._con.compile(table)
        return found

    def scalar_sql(self, value: Any) -> str:
        """Return an expression over one table in DuckDB's SQL; its columns are those of `t0`."""
        return scalar_sql(self._con, value)

    def materialize_sql(self, query: str) -> Table:
        """Execute a query in DuckDB's SQL, as `materialize` does."""
        name = f"kept_{next(self._numbers)}"
        readable_errors(lambda: self._con.con.execute(f"CREATE TABLE {name} AS {query}"))
        return self._con.table(name)

    def discard(self, table: Table) -> None:
        """Drop a materialized table."""
        readable_errors(lambda: self._con.con.execute(f"DROP TABLE {table.get_name()}"))

    def without_statistics(self, table: Table) -> Table:
        """Return the table itself: the connection does not simplify expressions by the statistics of Parquet files."""
        return table

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """Yield the rows; the order is the table's own."""
        # A separate cursor: another query on the same connection would end this result.
        cursor = self._con.con.cursor()
        reader = readable_errors(lambda: cursor.sql(self.sql(table)).to_arrow_reader(BATCH))
        while (batch := readable_errors(lambda: next(reader, None))) is not None:
            yield batch
        cursor.close()

    def row(self, table: Table) -> Mapping[str, Any]:
        """Return the only row of a table."""
        # Not with Ibis, which imports pandas for this.
        return self.row_sql(self.sql(table))

    def row_sql(self, query: str) -> Mapping[str, Any]:
        """Return the only row of a query in DuckDB's SQL."""
        cursor = self._con.con.cursor()
        found = readable_errors(lambda: cursor.execute(query).fetchone())
        return dict(zip([column[0] for column in cursor.description or ()], found or (), strict=True))

    def close(self) -> None:
        """Close the database."""
        self._con.disconnect()


def _quoted(file: Path) -> str:
    """Return a file name as an SQL string, with its wildcards escaped."""
    return "'" + re.sub(r"([*?\[])", r"[\1]", str(file)).replace("'", "''") + "'"


def readable_errors(work: Callable[[], T]) -> T:
    """Run `work`; DuckDB errors are raised as NoVerdict (memory, disk) or UsageError (damaged file)."""
    try:
        return work()
    except duckdb.OutOfMemoryException as error:
        hint = "raise --memory, set TMPDIR to a larger disk, or use --engine spark"
        raise NoVerdict(f"out of memory: {_first_line(error)}", hint=hint) from None
    except (duckdb.IOException, OSError) as error:
        raise NoVerdict(f"scratch folder: {_first_line(error)}", hint="TMPDIR sets another folder") from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None  # DuckDB reports Ctrl-C during a query as its own exception
    except duckdb.InvalidInputException as error:
        raise UsageError(f"a file is damaged: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
