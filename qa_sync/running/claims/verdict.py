"""What one look says about one claim."""

from __future__ import annotations

from msgspec import Struct

from qa_sync.running.events import RecordRef, Status
from qa_sync.values.compare import Difference
from qa_sync.values.form import Json


class Verdict(Struct, frozen=True):
    """What one look says about one claim; when it is not `final`, a later look may say otherwise.

    A state that no later look will better is final, good or bad.
    """

    status: Status
    message: str | None = None
    expected: Json = None
    actual: Json = None
    records: tuple[RecordRef, ...] = ()
    final: bool = True
    difference: Difference | None = None
