"""The verdict of one poll on one claim."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.running.events import WORST_FIRST, RecordRef, Status
from qa_sync.values.comparison.compare import Difference
from qa_sync.values.form import Json


class Verdict(Struct, frozen=True):
    """The verdict of one poll on one claim; when it is not `final`, a later poll may change it.

    `lacks_counterpart`: there is no verdict, because the record that the claim is about has not arrived. `unchanged`:
    the value is still the one from before the edit.
    """

    status: Status
    message: str | None = None
    expected: Json = None
    actual: Json = None
    records: tuple[RecordRef, ...] = ()
    final: bool = True
    difference: Difference | None = None
    lacks_counterpart: bool = False
    unchanged: bool = False

    @property
    def rank(self) -> tuple[int, bool]:
        """The lower, the worse; of two verdicts with one status, one without a message is the better one."""
        return WORST_FIRST.index(self.status), self.message is None
