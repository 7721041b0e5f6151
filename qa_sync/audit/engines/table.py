"""The table of query engines: DuckDB in this process, or a Spark session."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from msgspec import Struct, field

from qa_sync.errors import UnknownName, UsageError

Table = Any
"""An Ibis table expression."""

BATCH = 20_000
"""Rows in memory of Python at once."""


class Needs(Struct, frozen=True):
    """The parameters of an engine; a memory limit such as `2GB` (None: its own), and the session of Spark."""

    memory: str | None
    scratch: Path
    master: str | None = None
    conf: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """Executes Ibis expressions; raises NoVerdict when memory or disk space run out."""

    name: str

    def read(self, files: Sequence[Path]) -> Table:
        """Return the rows of Parquet files; raises UsageError for an invalid file."""

    def from_arrow(self, rows: pa.Table) -> Table:
        """Return an Arrow table as a table of the engine."""

    def materialize(self, table: Table) -> Table:
        """Execute an expression once and return the result as a table that can be used several times."""

    def sql(self, table: Table) -> str:
        """Return the query of a table in the engine's SQL."""

    def scalar_sql(self, value: Any) -> str:
        """Return an expression over one table in the engine's SQL; its columns are those of `t0`."""

    def materialize_sql(self, query: str) -> Table:
        """Execute a query in the engine's SQL, as `materialize` does."""

    def discard(self, table: Table) -> None:
        """Release the memory or disk space of a materialized table, which is not used any more."""

    def without_statistics(self, table: Table) -> Table:
        """Return a table of files without their statistics, which may leave NaN out, so that nothing relies on them."""

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """Yield the rows; memory does not grow with their number."""

    def row(self, table: Table) -> Mapping[str, Any]:
        """Return the only row of a table."""

    def row_sql(self, query: str) -> Mapping[str, Any]:
        """Return the only row of a query in the engine's SQL."""

    def close(self) -> None:
        """Release all resources."""


ENGINES: Mapping[str, str] = {
    "duckdb": "qa_sync.audit.engines.duckdb",
    "spark": "qa_sync.audit.engines.spark",
}
"""The engines, each a module with a function `start`."""

SIZE = re.compile(r"([1-9][0-9]*(?:\.[0-9]+)?)\s*([KMGT])(i?)B", re.IGNORECASE)


def mebibytes(memory: str) -> int:
    """Return a size such as `2GB` or `500 MiB` in MiB, rounded down; raises UsageError for another text."""
    found = SIZE.fullmatch(memory)
    if not found:
        raise UsageError(f"--memory {memory}: expected a size such as 2GB or 500MB")
    unit = (1024 if found[3] else 1000) ** ("KMGT".index(found[2].upper()) + 1)
    return int(float(found[1]) * unit) // 2**20


def scalar_sql(connection: Any, value: Any) -> str:
    """Return an expression over one table in the SQL of a connection of Ibis; its columns are those of `t0`."""
    query = connection.compiler.to_sqlglot(value.name("value"))
    found: str = query.selects[0].unalias().sql(dialect=connection.dialect)
    return found


EXTRAS: Mapping[str, str] = {"duckdb": "audit", "spark": "spark"}


def start_engine(name: str, needs: Needs) -> Engine:
    """Start an engine; raises UnknownName, or UsageError with the extra to install."""
    if name not in ENGINES:
        raise UnknownName("engine", name, ENGINES)
    try:
        start: Callable[[Needs], Engine] = import_module(ENGINES[name]).start
    except ImportError as error:
        hint = f"pip install 'qa-sync[{EXTRAS[name]}]'"
        raise UsageError(f"the engine {name!r} needs {error.name or 'a package'}", hint=hint) from None
    return start(needs)
