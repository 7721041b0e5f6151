"""Where expressions are carried out: in this process (DuckDB), or in a Spark session; one explicit line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from msgspec import Struct

from qa_sync.errors import UnknownName, UsageError

Table = Any
"""An Ibis table expression."""

BATCH = 20_000
"""Rows that are in Python at once."""


class Needs(Struct, frozen=True):
    """What an engine is started with: `memory` as DuckDB writes it (`2GB`), a scratch folder, a Spark master."""

    memory: str
    scratch: Path
    master: str | None = None


class Engine(Protocol):
    """Carries out Ibis expressions; raises NoVerdict when memory or disk are not enough."""

    name: str

    def read(self, files: Sequence[Path]) -> Table:
        """Return the rows of Parquet files; raises UsageError for a file that is none."""

    def from_arrow(self, rows: pa.Table) -> Table:
        """Return rows of ours as a table."""

    def materialize(self, table: Table) -> Table:
        """Carry a table out once, so that it can be used several times."""

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """Yield the rows; memory does not grow with their number."""

    def row(self, table: Table) -> Mapping[str, Any]:
        """Return the only row of a table."""

    def close(self) -> None:
        """Let go of what was kept."""


ENGINES: Mapping[str, str] = {
    "duckdb": "qa_sync.audit.engines.duckdb",
    "spark": "qa_sync.audit.engines.spark",
}
"""The engines, each a module with a function `start`."""

EXTRAS: Mapping[str, str] = {"duckdb": "audit", "spark": "spark"}


def start_engine(name: str, needs: Needs) -> Engine:
    """Start an engine of the table; raises UnknownName, and UsageError that tells the extra to install."""
    if name not in ENGINES:
        raise UnknownName("engine", name, ENGINES)
    try:
        start: Callable[[Needs], Engine] = import_module(ENGINES[name]).start
    except ImportError as error:
        hint = f"pip install 'qa-sync[{EXTRAS[name]}]'"
        raise UsageError(f"the engine {name!r} needs {error.name or 'a package'}", hint=hint) from None
    return start(needs)
