"""Writes that may have happened without anybody being told: looked for first, and only then done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from qa_sync.errors import Conflict, NotConvertible, Refused, Unclear
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.http.retry_policy import PAUSES_S
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Json

Found: TypeAlias = Callable[[], str | None]
"""Looks for the record that a create was to make; returns its id, None when it is not there."""

CREATES: Final = 4
"""How often a create is tried."""


def create_once(
    post: Callable[[], str], found: Found | None, wait: Callable[[float], None], pauses_s: Sequence[float] = PAUSES_S
) -> str:
    """Return the id of the one record that comes of it, by `post` or, after an answer that was lost, by `found`.

    `pauses_s` are the seconds to `wait` before each look. Raises what `post` raises: Unclear at once when there is no
    way of looking, and when the record was made but is not to be found.
    """
    again = False
    for _ in range(CREATES - 1):
        try:
            return post()
        except Refused:
            # What is refused the second time may be refused because the first time did it after all.
            made = found() if again and found else None
            if made is None:
                raise
            return made
        except Unclear as unclear:
            if found is None:
                raise
            made = _looked_for(found, wait, pauses_s)
            if made is not None:
                return made
            if unclear.done:
                raise
        again = True
    return post()


def change_once(
    change: Callable[[Record], None],
    record: Record,
    look: Callable[[], Record | None],
    *,
    card: EntityCard,
    values: Mapping[str, Json],
    wait: Callable[[float], None],
    pauses_s: Sequence[float] = PAUSES_S,
) -> None:
    """Change a record by `change`; after an answer that was lost, once more only when a fresh `look` does not show it.

    A change that was sent again beneath us (it carried a revision) may conflict with itself, which is no conflict.
    """
    for pause in pauses_s:
        try:
            return change(record)
        except Conflict as conflict:
            if not conflict.repeated or not _shows(card, look(), values):
                raise
            return None
        except Unclear:
            wait(pause)
            fresh = look()
            if fresh is None:
                raise
            if _shows(card, fresh, values):
                return None
            if _revised(card, record, fresh):
                raise  # somebody else's change, which a revision is there to protect
            # Elements that were added have a key now, so that what is sent next changes them.
            record = fresh
    return change(record)


def _revised(card: EntityCard, before: Record, now: Record) -> bool:
    revision = card.revision
    return revision is not None and paths.read(before.data, revision.read) != paths.read(now.data, revision.read)


def _shows(card: EntityCard, record: Record | None, values: Mapping[str, Json]) -> bool:
    """Tell whether a record holds the wire values (by write path) that it was to be given."""
    if record is None:
        return False
    held = (p for p in card.properties.values() if p.write_path in values)
    try:
        return all(
            to_canonical(paths.read(record.data, p.path), p.form) == to_canonical(values[p.write_path], p.form)
            for p in held
        )
    except NotConvertible:
        return False


def _looked_for(found: Found, wait: Callable[[float], None], pauses_s: Sequence[float]) -> str | None:
    for pause in pauses_s:
        wait(pause)
        made = found()
        if made is not None:
            return made
    return None
