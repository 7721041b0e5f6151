"""Reading the lists: what changed since is put on the lanes' lists of things to do; nothing is held in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from qa_sync.clock import Clock
from qa_sync.sync.cycle.lists import Listing
from qa_sync.sync.lanes import Side
from qa_sync.sync.records.matching import index_key
from qa_sync.sync.records.record_view import flatten, modified, read_view
from qa_sync.sync.store.encoding import digest, encode, to_json
from qa_sync.sync.store.links import Links
from qa_sync.systems.system import Record

OVERLAP: Final = timedelta(minutes=10)
"""How much of what was read before is read again: a list may show a change later than its stamp says."""

MAX_CLOCK_AHEAD: Final = timedelta(days=1)
"""How far a system's clock may be ahead of ours."""

FULL_READ_INTERVAL: Final = timedelta(days=1)
"""How often a list is read from end to end: a record that is on no page, since one before it was deleted while the
pages were read, has an old stamp and is found in no other way."""

BATCH: Final = 1000
"""How many records are read between two looks at whether to stop, and two writes to the disk."""


class Stopped(Exception):
    """The cycle was stopped."""


class ChangeReader:
    """Reads lists; `clock` gives the age of an edit time (None: unknown), `stop` whether to stop."""

    def __init__(self, links: Links, clock: Clock | None, stop: Callable[[], bool]) -> None:
        self._links = links
        self._clock = clock
        self._stop = stop

    def read(self, listing: Listing) -> int:
        """Read a list once and note what changed; return how many records it showed.

        Raises what `System.list` raises, and Stopped.
        """
        started = self._clock.now() if self._clock else None
        before, _ = listing.listed.watermark
        since = self._since(listing)
        newest, number = before, 0
        for number, record in enumerate(listing.end.system.list(listing.end.card.datatype, since), 1):
            if number % BATCH == 0:
                self._links.state.flush()
                self._check_stop()
            stamp = self._changed(listing, record)
            if stamp and (newest is None or stamp > newest) and not _is_far_ahead(stamp, started):
                newest = stamp
        if newest is not None and newest != before:
            listing.listed.set_watermark(newest, started)
        if since is None and started:
            listing.listed.set_full_read(started)
        self._links.state.flush()
        self._check_stop()
        return number

    def _check_stop(self) -> None:
        if self._stop():
            raise Stopped

    def _since(self, listing: Listing) -> datetime | None:
        """Return since when changes are asked for; a create that was never answered is looked for everywhere.

        The longer it is ago that something new was seen, the less is read again: only how much time passed here counts,
        since the system's clock may be wrong.
        """
        mark, moved = listing.listed.watermark
        unanswered = any(u.side is Side.TARGET and self._links.has_pending_creates(u.lane.key) for u in listing.uses)
        if mark is None or unanswered or self._is_due(listing):
            return None
        quiet = self._clock.now() - moved if self._clock and moved else timedelta(0)
        return mark - max(timedelta(0), OVERLAP - quiet)

    def _is_due(self, listing: Listing) -> bool:
        """Return whether the last reading from end to end is too long ago."""
        whole = listing.listed.last_full_read
        return self._clock is not None and (whole is None or self._clock.now() - whole >= FULL_READ_INTERVAL)

    def _changed(self, listing: Listing, record: Record) -> datetime | None:
        """Note a record when it differs from what was listed before; return its stamp then."""
        text = to_json(record.data)
        now = digest(text)
        if listing.listed.digest(record.id) == now:
            return None
        listing.listed.save_digest(record.id, now)
        self._index(listing, record)
        for use in listing.uses:
            use.queue.add(use.side, record.id, text)
        return modified(listing.end, record)

    def _index(self, listing: Listing, record: Record) -> None:
        if listing.criteria:
            view = read_view(listing.end, record, listing.criteria)
            keys = ((path, index_key(v), encode(v)) for path, value in view.values.items() for v in flatten(value))
            listing.listed.index(record.id, dict.fromkeys(keys))
        if listing.references:
            view = read_view(listing.end, record, listing.references)
            cards = listing.end.card.properties
            refs = (
                (cards[path].references or "", str(v)) for path, value in view.values.items() for v in flatten(value)
            )
            listing.listed.set_references(record.id, dict.fromkeys(refs))
            self._links.state.counter += 1  # a record may wait until it is referred to


def _is_far_ahead(stamp: datetime, now: datetime | None) -> bool:
    """Return whether a stamp is so far in the future that it would hide all changes until then."""
    return now is not None and stamp > now + MAX_CLOCK_AHEAD
