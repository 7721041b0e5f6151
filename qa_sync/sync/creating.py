"""A new counterpart for a source record, made once only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from qa_sync.errors import BadAnswer, NotConvertible, Refused
from qa_sync.sync.carrying import Carrier, NotLinkedYet
from qa_sync.sync.lanes import Lane, Row
from qa_sync.sync.links import Links, fingerprint
from qa_sync.sync.looking import Seen, is_empty, look
from qa_sync.sync.summary import Tally
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Creator:
    """Creates counterparts of source records."""

    def __init__(self, links: Links, carrier: Carrier, writer: Writer) -> None:
        self._links = links
        self._carrier = carrier
        self._writer = writer

    def create(self, lane: Lane, source: Record, unlinked: Callable[[], Iterable[Record]], tally: Tally) -> None:
        """Create the counterpart of a source record, unless a reference of it must be linked first.

        `unlinked` gives the target records without a link; it is asked only after a create that was never answered.
        """
        fresh = lane.source.system.lookup(lane.source.card.datatype, source.id)
        if fresh is None:
            return
        seen = look(lane.source, fresh, lane.rows)
        try:
            values = self._values(lane, seen, tally)
        except NotLinkedYet:
            return
        if self._links.intent(lane.key, source.id) is not None and self._recover(lane, seen, unlinked(), tally):
            return
        self._insert(lane, seen, values, tally)

    def _values(self, lane: Lane, source: Seen, tally: Tally) -> dict[str, Json]:
        values: dict[str, Json] = {}
        for row in _created_rows(lane, source):
            if row.target.write_path in values:
                continue  # of several sources for one target the first that has a value rules
            try:
                if source.applies(row):
                    values.update(self._carrier.payload(lane, (row,), source))
                    values = {**_conditions(lane, row), **values}
            except NotConvertible as error:
                text = f"{row.source.path} -> {row.target.path}: {error.message}"
                tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
        return values

    def _insert(self, lane: Lane, source: Seen, values: Mapping[str, Json], tally: Tally) -> None:
        # The intent is on disk before the call, so that a crash before the answer makes no second copy later.
        self._links.intend(lane.key, source.record.id, fingerprint(dict(values)))
        try:
            made = self._writer.insert(lane, lane.target, values)
        except (Refused, BadAnswer, NotConvertible) as error:
            if not isinstance(error, BadAnswer):
                self._links.withdraw(lane.key, source.record.id)
            text = f"create in {lane.target.system.label} failed: {error}"
            tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
            return
        if made is None:
            self._links.withdraw(lane.key, source.record.id)
            return
        tally.add("created")
        self._connect(lane, source, made)

    def _connect(self, lane: Lane, source: Seen, id: str) -> None:
        link = self._links.connect(lane.key, source.record.id, id)
        answer = lane.target.system.lookup(lane.target.card.datatype, id)
        sights = [source] if answer is None else [source, look(lane.target, answer, lane.rows)]
        self._links.remember(link, {p: text for seen in sights for row in lane.rows for p, text in seen.marks(row)})

    def _recover(self, lane: Lane, source: Seen, unlinked: Iterable[Record], tally: Tally) -> bool:
        """Adopt the record that an unanswered create may have made; tell whether nothing may be created now."""
        rows = [row for row in _created_rows(lane, source) if row.source.path not in source.gaps]
        sights = (look(lane.target, record, lane.rows) for record in unlinked)
        alike = [t for t in sights if rows and all(self._alike(row, source, t) for row in rows)]
        if len(alike) == 1:
            self._connect(lane, source, alike[0].record.id)
            tally.add("linked")
        elif alike:
            text = f"a create was never answered, and {len(alike)} records look like it; remove the copies"
            tally.problem(lane.section.key, lane.target.system.label, alike[0].record.id, text)
        return bool(alike)

    def _alike(self, row: Row, source: Seen, target: Seen) -> bool:
        return row.target.path not in target.gaps and self._carrier.same(row, source, target)


def _created_rows(lane: Lane, source: Seen) -> list[Row]:
    """Return the rows whose value goes into a new target record, those included whose value makes no sense."""
    takes = (row for row in lane.rows if row.received_by(lane.target.side, creating=True))
    return [row for row in takes if row.source.path in source.gaps or not is_empty(source.value(row))]


def _conditions(lane: Lane, row: Row) -> dict[str, Json]:
    """Return what a new target record must hold for the row to apply to it, by write path."""
    cards = lane.target.card.properties
    return {cards[w.path].write_path if w.path in cards else w.path: w.value for w in row.target_when}
