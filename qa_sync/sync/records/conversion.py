"""Conversion of values for the other side: references are translated, values compared and converted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from qa_sync.errors import NotConvertible, QaSyncError
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.record_view import RecordView
from qa_sync.sync.store.links import Links
from qa_sync.values.canonical import to_wire
from qa_sync.values.comparison.compare import compare
from qa_sync.values.form import Canonical, Json
from qa_sync.values.record_form import in_record


class NotLinkedYet(QaSyncError):
    """A reference points to a record that has no counterpart yet; a later cycle may find one."""


class ValueConverter:
    """Converts the values of rows: references by the links, dates by the business time zone."""

    def __init__(self, links: Links, zone: tzinfo) -> None:
        self._links = links
        self.zone = zone

    def is_equal(self, row: Row, origin: RecordView, destination: RecordView) -> bool:
        """Return whether the destination already has the value of the origin; raises NotLinkedYet, NotConvertible."""
        expected, actual = self._translated(row, origin), destination.value(row)
        if row.through:
            return expected == actual
        left, right = (in_record(row.card(view.end.side).form, view.values.get) for view in (origin, destination))
        return compare(expected, actual, left, right, self.zone).same

    def wire_values(self, lane: Lane, rows: Iterable[Row], origin: RecordView) -> dict[str, Json]:
        """Return the rows' wire values by write path for the other side; raises NotLinkedYet, NotConvertible."""
        side, context_values = origin.end.side.other, self.context_values(lane, origin)
        return {r.card(side).write_path: self.wire_value(r, origin, context_values) for r in rows}

    def context_values(self, lane: Lane, origin: RecordView) -> dict[str, Canonical]:
        """Return all values of the origin by the property path of the other side."""
        side = origin.end.side
        return {r.card(side.other).path: origin.values.get(r.card(side).path) for r in lane.rows}

    def wire_value(self, row: Row, origin: RecordView, context_values: Mapping[str, Canonical]) -> Json:
        """Return a row's wire value for the other side; raises NotLinkedYet, NotConvertible."""
        return to_wire(self._translated(row, origin), row.card(origin.end.side.other).form, context_values, self.zone)

    def _translated(self, row: Row, origin: RecordView) -> Canonical:
        path = row.card(origin.end.side).path
        if path in origin.unconvertible:
            raise NotConvertible(f"{path}: {origin.unconvertible[path]}")
        value = origin.values[path]
        return self._counterpart(row.through, value, origin.end.side) if row.through else value

    def _counterpart(self, key: str, value: Canonical, side: Side) -> Canonical:
        """Return the ids of the linked records; each element of a list is translated."""
        if value is None:
            return None
        if isinstance(value, tuple):
            return tuple(self._counterpart(key, v, side) for v in value)
        find = self._links.by_source if side is Side.SOURCE else self._links.by_target
        link = find(key, str(value))
        if link is None:
            raise NotLinkedYet(f"{value} has no counterpart yet")
        return link.target if side is Side.SOURCE else link.source
