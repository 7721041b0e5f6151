"""The findings of an audit: all differences go to a file, the first ones also into the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from qa_sync.audit.parquet_writer import ParquetWriter

COLUMNS: Final = (
    *("check", "kind", "class", "source_id", "target_id", "source_path", "target_path", "expected", "actual", "detail"),
)
SCHEMA: Final = pa.schema([*((name, pa.string()) for name in COLUMNS), ("read_again", pa.bool_())])
"""All differences as Parquet.

`class` is `value`, `type`, `format`, `missing`, `filled`, `unreadable`, `alone`, `unconfirmed`, `several` or `keyless`;
`expected` and `actual` are JSON texts; `read_again` says that both records were re-read.
"""
ORDERED: Final = pa.schema([*SCHEMA, ("row", pa.int64()), ("claim", pa.int64())])
"""Differences with the row of the pair and the number of the claim, which are their order."""


class Difference(NamedTuple):
    """One row of the file of differences."""

    check: str
    kind: str
    sort: str
    source_id: str | None
    target_id: str | None
    source_path: str | None = None
    target_path: str | None = None
    expected: str | None = None
    actual: str | None = None
    detail: str = ""
    read_again: bool = False


@dataclass(slots=True)
class CheckTally:
    """The counts of a check.

    `compared`: records or pairs that were compared; `sorts`: outcomes by class, of which `found` are differences;
    `reread`: suspects that were re-read; `resolved`: those that were then the same, deleted or too recent; `samples`:
    the first differences.
    """

    compared: int = 0
    sorts: Counter[str] = field(default_factory=Counter)
    found: int = 0
    reread: int = 0
    resolved: int = 0
    samples: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FindingsWriter:
    """Writes differences to the file, counts them by check, and keeps up to `max_samples` samples per check."""

    writer: ParquetWriter
    max_samples: int
    tallies: dict[str, CheckTally] = field(default_factory=dict)

    def tally(self, check: str) -> CheckTally:
        """Return a check's tally."""
        if check not in self.tallies:
            self.tallies[check] = CheckTally()
        return self.tallies[check]

    def add(self, difference: Difference) -> None:
        """Add a difference."""
        tally = self.tally(difference.check)
        tally.found += 1
        tally.sorts[difference.sort] += 1
        if len(tally.samples) < self.max_samples:
            tally.samples.append(difference)
        self.writer.add([difference])

    def add_table(self, rows: pa.Table) -> None:
        """Add the differences of a table that has the columns of the file."""
        for check in rows["check"].unique().to_pylist():
            tally, own = self.tally(check), rows.filter(pc.equal(rows["check"], check))
            tally.found += own.num_rows
            tally.sorts.update({one["values"]: one["counts"] for one in pc.value_counts(own["class"]).to_pylist()})
            wanted = self.max_samples - len(tally.samples)
            tally.samples += [Difference(*row.values()) for row in own.slice(0, wanted).to_pylist()]
        self.writer.add_table(rows)


def as_table(differences: Iterable[tuple[int, int, Difference]]) -> pa.Table:
    """Return differences with their rows and claims as a table to be ordered."""
    rows = [(*difference, row, claim) for row, claim, difference in differences]
    columns = zip(*rows, strict=True) if rows else [()] * len(ORDERED)
    return pa.table([pa.array(c, field.type) for c, field in zip(columns, ORDERED, strict=True)], schema=ORDERED)


def in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """Return differences in the order of their pairs and claims, as rows of the file."""
    found = pa.concat_tables(tables)
    order = pc.sort_indices(found, [("row", "ascending"), ("claim", "ascending")])
    return found.select(SCHEMA.names).take(order)
