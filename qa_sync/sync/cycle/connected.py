"""NEW-IF-CONNECTED: whether a record has a reference from or to a synchronized record.

Source: docs/explanation/connector-format-facts.rst, "How statements are read".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_sync.sync.cycle.creation_rules import condition_names
from qa_sync.sync.cycle.lists import Listing, Listings, list_key
from qa_sync.sync.lanes import Lane
from qa_sync.sync.store.links import Links


class Connections:
    """Follows the references between the records of the source."""

    def __init__(self, links: Links, lanes: Sequence[Lane], listings: Listings) -> None:
        self._links = links
        self._lanes = lanes
        self._listings = listings

    def connected(self, lane: Lane, id: str) -> bool:
        """Return whether a source record has a reference from or to a record of one of the named entities.

        The other record must be linked, or wait only for its own references: otherwise an order and its products would
        wait for each other.
        """
        return any(
            self._is_synchronized(other, neighbor)
            for other in self._lanes
            if condition_names(lane, other)
            for neighbor in self._neighbors(lane, id, other)
        )

    def _neighbors(self, lane: Lane, id: str, other: Lane) -> Iterator[str]:
        mine, theirs = self._listing(lane), self._listing(other)
        for datatype, referenced in mine.listed.references(id):
            if datatype == other.source.card.datatype:
                yield referenced
        yield from theirs.listed.referring(lane.source.card.datatype, id)

    def _is_synchronized(self, other: Lane, id: str) -> bool:
        if self._links.by_source(other.key, id) is not None:
            return True
        queues = (use.queue for use in self._listing(other).uses if use.lane is other)
        return any(queue.waits_for_links(id) for queue in queues)

    def _listing(self, lane: Lane) -> Listing:
        return self._listings[list_key(lane.source)]
