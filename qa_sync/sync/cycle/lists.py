"""The lists of the lanes of a spec: each is read once per cycle, however many lanes use it."""

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
    """A lane that uses a list on one side, and the queue of its records."""

    lane: Lane
    side: Side
    queue: WorkQueue


class Listing(Struct, frozen=True):
    """One list of one system, and the properties that are indexed: `criteria`, `references`."""

    end: LaneEnd
    listed: ListedRecords
    uses: tuple[ListUse, ...]
    criteria: tuple[Row, ...]
    references: tuple[Row, ...]

    @property
    def is_exclusive(self) -> bool:
        """Whether only one lane uses the list, so that no other lane has to process what that lane writes."""
        return len(self.uses) == 1


Listings = Mapping[tuple[str, str], Listing]
"""By system label and datatype."""


def make_listings(
    lanes: Sequence[Lane], links: Links, scope: str, policies: Policies, conditions: Mapping[str, Predicate]
) -> Listings:
    """Return the lists of the lanes; `scope` separates the lists of several specs in one store."""
    queues = {lane.section.key: WorkQueue(links.state, queue_name(scope, lane)) for lane in lanes}
    connects = any(lane.has_statement(StatementKind.NEW_IF_CONNECTED) for lane in lanes)
    uses: dict[tuple[str, str], list[ListUse]] = {}
    for side in Side:
        for lane in lanes:
            uses.setdefault(list_key(lane.end(side)), []).append(ListUse(lane, side, queues[lane.section.key]))
    listings = {}
    for (label, datatype), used in uses.items():
        end = used[0].lane.end(used[0].side)
        listed = ListedRecords(links.state, f"{scope}: {label} {datatype}")
        listed.define(_definition(used, policies, conditions, connects=connects))
        references = [Row(p, p) for p in end.card.properties.values() if p.references] if connects else []
        criteria = {row.card(use.side).path: row for use in used for row in use.lane.criteria}
        one_sided = tuple(Row(c, c) for path in criteria for c in [end.card.properties[path]])
        listings[label, datatype] = Listing(end, listed, tuple(used), one_sided, tuple(references))
    return listings


def list_key(end: LaneEnd) -> tuple[str, str]:
    """Return the key of the list of an end."""
    return end.system.label, end.card.datatype


def queue_name(scope: str, lane: Lane) -> str:
    """Return the name of a lane's queue in the store."""
    return f"{scope}: {lane.section.key}"


def _definition(
    uses: Sequence[ListUse], policies: Policies, conditions: Mapping[str, Predicate], *, connects: bool
) -> str:
    """Return a digest of what the processing of a list depends on: when it changes, all records are processed again."""
    parts = [
        (use.side, use.lane.section.key, use.lane.section.statements, use.lane.rows, use.lane.criteria,
         conditions.get(use.lane.section.key), use.lane.source.card.cannot, use.lane.target.card.cannot)
        for use in uses
    ]  # fmt: skip
    return digest(repr((parts, policies, connects)))
