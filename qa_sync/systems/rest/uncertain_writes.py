"""Writes that may have happened without anybody being told: looked for first, and only then done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from qa_sync.errors import Conflict, NotConvertible, RequestRejected, UncertainWrite
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.http.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_canonical
from qa_sync.values.form import Json

Found: TypeAlias = Callable[[], str | None]
"""Looks for the record that a create was to make; returns its id, None when it is not there."""

CREATES: Final = 4
"""How often a create is tried."""


def create_idempotently(
    post: Callable[[], str],
    found: Found | None,
    wait: Callable[[float], None],
    check_delays_s: Sequence[float] = CHECK_DELAYS_S,
) -> str:
    """Return the id of the one record that comes of it, by `post` or, after an answer that was lost, by `found`.

    `check_delays_s` are the seconds to `wait` before each look. Raises what `post` raises: UncertainWrite at once when
    there is no way of looking, and when the record was made but is not to be found.
    """
    again = False
    for _ in range(CREATES - 1):
        try:
            return post()
        except RequestRejected:
            # What is refused the second time may be refused because the first time did it after all.
            made = found() if again and found else None
            if made is None:
                raise
            return made
        except UncertainWrite as uncertain:
            if found is None:
                raise
            made = _poll_created(found, wait, check_delays_s)
            if made is not None:
                return made
            if uncertain.succeeded:
                raise
        again = True
    return post()


def update_idempotently(
    build_update: Callable[[Record], None],
    record: Record,
    look: Callable[[], Record | None],
    *,
    card: EntityCard,
    values: Mapping[str, Json],
    wait: Callable[[float], None],
    check_delays_s: Sequence[float] = CHECK_DELAYS_S,
) -> None:
    """Update a record by `build_update`; after a lost response, repeat only if a fresh read does not show the update.

    A change that was sent again beneath us (it carried a revision) may conflict with itself, which is no conflict.
    """
    for pause in check_delays_s:
        try:
            return build_update(record)
        except Conflict as conflict:
            if not conflict.repeated or not _has_values(card, look(), values):
                raise
            return None
        except UncertainWrite:
            wait(pause)
            fresh = look()
            if fresh is None:
                raise
            if _has_values(card, fresh, values):
                return None
            if _has_new_revision(card, record, fresh):
                raise  # somebody else's change, which a revision is there to protect
            # Elements that were added have a key now, so that what is sent next changes them.
            record = fresh
    return build_update(record)


def _has_new_revision(card: EntityCard, before: Record, now: Record) -> bool:
    revision = card.revision
    return revision is not None and paths.read(before.data, revision.read) != paths.read(now.data, revision.read)


def _has_values(card: EntityCard, record: Record | None, values: Mapping[str, Json]) -> bool:
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


def _poll_created(found: Found, wait: Callable[[float], None], check_delays_s: Sequence[float]) -> str | None:
    for pause in check_delays_s:
        wait(pause)
        made = found()
        if made is not None:
            return made
    return None


def no_wait(_: float) -> None:
    """Let no time pass."""
