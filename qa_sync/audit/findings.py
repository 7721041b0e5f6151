"""The findings of an audit: all differences go to a file, the first ones also into the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pyarrow as pa

from qa_sync.audit.parquet_writer import ParquetWriter

COLUMNS: Final = (
    *("check", "kind", "class", "source_id", "target_id", "source_path", "target_path", "expected", "actual", "detail"),
)
SCHEMA: Final = pa.schema([*((name, pa.string()) for name in COLUMNS), ("read_again", pa.bool_())])
"""All differences as Parquet.

`class` is `value`, `type`, `format`, `missing`, `filled`, `unreadable`, `alone`, `unconfirmed`, `several` or `keyless`;
`expected` and `actual` are JSON texts; `read_again` says that both records were re-read.
"""


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
