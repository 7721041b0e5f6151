"""A new counterpart for a source record, made once only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa_sync.errors import BadAnswer, NotConvertible, Refused
from qa_sync.sync.carrying import Carrier, NotLinkedYet
from qa_sync.sync.lanes import Lane, Row
from qa_sync.sync.links import Links, fingerprint
from qa_sync.sync.looking import Seen, is_empty, look
from qa_sync.sync.summary import Tally
from qa_sync.sync.turn import Turn
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import Record
from qa_sync.values.form import Json


class Creator:
    """Creates counterparts of source records."""

    def __init__(self, links: Links, carrier: Carrier, writer: Writer) -> None:
        self._links = links
        self._carrier = carrier
        self._writer = writer

    def create(self, turn: Turn, source: Record) -> None:
        """Create the counterpart of a source record, unless a reference of it must be linked first.

        What stands on the target without a link is asked for only after a create that was never answered.
        """
        lane, tally = turn.lane, turn.tally
        fresh = lane.source.system.lookup(lane.source.card.datatype, source.id)
        if fresh is None:
            return
        seen = look(lane.source, fresh, lane.rows)
        try:
            values = self._values(lane, seen, tally)
        except NotLinkedYet:
            return
        if self._links.intent(lane.key, source.id) is not None and self._recover(lane, seen, turn.unlinked(), tally):
            return
        self._insert(turn, seen, values)

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

    def _insert(self, turn: Turn, source: Seen, values: Mapping[str, Json]) -> None:
        lane, tally = turn.lane, turn.tally
        # The intent is on disk before the call, so that a crash before the answer makes no second copy later.
        self._links.intend(lane.key, source.record.id, fingerprint(dict(values)))
        try:
            made = self._writer.insert(lane, lane.target, values, lambda: self._found(turn, source))
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
        alike = self._alike(lane, source, unlinked)
        if len(alike) == 1:
            self._connect(lane, source, alike[0])
            tally.add("linked")
        elif alike:
            text = f"a create was never answered, and {len(alike)} records look like it; remove the copies"
            tally.problem(lane.section.key, lane.target.system.label, alike[0], text)
        return bool(alike)

    def _found(self, turn: Turn, source: Seen) -> str | None:
        """Return the record that has come to be on the target and looks like what was to be created."""
        alike = self._alike(turn.lane, source, turn.newcomers())
        if len(alike) > 1:
            raise BadAnswer(f"a create was not answered, and {len(alike)} records look like it: {', '.join(alike)}")
        return alike[0] if alike else None

    def _alike(self, lane: Lane, source: Seen, records: Iterable[Record]) -> list[str]:
        rows = [row for row in _created_rows(lane, source) if row.source.path not in source.gaps]
        sights = (look(lane.target, record, lane.rows) for record in records)
        return [t.record.id for t in sights if rows and all(self._agree(row, source, t) for row in rows)]

    def _agree(self, row: Row, source: Seen, target: Seen) -> bool:
        return row.target.path not in target.gaps and self._carrier.same(row, source, target)


def _created_rows(lane: Lane, source: Seen) -> list[Row]:
    """Return the rows whose value goes into a new target record, those included whose value makes no sense."""
    takes = (row for row in lane.rows if row.received_by(lane.target.side, creating=True))
    return [row for row in takes if row.source.path in source.gaps or not is_empty(source.value(row))]


def _conditions(lane: Lane, row: Row) -> dict[str, Json]:
    """Return what a new target record must hold for the row to apply to it, by write path."""
    cards = lane.target.card.properties
    return {cards[w.path].write_path if w.path in cards else w.path: w.value for w in row.target_when}
