"""The lists that a document's lanes are made of: each is read once a cycle, however many lanes use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from qa_sync.dataflow.model import StatementKind
from qa_sync.sync.cycle.creation_rules import Predicate
from qa_sync.sync.lanes import Lane, LaneEnd, Row, Side
from qa_sync.sync.policies import Policies
from qa_sync.sync.store.encoding import digest
from qa_sync.sync.store.links import Links
from qa_sync.sync.store.listed_records import ListedRecords
from qa_sync.sync.store.work_queue import WorkQueue


class ListUse(Struct, frozen=True):
    """A lane that looks at a list, from which side, and where it keeps what it has to look at."""

    lane: Lane
    side: Side
    queue: WorkQueue


class Listing(Struct, frozen=True):
    """One list of one system, and what is indexed of it: `criteria` by path, `references`."""

    end: LaneEnd
    listed: ListedRecords
    uses: tuple[ListUse, ...]
    criteria: tuple[Row, ...]
    references: tuple[Row, ...]

    @property
    def is_exclusive(self) -> bool:
        """Whether only one lane reads it, so that no other lane needs that lane's writes."""
        return len(self.uses) == 1


Listings = Mapping[tuple[str, str], Listing]
"""By system label and datatype."""


def make_listings(
    lanes: Sequence[Lane], links: Links, scope: str, policies: Policies, conditions: Mapping[str, Predicate]
) -> Listings:
    """Return the lists that lanes use; `scope` keeps those of different documents apart in one store."""
    queues = {lane.section.key: WorkQueue(links.state, queue_name(scope, lane)) for lane in lanes}
    connects = any(lane.has_statement(StatementKind.NEW_IF_CONNECTED) for lane in lanes)
    uses: dict[tuple[str, str], list[ListUse]] = {}
    for side in Side:
        for lane in lanes:
            uses.setdefault(list_key(lane.end(side)), []).append(ListUse(lane, side, queues[lane.section.key]))
    found = {}
    for (label, datatype), used in uses.items():
        end = used[0].lane.end(used[0].side)
        listed = ListedRecords(links.state, f"{scope}: {label} {datatype}")
        listed.define(_definition(used, policies, conditions, connects=connects))
        references = [Row(p, p) for p in end.card.properties.values() if p.references] if connects else []
        criteria = {row.card(use.side).path: row for use in used for row in use.lane.criteria}
        one_sided = tuple(Row(c, c) for path in criteria for c in [end.card.properties[path]])
        found[label, datatype] = Listing(end, listed, tuple(used), one_sided, tuple(references))
    return found


def list_key(end: LaneEnd) -> tuple[str, str]:
    """Return which list an end is listed by."""
    return end.system.label, end.card.datatype


def queue_name(scope: str, lane: Lane) -> str:
    """Return the name of a lane's items in the store."""
    return f"{scope}: {lane.section.key}"


def _definition(
    uses: Sequence[ListUse], policies: Policies, conditions: Mapping[str, Predicate], *, connects: bool
) -> str:
    """Return what the handling of a list's records depends on: when it changes, all of them are processed again."""
    words = [
        (use.side, use.lane.section.key, use.lane.section.statements, use.lane.rows, use.lane.criteria,
         conditions.get(use.lane.section.key), use.lane.source.card.cannot, use.lane.target.card.cannot)
        for use in uses
    ]  # fmt: skip
    return digest(repr((words, policies, connects)))
