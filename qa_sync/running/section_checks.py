"""The checks of a section: in memory, or of a large run in a temporary file with what they are asked most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import overload

from msgspec import Struct

from qa_sync.running.events import CheckFinished, Status
from qa_sync.spill import SpilledTuple, SpillFile

NOT_RUN = "not run: "
"""The beginning of the message of a check that a run did not reach, because of -x or an interruption."""

STOPPED_EARLY = f"{NOT_RUN}the run stopped at the first failure or error (-x)"
"""The message of a check that -x did not run."""


class SectionSummary(Struct, frozen=True):
    """What a section's checks are asked most often, so that spilled ones need not be read again."""

    counts: Mapping[Status, int]
    stopped_early: bool


def spilled_checks(file: SpillFile, checks: Sequence[CheckFinished]) -> SpilledTuple[CheckFinished]:
    """Return the checks of a section, which are then in the file."""
    return SpilledTuple(file, checks, summary_of(checks))


def summary_of(checks: Sequence[CheckFinished]) -> SectionSummary:
    """Return the numbers of a section's checks."""
    stopped = any(c.status is Status.SKIPPED and c.message == STOPPED_EARLY for c in checks)
    return SectionSummary(Counter(c.status for c in checks), stopped)


class JoinedChecks(Sequence[CheckFinished]):
    """The checks of all sections, one section in memory at a time."""

    def __init__(self, sections: Sequence[Sequence[CheckFinished]]) -> None:
        self._sections = sections
        self._length = sum(map(len, sections))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[CheckFinished]:
        return chain.from_iterable(self._sections)

    @overload
    def __getitem__(self, at: int) -> CheckFinished: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CheckFinished]: ...
    def __getitem__(self, at: int | slice) -> CheckFinished | Sequence[CheckFinished]:
        if isinstance(at, slice):
            return tuple(self)[at]
        return next(islice(self, range(self._length)[at], None))
