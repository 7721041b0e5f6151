"""The second in which a record was changed, as a careless sync sees it."""

from __future__ import annotations

from datetime import datetime

from qa_sync.errors import NotConvertible
from qa_sync.systems.system import Record, System
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical


def second_of(system: System, record: Record) -> datetime | None:
    """Return when a record was changed without the fraction of the second, None when it does not say so."""
    card = system.cards[record.datatype]
    if card.modified is None:
        return None
    try:
        time = to_canonical(paths.read(record.data, card.modified), card.modified_form)
    except NotConvertible:
        return None
    return time.replace(microsecond=0) if isinstance(time, datetime) else None
