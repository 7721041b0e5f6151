"""Matches a source record that has no link with the one target record that has its key values."""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.sync.cycle.creation_rules import Predicate, meets_condition
from qa_sync.sync.cycle.lane_cycle import MAX_MATCHES, LaneCycle
from qa_sync.sync.store.links import Link, Links
from qa_sync.sync.store.work_queue import ItemState
from qa_sync.systems.system import Record


def match_record(
    lane_cycle: LaneCycle, record: Record, links: Links, conditions: Mapping[str, Predicate]
) -> tuple[ItemState, Link | None]:
    """Link a source record with the one record that matches; return the new link, else whether it is still `new`.

    Several matches, and another source record with the same match, are a problem of the record.
    """
    lane = lane_cycle.lane
    if not lane.criteria:
        return ItemState.NEW, None
    view = lane_cycle.view(lane.source, record)
    if view is None:
        return ItemState.STANDS, None
    matches = lane_cycle.matches(view)
    if not matches:
        return ItemState.NEW, None
    if len(matches) > 1:
        number = f"{len(matches)} records" + (" or more" if len(matches) == MAX_MATCHES else "")
        text = f"matches {number} ({', '.join(matches)}); merge them or change their values"
    elif competing := [
        r.id for r in lane_cycle.competing_sources(matches[0], view) if meets_condition(lane, r, conditions)
    ]:
        text = f"{matches[0]} also matches {', '.join(competing)}; merge them or change their values"
    else:
        lane_cycle.tally.add("linked")
        return ItemState.DONE, links.connect(lane.key, record.id, matches[0])
    lane_cycle.problem(lane.source, record.id, text)
    return ItemState.AGAIN, None  # no list shows when one of them is deleted
