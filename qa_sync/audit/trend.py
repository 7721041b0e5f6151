"""Compares the differences with those of the previous audit: new, gone, or unchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from qa_sync.audit.engines.table import Engine, Table
from qa_sync.audit.findings import SCHEMA
from qa_sync.errors import UsageError

KEYS = ("check", "class", "source_id", "target_id")


@dataclass(slots=True)
class Trend:
    """The changes of a check's differences since the previous audit."""

    new: int = 0
    gone: int = 0
    same: int = 0

    def __str__(self) -> str:
        return f"since the previous audit: {self.new:,} new, {self.gone:,} gone, {self.same:,} unchanged"


def has_earlier_differences(path: Path | None) -> bool:
    """Return whether a file of differences of a previous audit exists; raises UsageError for any other file."""
    if path is None or not path.exists():
        return False
    if not path.is_file():  # a pipe would never end
        raise UsageError(f"{path} is not a regular file", hint="give the name of a new file, or of an earlier one")
    try:
        found = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(f"{path} would be overwritten, but is not a file of differences: {error}") from None
    if found.names != SCHEMA.names:
        raise UsageError(f"{path} would be overwritten, but is not a file of differences of this version")
    return True


def trends(engine: Engine, before: Path, now: Path) -> Mapping[str, Trend]:
    """Return the trend of each check with differences in one of two files."""
    old, new = _keys(engine.read([before])), _keys(engine.read([now]))
    old, new = old.mutate(was=True), new.mutate(now_is=True)
    both = old.outer_join(new, list(KEYS))
    check = both.check.coalesce(both.check_right)
    both = both.mutate(check_name=check)
    counted = both.group_by("check_name").aggregate(
        new=both.was.isnull().sum(),
        gone=both.now_is.isnull().sum(),
        same=(both.was.notnull() & both.now_is.notnull()).sum(),
    )
    found: dict[str, Trend] = defaultdict(Trend)
    for batch in engine.batches(counted):
        for row in batch.to_pylist():
            found[row["check_name"]] = Trend(row["new"], row["gone"], row["same"])
    return found


def _keys(table: Table) -> Table:
    return table.select(**{name: table[name].coalesce(ibis.literal("")) for name in KEYS}).distinct()
