"""A new counterpart for a source record, made once only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qa_sync.errors import InvalidResponse, NotConvertible, RequestRejected
from qa_sync.sync.cycle.lane_cycle import Turn
from qa_sync.sync.cycle.update_pair import Kept
from qa_sync.sync.lanes import Lane, Row, Side
from qa_sync.sync.records.conversion import Carrier, NotLinkedYet
from qa_sync.sync.records.in_sync import marks, shows
from qa_sync.sync.records.interrupted_writes import made_by
from qa_sync.sync.records.record_view import Seen, both, is_empty, look
from qa_sync.sync.store.encoding import encode
from qa_sync.sync.store.links import Intent, Link, Links, Place
from qa_sync.sync.store.work_queue import Mood
from qa_sync.sync.summary import Tally
from qa_sync.sync.writer import Writer
from qa_sync.systems.system import Record
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Json


class Creator:
    """Creates counterparts of source records."""

    def __init__(self, links: Links, carrier: Carrier, writer: Writer) -> None:
        self._links = links
        self._carrier = carrier
        self._writer = writer

    def create(self, turn: Turn, listed: Record) -> tuple[Link | None, Kept]:
        """Create the counterpart of a source record, unless a reference of it must be linked first.

        Raises NotLinkedYet for such a reference; nothing is asked of a system to find that out.
        """
        lane = turn.lane
        rows = [row for row in lane.rows if row.received_by(Side.TARGET, creating=True)]
        if through := [row for row in rows if row.through]:
            self._values(lane, through, look(lane.source, listed, through), Tally())
        fresh = lane.source.system.lookup(lane.source.card.datatype, listed.id)
        if fresh is None:
            return None, Kept(Mood.DONE)
        seen = look(lane.source, fresh, lane.rows)
        return self._insert(turn, seen, self._values(lane, rows, seen, turn.tally))

    def recover(self, turn: Turn, id: str) -> tuple[Link | None, bool]:
        """Adopt the record that an unanswered create may have made.

        Return its link, and whether something may be created now.
        """
        lane, intent = turn.lane, self._links.intent(turn.lane.key, id)
        if intent is None:
            return None, True
        alike = made_by(intent, self._newcomers(turn, intent), self._carrier.zone)
        if len(alike) > 1:
            text = f"a create was never answered, and {len(alike)} records look like it; remove the copies"
            turn.tally.problem(lane.section.key, lane.target.system.label, alike[0], text)
            return None, False
        if not alike:
            return None, True
        turn.tally.add("linked")
        return self._connect(lane, id, alike[0], intent), False

    def _values(self, lane: Lane, rows: Iterable[Row], source: Seen, tally: Tally) -> dict[str, Json]:
        """Return the wire values of a new record by write path; what cannot be converted is left out and told."""
        values: dict[str, Json] = {}
        beside = self._carrier.beside(lane, source)
        for row in rows:
            if row.source.path not in source.gaps and is_empty(source.value(row)):
                continue
            if row.target.write_path in values:
                continue  # of several sources for one target the first that has a value rules
            try:
                if source.applies(row):
                    values[row.target.write_path] = self._carrier.wire(row, source, beside)
                    values = {**_conditions(lane, row), **values} if row.target_when else values
            except NotLinkedYet as error:
                raise NotLinkedYet(f"{row.source.path} {error.message}") from None
            except NotConvertible as error:
                text = f"{row.source.path} -> {row.target.path}: {error.message}"
                tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
        return values

    def _insert(self, turn: Turn, source: Seen, values: Mapping[str, Json]) -> tuple[Link | None, Kept]:
        lane, tally = turn.lane, turn.tally
        intent = Intent(turn.target.known, source.texts, _sent(lane, values))
        # The intent is on disk before the call, so that a crash before the answer makes no second copy later.
        self._links.intend(lane.key, source.record.id, intent)
        try:
            made = self._writer.insert(lane, lane.target, values, lambda: self._found(turn, intent))
        except (RequestRejected, InvalidResponse, NotConvertible) as error:
            if not isinstance(error, InvalidResponse):
                self._links.withdraw(lane.key, source.record.id)
            text = f"create in {lane.target.system.label} failed: {error.in_line}"
            tally.problem(lane.section.key, source.end.system.label, source.record.id, text)
            return None, Kept(Mood.AGAIN)
        if made is None:
            self._links.withdraw(lane.key, source.record.id)
            return None, Kept(Mood.AGAIN)
        if turn.is_linked(made):
            self._links.withdraw(lane.key, source.record.id)
            turn.problem(lane.source, source.record.id, f"its create gave {made}, which is another's counterpart")
            return None, Kept(Mood.STANDS)
        tally.add("created")
        link = self._links.connect(lane.key, source.record.id, made)
        return link, self._answer(turn, link, source, intent)

    def _connect(self, lane: Lane, source: str, target: str, intent: Intent) -> Link:
        """Link a record with what an unanswered create made of it; whatever else it shows is somebody's edit."""
        link = self._links.connect(lane.key, source, target)
        self._links.remember(link, _synced(intent))
        return link

    def _answer(self, turn: Turn, link: Link, source: Seen, intent: Intent) -> Kept:
        """Read what was made back: what the system made of it is nobody's edit."""
        lane = turn.lane
        synced = _synced(intent)
        try:
            answer = lane.target.system.lookup(lane.target.card.datatype, link.target)
            if answer is None:
                turn.tally.add("touched")
                return Kept(Mood.DONE)
            seen = both(source, look(lane.target, answer, lane.rows))
            synced |= marks(seen[Side.TARGET], lane.rows)
        finally:
            self._links.remember(link, synced)
        return Kept(Mood.DONE if shows(lane, seen, synced) else Mood.AGAIN, seen, {Side.TARGET})

    def _newcomers(self, turn: Turn, intent: Intent) -> Iterator[Seen]:
        """Yield the unlinked target records that have been listed since the create was begun."""
        lane = turn.lane
        for new in turn.target.newcomers(intent.known):
            record = None if turn.is_linked(new) else lane.target.system.lookup(lane.target.card.datatype, new)
            if record is not None:
                yield look(lane.target, record, lane.rows)

    def _found(self, turn: Turn, intent: Intent) -> str | None:
        """Return the record that has come to be on the target and looks like what was to be created."""
        end = turn.lane.target
        listed = end.system.list(end.card.datatype)
        new = (r for r in listed if turn.target.digest(r.id) is None and not turn.is_linked(r.id))
        alike = made_by(intent, (look(end, record, turn.lane.rows) for record in new), self._carrier.zone)
        if len(alike) > 1:
            raise InvalidResponse(
                f"a create was not answered, and {len(alike)} records look like it: {', '.join(alike)}"
            )
        return alike[0] if alike else None


def _conditions(lane: Lane, row: Row) -> dict[str, Json]:
    """Return what a new target record must hold for the row to apply to it, by write path."""
    cards = lane.target.card.properties
    return {cards[w.path].write_path if w.path in cards else w.path: w.value for w in row.target_when}


def _synced(intent: Intent) -> dict[Place, str]:
    """Return what was given and sent as it is remembered."""
    given: dict[Place, str] = {(Side.SOURCE, path): text for path, text in intent.given.items()}
    return given | {(Side.TARGET, path): text for path, text in intent.sent.items()}


def _sent(lane: Lane, values: Mapping[str, Json]) -> dict[str, str]:
    """Return what is sent as it will be read back, by property path."""
    cards = {row.target.write_path: row.target for row in lane.rows}
    return {cards[p].path: encode(to_canonical(v, cards[p].form)) for p, v in values.items() if p in cards}
