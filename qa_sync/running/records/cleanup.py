"""Deletes the records of a scenario when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from qa_sync.errors import InternalError, NoVerdict, QaSyncError
from qa_sync.running.environment import KEPT
from qa_sync.running.events import Leftover
from qa_sync.running.records.scenario_records import RecordKey, ScenarioRecords
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.system import System


def remove_all(records: ScenarioRecords, keep_reason: str | None = None) -> Iterator[Leftover]:
    """Delete the created records, latest first; yield those that remain with a reason (`keep_reason`: keep all)."""
    _find_unseen(records)
    for key, made in reversed(records.made):
        system, card = records.system(key), records.card(key)
        reason = keep_reason or card.cannot.get("delete") or _deletion_error(system, card.datatype, made)
        if reason:
            yield Leftover(system.label, card.names[0], made, reason)


def count_undeleted(leftovers: Iterable[Leftover], cards: Mapping[str, Mapping[str, EntityCard]]) -> int:
    """Return how many records are left because their deletion failed; `cards` are by system label and datatype.

    A record that the user keeps, or that its system cannot delete, is left as announced.
    """
    expected = {
        (label, card.names[0]) for label, each in cards.items() for card in each.values() if "delete" in card.cannot
    }
    return sum((left.system, left.entity) not in expected and not left.why.startswith(KEPT) for left in leftovers)


def _find_unseen(records: ScenarioRecords) -> None:
    """Find counterparts that no poll has found, because the scenario may have ended before the first poll."""
    records.begin_poll(fresh_lists=True)
    for key in [key for key, _ in records.made]:
        other = RecordKey(key.role, key.side.other)
        if other not in records.ids:
            with suppress(NoVerdict):
                records.find_counterparts(other)


def _deletion_error(system: System, datatype: str, id: str) -> str | None:
    try:
        system.delete(datatype, id)
    except InternalError:
        raise
    except QaSyncError as error:
        return error.message
    return None
