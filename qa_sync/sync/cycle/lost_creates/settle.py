"""Settles the creates without a response: one list of the target shows which of them were applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from qa_sync.clock import Clock, VirtualClock
from qa_sync.errors import InvalidResponse, RequestRejected, UncertainWrite
from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.cycle.lost_creates.find_created import find_created
from qa_sync.sync.cycle.lost_creates.put_off import PutOff, UnsettledCreates
from qa_sync.sync.cycle.process_record import RecordProcessor
from qa_sync.sync.cycle.read_changes import Stopped
from qa_sync.sync.store.links import Links, PendingCreate
from qa_sync.sync.summary import Problem
from qa_sync.systems.rest.unsettled_create import UnsettledCreate

LONG_AGO: Final = datetime.fromtimestamp(0, UTC)


class CreateSettler:
    """Links the records that creates without a response have made, and repeats the creates that were not applied.

    `clock` tells how long ago an earlier run sent its creates (None: long enough); `stop` as in the engine.
    """

    def __init__(
        self,
        links: Links,
        unsettled: UnsettledCreates,
        processor: RecordProcessor,
        clock: Clock | None,
        stop: Callable[[], bool],
    ) -> None:
        self._links = links
        self._unsettled = unsettled
        self._processor = processor
        self._clock = clock
        self._stop = stop

    def resume(self, lane_cycle: LaneCycle) -> None:
        """Settle the creates that an earlier cycle left, before other records could be matched with their results."""
        left = self._links.pending_creates(lane_cycle.lane.key)
        if left:
            self._settle(lane_cycle, [self._left(lane_cycle, *each) for each in left.items()], lambda *_: None)

    def settle(self) -> None:
        """Settle all creates that are put off; raises Stopped."""
        while waiting := self._unsettled.take():
            if self._stop():
                raise Stopped
            lanes = {id(put_off.lane_cycle): put_off.lane_cycle for put_off in waiting}
            pauses_s = [
                pause_s
                for lane_cycle in lanes.values()
                for pause_s in self._settle(
                    lane_cycle,
                    [each for each in waiting if each.lane_cycle is lane_cycle],
                    self._processor.process_again,
                )
            ]
            if pauses_s:
                waiting[0].unsettled.wait(min(pauses_s))

    def _settle(
        self, lane_cycle: LaneCycle, put_offs: Sequence[PutOff], repeat: Callable[[LaneCycle, str], None]
    ) -> list[float]:
        """Settle creates of one lane; return the seconds until the next search for each that is not settled.

        `repeat` takes the source record of each create that was not applied.
        """
        began = [put_off.unsettled.now() for put_off in put_offs]
        try:
            found = self._find(lane_cycle, put_offs)
        except (RequestRejected, InvalidResponse) as error:
            for put_off in put_offs:
                self._problem(put_off, f"a create got no response, and cannot be searched for: {error.in_line}")
            return []
        missing = []
        for put_off, searched_at in zip(put_offs, began, strict=True):
            ids = found.get(put_off.id, [])
            if len(ids) == 1:
                self._processor.link_created(put_off, ids[0])
            elif ids:
                text = f"a create got no response, and {len(ids)} records match it: {', '.join(ids)}; remove the copies"
                self._problem(put_off, text)
            else:
                missing.append((put_off, put_off.unsettled.next_search_s(searched_at)))
        for put_off, pause_s in missing:
            if self._is_to_repeat(put_off, pause_s):
                repeat(lane_cycle, put_off.id)
        return [pause_s for _, pause_s in missing if pause_s is not None]

    def _is_to_repeat(self, put_off: PutOff, pause_s: float | None) -> bool:
        """Keep a create whose record is not found as long as it may be listed later; return whether to repeat it."""
        if pause_s is not None:
            self._unsettled.keep(put_off)
            return False
        if put_off.unsettled.succeeded:
            self._problem(put_off, f"create failed: {put_off.unsettled.in_line}")
            return False
        self._links.discard_create(put_off.lane_cycle.lane.key, put_off.id)
        self._unsettled.note_repeated(put_off)
        return True

    def _find(self, lane_cycle: LaneCycle, put_offs: Sequence[PutOff]) -> Mapping[str, Sequence[str]]:
        wanted = {put_off.id: put_off.pending_create for put_off in put_offs}
        return find_created(lane_cycle, self._links.pending_creates(lane_cycle.lane.key) | wanted)

    def _left(self, lane_cycle: LaneCycle, id: str, pending_create: PendingCreate) -> PutOff:
        clock = self._clock or VirtualClock(datetime.now(UTC))
        sent_at = pending_create.sent_at or LONG_AGO
        uncertain = UncertainWrite("a create of an earlier run got no response", succeeded=False)
        unsettled = UnsettledCreate(uncertain, clock, lost_at=min(sent_at, clock.now()))
        return PutOff(lane_cycle, id, pending_create, unsettled, None)

    def _problem(self, put_off: PutOff, text: str) -> None:
        lane = put_off.lane_cycle.lane
        put_off.lane_cycle.tally.report([Problem(lane.section.key, lane.source.system.label, put_off.id, text)])
