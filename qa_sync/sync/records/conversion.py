"""A value on its way to the other side: translated, compared, converted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from qa_sync.errors import NotConvertible, QaSyncError
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import Seen
from qa_sync.sync.store.links import Links
from qa_sync.values.canonical import to_wire
from qa_sync.values.compare import compare
from qa_sync.values.conversions.currencies import in_currency
from qa_sync.values.form import Canonical, Json


class NotLinkedYet(QaSyncError):
    """A reference points to a record that has no counterpart yet; a later cycle will find one."""


class Carrier:
    """Carries the values of rows; references go through the links, dates through the business time zone."""

    def __init__(self, links: Links, zone: tzinfo) -> None:
        self._links = links
        self.zone = zone

    def same(self, row: Row, giver: Seen, receiver: Seen) -> bool:
        """Tell whether the receiver already shows the giver's value; raises NotLinkedYet, NotConvertible."""
        given, shown = self._translated(row, giver), receiver.value(row)
        if row.through:
            return given == shown
        one, other = (in_currency(row.card(seen.end.side).form, seen.values.get) for seen in (giver, receiver))
        return compare(given, shown, one, other, self.zone).same

    def payload(self, lane: Lane, rows: Iterable[Row], giver: Seen) -> dict[str, Json]:
        """Return the rows' wire values by write path for the other side; raises NotLinkedYet, NotConvertible."""
        side, beside = giver.end.side.other, self.beside(lane, giver)
        return {r.card(side).write_path: self.wire(r, giver, beside) for r in rows}

    def beside(self, lane: Lane, giver: Seen) -> dict[str, Canonical]:
        """Return all that the giver shows, by the other side's property path."""
        side = giver.end.side
        return {r.card(side.other).path: giver.values.get(r.card(side).path) for r in lane.rows}

    def wire(self, row: Row, giver: Seen, beside: Mapping[str, Canonical]) -> Json:
        """Return a row's wire value for the other side; raises NotLinkedYet, NotConvertible."""
        return to_wire(self._translated(row, giver), row.card(giver.end.side.other).form, beside, self.zone)

    def _translated(self, row: Row, giver: Seen) -> Canonical:
        path = row.card(giver.end.side).path
        if path in giver.gaps:
            raise NotConvertible(f"{path}: {giver.gaps[path]}")
        value = giver.values[path]
        return self._counterpart(row.through, value, giver.end.side) if row.through else value

    def _counterpart(self, key: str, value: Canonical, side: Side) -> Canonical:
        """Return the ids on the other side of the links, element by element along a list."""
        if value is None:
            return None
        if isinstance(value, tuple):
            return tuple(self._counterpart(key, v, side) for v in value)
        find = self._links.by_source if side is Side.SOURCE else self._links.by_target
        link = find(key, str(value))
        if link is None:
            raise NotLinkedYet(f"{value} has no counterpart yet")
        return link.target if side is Side.SOURCE else link.source
