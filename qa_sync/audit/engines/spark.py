"""The Spark engine, for data too large for one machine; results are stored as Parquet in the scratch folder."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from qa_sync.audit.engines.table import BATCH, Needs, Table, mebibytes, scalar_sql
from qa_sync.errors import NoVerdict, UsageError

LOCAL = "local[2]"
LOOPBACK = "127.0.0.1"
CONNECT_S = 10.0


def start(needs: Needs) -> Spark:
    """Use the existing session, else start one at `master` (default: two local workers).

    All workers must share the scratch folder. Raises NoVerdict when no session can be started.
    """
    _check_reachable(needs.master)
    builder = SparkSession.builder.appName("qa-sync audit")
    for key, value in session_settings(needs).items():
        builder = builder.config(key, value)
    try:
        session = builder.master(needs.master or LOCAL).getOrCreate()
    except Exception as error:  # noqa: BLE001 - the gateway to Java raises exceptions of any type
        raise NoVerdict(f"no Spark session: {error}", hint="is Java installed, is --spark-master right?") from None
    session.sparkContext.setLogLevel("ERROR")
    return Spark(session, needs.scratch)


def session_settings(needs: Needs) -> Mapping[str, str]:
    """Return the settings of a session, of which those of the user come last; raises UsageError for a wrong size."""
    found = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if needs.master is None:
        # Local workers: not reachable from other machines, and two of them need few parts.
        found |= {"spark.driver.bindAddress": LOOPBACK, "spark.driver.host": LOOPBACK}
        found["spark.sql.shuffle.partitions"] = "8"
    if needs.memory:
        memory = f"{mebibytes(needs.memory)}m"
        found |= {"spark.driver.memory": memory, "spark.executor.memory": memory}
    return {**found, **needs.conf, "spark.sql.session.timeZone": "UTC"}  # times are compared as UTC


def _check_reachable(master: str | None) -> None:
    """Raise NoVerdict if no host of a standalone master answers; Spark itself would try for minutes."""
    scheme, _, hosts = (master or "").partition("://")
    ends = [host.rpartition(":") for host in hosts.split(",")] if scheme == "spark" else []
    reasons = []
    for host, _, port in ends:
        if not port.isdecimal():
            raise UsageError(f"--spark-master {master}: expected spark://HOST:PORT")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S).close()
        except (OSError, OverflowError) as error:
            reasons.append(f"{host}:{port}: {error}")
        else:
            return
    if reasons:
        raise NoVerdict(f"the Spark master is not reachable: {'; '.join(reasons)}", hint="is --spark-master right?")


class Spark:
    """An engine with a Spark session, which stays open when the engine is closed."""

    name = "spark"

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        self._session = session
        self._con = ibis.pyspark.connect(session)
        self._scratch = scratch
        self._numbers = count()

    def read(self, files: Sequence[Path]) -> Table:
        """Return the rows of Parquet files."""
        for file in files:
            try:
                pq.read_schema(file)
            except (pa.ArrowException, OSError) as error:
                raise UsageError(f"{file}: not readable as Parquet: {error}") from None
        return self._view([re.sub(r"([*?\[\]{}\\])", r"\\\1", str(file.resolve())) for file in files])  # no patterns

    def from_arrow(self, rows: pa.Table) -> Table:
        """Return an Arrow table as a table of the engine."""
        file = self._new()
        pq.write_table(rows, file)
        return self._view([str(file)])

    def materialize(self, table: Table) -> Table:
        """Execute an expression and return the result as a table."""
        return self._view([str(self._written(table))])

    def sql(self, table: Table) -> str:
        """Return the query of a table in Spark's SQL."""
        found: str = self._con.compile(table)
        return found

    def scalar_sql(self, value: Any) -> str:
        """Return an expression over one table in Spark's SQL; its columns are those of `t0`."""
        return scalar_sql(self._con, value)

    def materialize_sql(self, query: str) -> Table:
        """Execute a query in Spark's SQL, as `materialize` does."""
        folder = self._new()
        with _readable_errors():
            self._session.sql(query).write.parquet(str(folder))
        return self._view([str(folder)])

    def discard(self, table: Table) -> None:
        """Drop the view of a materialized table; its files are removed with the scratch folder."""
        self._session.catalog.dropTempView(table.get_name())

    def without_statistics(self, table: Table) -> Table:
        """Return the table itself: Spark uses statistics only to skip rows by a filter, and the audit has none."""
        return table

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """Yield the rows, one partition after the other."""
        # Not by `to_pyarrow_batches` of Ibis, which has all rows in memory at once, as pandas, where NaN is no value.
        folder = self._written(table)
        for part in sorted(folder.glob("part-*")):  # in the order of the rows
            with pq.ParquetFile(part) as file:
                yield from file.iter_batches(BATCH)

    def row(self, table: Table) -> Mapping[str, Any]:
        """Return the only row of a table."""
        return self.row_sql(self.sql(table))

    def row_sql(self, query: str) -> Mapping[str, Any]:
        """Return the only row of a query in Spark's SQL."""
        with _readable_errors():
            found: dict[str, Any] = self._session.sql(query).collect()[0].asDict()
        return found

    def close(self) -> None:
        """Do nothing: the session may be in use elsewhere."""

    def _written(self, table: Table) -> Path:
        folder = self._new()
        with _readable_errors():
            self._con.to_parquet(table, str(folder))
        return folder

    def _view(self, paths: Sequence[str]) -> Table:
        name = f"qa_sync_{id(self)}_{next(self._numbers)}"
        with _readable_errors():
            self._session.read.parquet(*paths).createOrReplaceTempView(name)
        return self._con.table(name)

    def _new(self) -> Path:
        return (self._scratch / f"spark-{next(self._numbers)}.parquet").resolve()


@contextmanager
def _readable_errors() -> Iterator[None]:
    """Raise Spark's errors as NoVerdict."""
    try:
        yield
    except PySparkException as error:
        text = str(error).splitlines()[0]
        hint = "all workers must see the scratch folder: let TMPDIR name a folder that they share"
        raise NoVerdict(f"Spark: {text}", hint=hint if "UNABLE_TO_INFER_SCHEMA" in text else None) from None
