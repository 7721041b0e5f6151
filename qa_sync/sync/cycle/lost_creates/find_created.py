"""Finds the records that creates without a response have made, by the values that were sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Final, TypeAlias

from qa_sync.sync.cycle.lane_cycle import LaneCycle
from qa_sync.sync.records.interrupted_writes import has_sent_value
from qa_sync.sync.records.record_view import RecordView, read_view
from qa_sync.sync.store.links import PendingCreate

MIN_SHARE_UNCHANGED: Final = 0.5
"""The share of the sent values that a record must still have to count as the created one."""

Degree: TypeAlias = tuple[bool, float]
"""How well a record matches a create: whether it has a sent unique value, then the share of the sent values."""

BEST: Final[Degree] = (False, 1.0)


def find_created(lane_cycle: LaneCycle, pending: Mapping[str, PendingCreate]) -> dict[str, list[str]]:
    """Return the ids of the records that each pending create may have made, by the id of its source record.

    A single id is the created record. Lists the target once. A record counts for the creates that it matches best, so
    that it is not taken for the result of another one with similar values.
    """
    found: dict[str, dict[Degree, list[str]]] = {}
    zone = lane_cycle.zone
    for number, view in _new_records(lane_cycle, pending, zone):
        newer = ((source, each) for source, each in pending.items() if number is None or number > each.known)
        degrees = {source: degree for source, each in newer if (degree := match_degree(each, view, zone))}
        best = max(degrees.values(), default=BEST)
        for source in (source for source, degree in degrees.items() if degree == best):
            found.setdefault(source, {}).setdefault(best, []).append(view.record.id)
    return one_each({source: by_degree[max(by_degree)] for source, by_degree in found.items()}, pending)


def match_degree(pending_create: PendingCreate, view: RecordView, zone: tzinfo) -> Degree | None:
    """Return how well a record matches a create, None if it cannot be its record.

    A record with a sent unique value can, whatever else was edited since; any other needs half of the sent values.
    """
    cards = view.end.card.properties
    matching = [path for path, sent in pending_create.sent.items() if has_sent_value(view, path, sent, zone)]
    share = len(matching) / max(1, len(pending_create.sent))
    identified = any(cards[path].unique for path in matching)
    return (identified, share) if identified or share >= MIN_SHARE_UNCHANGED else None


def one_each(found: Mapping[str, list[str]], pending: Mapping[str, PendingCreate]) -> dict[str, list[str]]:
    """Give each of the creates that sent the same values one of the records, which cannot be told apart either."""
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for source in found:
        alike.setdefault(tuple(sorted(pending[source].sent.items())), []).append(source)
    result = dict(found)
    for sources in alike.values():
        records = found[sources[0]]
        if len(records) <= len(sources) and all(found[source] == records for source in sources):
            result |= {source: records[n : n + 1] for n, source in enumerate(sources)}
    return result


def _new_records(
    lane_cycle: LaneCycle, pending: Mapping[str, PendingCreate], zone: tzinfo
) -> Iterator[tuple[int | None, RecordView]]:
    """Yield the unlinked target records that may be newer than a create, and their numbers in the list, if any."""
    lane, end = lane_cycle.lane, lane_cycle.lane.target
    oldest = min(each.known for each in pending.values())
    for record in end.system.list(end.card.datatype):
        number = lane_cycle.target.number(record.id)
        if (number is not None and number <= oldest) or lane_cycle.is_linked(record.id):
            continue
        view = read_view(end, record, lane.rows)
        if any((match_degree(each, view, zone) or BEST)[1] == 1 for each in pending.values()):
            yield number, view
        elif fresh := end.system.lookup(end.card.datatype, record.id):  # a list may be partial
            yield number, read_view(end, fresh, lane.rows)
