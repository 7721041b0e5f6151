"""Handles writes whose response was lost: searches for their effect before retrying them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from qa_sync.errors import Conflict, NotConvertible, RequestRejected, UncertainWrite
from qa_sync.systems.cards import EntityCard
from qa_sync.systems.http.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import sent_value, to_canonical
from qa_sync.values.form import Json
from qa_sync.values.regions import with_country

Found: TypeAlias = Callable[[], str | None]
"""Searches for the record of a create; returns its id, or None."""

CREATES: Final = 4
"""The number of attempts of a create."""


def never_settled() -> bool:
    """Know nothing about a create."""
    return False


def create_idempotently(
    post: Callable[[], str],
    found: Found | None,
    wait: Callable[[float], None],
    check_delays_s: Sequence[float] = CHECK_DELAYS_S,
    is_settled: Callable[[], bool] = never_settled,
) -> str:
    """Return the id of the created record, from `post` or, after a lost response, from `found`.

    `check_delays_s` are the seconds to `wait` before each search; `is_settled` says after a search without result if
    the create was certainly not applied. Raises what `post` raises: UncertainWrite if there is no `found`, or if the
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
            made = _poll_created(found, wait, check_delays_s, never_settled if uncertain.succeeded else is_settled)
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
    found: Found, wait: Callable[[float], None], check_delays_s: Sequence[float], is_settled: Callable[[], bool]
) -> str | None:
    for pause in check_delays_s:
        wait(pause)
        made = found()
        if made is not None or is_settled():
            return made
    return None


def no_wait(_: float) -> None:
    """Do not wait."""
