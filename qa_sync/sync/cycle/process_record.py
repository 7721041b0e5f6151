"""One record of one lane, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from qa_sync.dataflow.model import StatementKind
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.sync.cycle.connected import Connections
from qa_sync.sync.cycle.create_record import Creator
from qa_sync.sync.cycle.creation_rules import Predicate, may_create, meets_condition
from qa_sync.sync.cycle.lane_cycle import ENOUGH, Turn
from qa_sync.sync.cycle.lists import Listing, Listings, where
from qa_sync.sync.cycle.update_pair import Keeper, Kept
from qa_sync.sync.lanes import Lane, Side
from qa_sync.sync.records.conversion import NotLinkedYet
from qa_sync.sync.records.in_sync import shows, shows_alone
from qa_sync.sync.records.record_view import look
from qa_sync.sync.store.encoding import digest, spell, unspell
from qa_sync.sync.store.links import Link, Links
from qa_sync.sync.store.work_queue import Item, Mood, Todo
from qa_sync.sync.summary import Problem, Tally
from qa_sync.systems.system import Record


class Worker:
    """Looks at records; what it leaves waiting is looked at again when it may have changed."""

    def __init__(
        self,
        links: Links,
        listings: Listings,
        conditions: Mapping[str, Predicate],
        *,
        connections: Connections,
        keeper: Keeper,
        creator: Creator,
        zone: tzinfo,
    ) -> None:
        self._links = links
        self._listings = listings
        self._conditions = conditions
        self._connections = connections
        self._keeper = keeper
        self._creator = creator
        self._zone = zone
        self._todos = {use.lane.section.key: use.todo for listing in listings.values() for use in listing.uses}

    def items(self, lane: Lane, *, again: bool) -> Iterator[Item]:
        """Yield what is to be looked at in this cycle; `again` when the lane had a turn already."""
        todo = self._todo(lane)
        last = 0 if again else todo.last
        # What fails in this cycle is tried again in the next one.
        return (item for item in todo.items() if item.mood is not Mood.AGAIN or item.number <= last)

    def told(self, lane: Lane) -> Iterator[Problem]:
        """Yield the problems that stand."""
        return self._todo(lane).told(lane.section.key)

    def at_rest(self, lane: Lane) -> int:
        """Return how many pairs of a lane are in sync."""
        return self._links.number(lane.key) - self._todo(lane).pairs(lane.key)

    def turn(self, lane: Lane, tally: Tally) -> Turn:
        """Return a lane's turn."""
        source, target = (self._listings[where(lane.end(side))].shown for side in Side)
        return Turn(lane, source, target, links=self._links, zone=self._zone, tally=tally)

    def look_at(self, turn: Turn, item: Item) -> None:
        """Look at one record; raises SystemUnreachable, everything else is a Problem."""
        turn.tally.latest = []
        try:
            if item.side is Side.SOURCE:
                self._source(turn, item)
            else:
                self._target(turn, item)
        except (RequestRejected, InvalidResponse) as error:
            turn.problem(turn.lane.end(item.side), item.id, error.in_line)
            self._leave(turn, item.side, item.id, Mood.AGAIN)

    def _source(self, turn: Turn, item: Item) -> None:
        lane = turn.lane
        link = self._links.by_source(lane.key, item.id)
        if link is not None:
            self._pair(turn, link)
            return
        record = self._record(lane, item)
        if record is None:
            self._leave(turn, Side.SOURCE, item.id, Mood.DONE)
        else:
            self._unlinked(turn, record)

    def _target(self, turn: Turn, item: Item) -> None:
        """Look at the pair of a target record; without one, at the source records that it may be matched with."""
        lane = turn.lane
        link = self._links.by_target(lane.key, item.id)
        if link is not None:
            self._pair(turn, link)
            return
        mood = Mood.DONE
        record = self._record(lane, item) if lane.criteria and not turn.is_linked(item.id) else None
        if record is not None:
            seen = turn.seen(lane.target, record)
            for waiting in turn.waiting_for(seen) if seen else ():
                self._todo(lane).add(Side.SOURCE, waiting, None)
            mood = Mood.DONE if seen else Mood.STANDS
        self._leave(turn, Side.TARGET, item.id, mood)

    def _pair(self, turn: Turn, link: Link) -> None:
        if self._rests(turn.lane, link):
            self._leave_pair(turn, link, Kept(Mood.DONE))
        else:
            self._leave_pair(turn, link, self._keeper.sync(turn.lane, link, turn.tally))

    def _rests(self, lane: Lane, link: Link) -> bool:
        """Tell whether what was listed is what the pair showed when it was last in sync."""
        todo = self._todo(lane)
        items = [i for end in _ends(link) if (i := todo.item(*end))]
        if any(i.mood is not Mood.NEW or i.data is None for i in items) or self._links.sent(link):
            return False
        synced = self._links.synced(link)
        seen = {i.side: look(lane.end(i.side), _as_listed(lane, i), lane.rows) for i in items}
        if len(seen) == len(Side):
            return shows(lane, seen, synced)
        return all(shows_alone(lane, each, synced) for each in seen.values())

    def _unlinked(self, turn: Turn, record: Record) -> None:
        """Find the counterpart of a source record that has none, or create it; else let it wait."""
        lane = turn.lane
        link, free = self._creator.recover(turn, record.id)
        if link is None and not free:
            self._leave(turn, Side.SOURCE, record.id, Mood.AGAIN)
            return
        if link is None and meets_condition(lane, record, self._conditions) and not turn.is_counterpart(record.id):
            mood, link = self._matched(turn, record)
        else:
            mood = Mood.DONE
        if link is not None:
            self._leave_pair(turn, link, self._keeper.sync(lane, link, turn.tally))
        elif mood is not Mood.NEW:
            self._leave(turn, Side.SOURCE, record.id, mood)
        else:
            self._created(turn, record)

    def _matched(self, turn: Turn, record: Record) -> tuple[Mood, Link | None]:
        """Return the link of the one record that matches, else whether the record is still `new`."""
        lane = turn.lane
        if not lane.criteria:
            return Mood.NEW, None
        seen = turn.seen(lane.source, record)
        if seen is None:
            return Mood.STANDS, None
        found = turn.matches(seen)
        if not found:
            return Mood.NEW, None
        if len(found) > 1:
            number = f"{len(found)} records" + (" or more" if len(found) == ENOUGH else "")
            text = f"matches {number} ({', '.join(found)}); make them one, or different"
        elif rivals := [r.id for r in turn.rivals(found[0], seen) if meets_condition(lane, r, self._conditions)]:
            text = f"{found[0]} is matched by {', '.join(rivals)} too; make them one, or different"
        else:
            turn.tally.add("linked")
            return Mood.DONE, self._links.connect(lane.key, record.id, found[0])
        turn.problem(lane.source, record.id, text)
        return Mood.AGAIN, None  # nobody tells when one of them is deleted

    def _created(self, turn: Turn, record: Record) -> None:
        lane = turn.lane
        asks = lane.says(StatementKind.LINK_FIRST) and lane.says(StatementKind.NEW_IF_CONNECTED)
        connected = asks and self._connections.connected(lane, record.id)
        if not may_create(lane, connected=connected):
            self._leave(turn, Side.SOURCE, record.id, Mood.LINKS if asks else Mood.DONE)
            return
        try:
            link, kept = self._creator.create(turn, record)
        except NotLinkedYet as error:
            self._wait(turn, record, error)
            return
        if link is None:
            self._leave(turn, Side.SOURCE, record.id, kept.mood)
        else:
            self._leave_pair(turn, link, kept)

    def _wait(self, turn: Turn, record: Record, error: NotLinkedYet) -> None:
        """Let a record wait for what it refers to, as long as it is there: nobody tells of what is deleted."""
        waited = self._todo(turn.lane).due(record.id)
        if waited and turn.lane.source.system.lookup(record.datatype, record.id) is None:
            self._leave(turn, Side.SOURCE, record.id, Mood.DONE)
            return
        turn.problem(turn.lane.source, record.id, f"waits: {error.message}")
        self._leave(turn, Side.SOURCE, record.id, Mood.LINKS, due=True)

    def _leave_pair(self, turn: Turn, link: Link, kept: Kept) -> None:
        """Note how a pair was left; what we wrote ourselves is no news when the list shows it."""
        for side in kept.written if kept.mood is Mood.DONE else ():
            listing = self._listing(turn.lane, side)
            if listing.alone:
                listing.shown.note(kept.seen[side].record.id, digest(spell(kept.seen[side].record.data)))
        turn.tally.add("touched", bool(kept.written) and kept.mood is Mood.DONE)
        self._todo(turn.lane).done(Side.TARGET, link.target)
        self._leave(turn, Side.SOURCE, link.source, kept.mood)

    def _leave(self, turn: Turn, side: Side, id: str, mood: Mood, *, due: bool = False) -> None:
        todo, latest = self._todo(turn.lane), turn.tally.latest
        waits = mood in {Mood.LINKS, Mood.STANDS}
        if not waits:
            turn.tally.tell(latest)
        if mood is Mood.DONE:
            todo.done(side, id)
        else:
            todo.put(side, id, mood, latest if waits else (), due=due)

    def _record(self, lane: Lane, item: Item) -> Record | None:
        """Return a record as it was listed; when it is not there any more, as it is."""
        end = lane.end(item.side)
        return _as_listed(lane, item) if item.data else end.system.lookup(end.card.datatype, item.id)

    def _listing(self, lane: Lane, side: Side) -> Listing:
        return self._listings[where(lane.end(side))]

    def _todo(self, lane: Lane) -> Todo:
        return self._todos[lane.section.key]


def _ends(link: Link) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return (Side.SOURCE, link.source), (Side.TARGET, link.target)


def _as_listed(lane: Lane, item: Item) -> Record:
    end = lane.end(item.side)
    return Record(end.system.label, end.card.datatype, item.id, unspell(item.data or "null"))
