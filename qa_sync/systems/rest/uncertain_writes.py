"""Handles writes whose response was lost: searches for their effect before retrying them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import accumulate
from math import inf
from typing import Final, TypeAlias

from qa_sync.errors import Conflict, NotConvertible, RequestRejected, UncertainWrite
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.http.retrying.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import sent_value, to_canonical
from qa_sync.values.form import Json
from qa_sync.values.regions import with_country

Found: TypeAlias = Callable[[], str | None]
"""Searches for the record of a create; returns its id, or None."""

Unsettled: TypeAlias = Callable[[], float | None]
"""Returns, after a search without result, the seconds until another one can show that a create was not applied: None if
the last one has shown it, `inf` if none will."""

LEAST_PAUSE_S: Final = 0.01
"""The seconds between two searches, whatever rounding leaves."""
CREATES: Final = 4
"""The number of attempts of a create."""


def nothing_known() -> float:
    """Know nothing about a create: no search will settle it."""
    return inf


def create_idempotently(
    post: Callable[[], str],
    found: Found | None,
    wait: Callable[[float], None],
    check_delays_s: Sequence[float] = CHECK_DELAYS_S,
    unsettled_s: Unsettled = nothing_known,
) -> str:
    """Return the id of the created record, from `post` or, after a lost response, from `found`.

    It is searched for at once, and after each of `check_delays_s` (seconds, which `wait` takes); `unsettled_s` may tell
    sooner that the create was not applied. Raises what `post` raises: UncertainWrite if there is no `found`, or if the
    create succeeded but the record is not found.
    """
    is_retry = False
    for _ in range(CREATES - 1):
        try:
            return post()
        except RequestRejected:
            # A retry may be rejected because the first attempt created the record after all.
            made = found() if is_retry and found else None
            if made is None:
                raise
            return made
        except UncertainWrite as uncertain:
            if found is None:
                raise
            made = _poll_created(found, wait, check_delays_s, nothing_known if uncertain.succeeded else unsettled_s)
            if made is not None:
                return made
            if uncertain.succeeded:
                raise
        is_retry = True
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

    A transport may have retried an update with a revision, which then conflicts with itself; that is not a conflict.
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
                raise  # another client's change, which the revision protects
            # Added elements have a key now, so the next attempt changes them instead of adding them again.
            record = fresh
    return build_update(record)


def _has_new_revision(card: EntityCard, before: Record, now: Record) -> bool:
    revision = card.revision
    return revision is not None and paths.read(before.data, revision.read) != paths.read(now.data, revision.read)


def _has_values(card: EntityCard, record: Record | None, values: Mapping[str, Json]) -> bool:
    """Return whether a record has the written wire values (by write path)."""
    if record is None:
        return False
    written = (p for p in card.properties.values() if p.write_path in values)
    try:
        return all(
            to_canonical(paths.read(record.data, p.path), form) == sent_value(values[p.write_path], form)
            for p in written
            for form in (with_country(p.form, partial(paths.read, record.data)),)
        )
    except NotConvertible:
        return False


def _poll_created(
    found: Found, wait: Callable[[float], None], check_delays_s: Sequence[float], unsettled_s: Unsettled
) -> str | None:
    """Search until the record is found, the create is known not to have been applied, or the delays are over."""
    waited_s, due_s = 0.0, deque(accumulate(check_delays_s))
    while (made := found()) is None and (left_s := unsettled_s()) is not None and due_s:
        pause_s = min(due_s[0] - waited_s, max(left_s, LEAST_PAUSE_S))
        wait(pause_s)
        waited_s += pause_s
        if waited_s >= due_s[0]:
            due_s.popleft()
    return made
