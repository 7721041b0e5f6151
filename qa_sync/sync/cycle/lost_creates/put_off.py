"""Creates whose response was lost: put off while the other records are processed."""

from __future__ import annotations

from collections import Counter
from typing import Final

from msgspec import Struct

from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.links import PendingCreate
from qa_sync.systems.rest.unsettled_create import UnsettledCreate

MAX_UNSETTLED: Final = 100
"""The greatest number of creates that are put off: each is compared with each new record."""
CREATES: Final = 4
"""The number of attempts of a create in one cycle."""


class PutOff(Struct, frozen=True):
    """A create to settle later, by the id of its source record.

    `source` is that record as it was sent, None for a create that an earlier cycle left.
    """

    lane_cycle: LaneCycle
    id: str
    pending_create: PendingCreate
    unsettled: UnsettledCreate
    source: RecordView | None


class UnsettledCreates:
    """The creates of one cycle that are put off, and how often each was attempted."""

    def __init__(self) -> None:
        self._waiting: list[PutOff] = []
        self._attempts: Counter[tuple[str, str]] = Counter()

    @property
    def is_full(self) -> bool:
        """Whether they must be settled before more are put off."""
        return len(self._waiting) >= MAX_UNSETTLED

    def begin_cycle(self) -> None:
        """Forget everything: the store has the pending creates."""
        self._waiting.clear()
        self._attempts.clear()

    def note_lost(self, put_off: PutOff) -> bool:
        """Put off a create whose response was lost; return False after the last attempt."""
        attempt = put_off.lane_cycle.lane.key, put_off.id
        self._attempts[attempt] += 1
        if self._attempts[attempt] < CREATES:
            self._waiting.append(put_off)
            return True
        return False

    def keep(self, put_off: PutOff) -> None:
        """Keep a create that is not settled yet."""
        self._waiting.append(put_off)

    def take(self) -> list[PutOff]:
        """Return what is put off, which is not kept."""
        taken, self._waiting = self._waiting, []
        return taken

    def note_repeated(self, put_off: PutOff) -> None:
        """Note that a create is repeated, which an earlier cycle may have attempted."""
        attempt = put_off.lane_cycle.lane.key, put_off.id
        self._attempts[attempt] = max(1, self._attempts[attempt])

    def is_retry(self, lane: str, id: str) -> bool:
        """Return whether a create of this cycle or of an earlier one got no response."""
        return self._attempts[lane, id] > 0
