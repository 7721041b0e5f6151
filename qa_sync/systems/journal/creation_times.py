"""Finds in a record when it was created, whatever its system calls that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from qa_sync.systems.cards import EntityCard, Writable
from qa_sync.systems.system import Record
from qa_sync.values.form import Json

CREATED: Final = frozenset(
    {
        "created",
        "created_at",
        "createdat",
        "created_date",
        "createddate",
        "created_time",
        "createdtime",
        "createtime",
        "create_date",
        "date_created",
        "date_created_gmt",
        "datecreated",
    }
)
"""Names of the creation time in various systems; entity cards do not contain it."""


def creation_times(record: Record, card: EntityCard) -> list[datetime]:
    """Return the creation times in a record; empty if there are none.

    Ignores writable members, because a sync may have written them.
    """
    written = {path for path, known in card.properties.items() if known.writable is not Writable.NEVER}
    names = [name for name in record.data if name.casefold() in CREATED and name not in written]
    return [instant for name in names for instant in _instants(name, record.data[name])]


def _instants(name: str, value: Json) -> list[datetime]:
    """Return the instant in a member; empty for local times, which cannot be compared."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return []
    if instant.tzinfo is None and name.casefold().endswith("gmt"):
        instant = instant.replace(tzinfo=UTC)
    return [instant] if instant.tzinfo else []
