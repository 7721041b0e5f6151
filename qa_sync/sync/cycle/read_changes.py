"""Reads the lists and queues the changed records, without holding a list in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from qa_sync.clock import Clock
from qa_sync.sync.cycle.lists import Listing
from qa_sync.sync.lanes import Side
from qa_sync.sync.records.merge_candidates import index_key
from qa_sync.sync.records.record_view import flatten, modified, read_view
from qa_sync.sync.store.encoding import digest, encode, to_json
from qa_sync.sync.store.links import Links
from qa_sync.systems.system import Record
from qa_sync.values.paths import omit

OVERLAP: Final = timedelta(minutes=10)
"""How much is read again: a list may show a change later than its timestamp."""

MAX_CLOCK_AHEAD: Final = timedelta(days=1)
"""How far a system's clock may be ahead of the local clock."""

FULL_READ_INTERVAL: Final = timedelta(days=1)
"""How often a list is read completely: a record that is on no page, because one before it was deleted while the pages
were read, has an old timestamp, so no incremental read returns it."""

BATCH: Final = 1000
"""The number of records between two commits, each with a check whether to stop."""


class Stopped(Exception):
    """The cycle was asked to stop."""


class ChangeReader:
    """Reads lists; `clock` gives the age of a timestamp (None: unknown), `stop` returns whether to stop."""

    def __init__(self, links: Links, clock: Clock | None, stop: Callable[[], bool]) -> None:
        self._links = links
        self._clock = clock
        self._stop = stop

    def read(self, listing: Listing) -> int:
        """Read a list once and queue the changed records; return how many records it has.

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
        """Return the time from which changes are requested; None (all) while a create is pending.

        The longer ago the last new change was read, the less is read again. Only elapsed local time counts, because
        the system's clock may be wrong.
        """
        watermark, moved = listing.listed.watermark
        pending = any(u.side is Side.TARGET and self._links.has_pending_creates(u.lane.key) for u in listing.uses)
        if watermark is None or pending or self._is_due(listing):
            return None
        quiet = self._clock.now() - moved if self._clock and moved else timedelta(0)
        return watermark - max(timedelta(0), OVERLAP - quiet)

    def _is_due(self, listing: Listing) -> bool:
        """Return whether the last complete read is too long ago."""
        last_read = listing.listed.last_full_read
        return self._clock is not None and (last_read is None or self._clock.now() - last_read >= FULL_READ_INTERVAL)

    def _changed(self, listing: Listing, record: Record) -> datetime | None:
        """Queue a record when it differs from its last listing; return its timestamp then."""
        text = to_json(record.data)
        volatile = listing.end.card.volatile
        now = digest(to_json(reduce(omit, volatile, record.data)) if volatile else text)
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
            self._links.state.counter += 1  # another record may wait for this reference


def _is_far_ahead(stamp: datetime, now: datetime | None) -> bool:
    """Return whether a timestamp is so far in the future that it would hide all changes until then."""
    return now is not None and stamp > now + MAX_CLOCK_AHEAD
