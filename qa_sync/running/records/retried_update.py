"""Updates a record that another client may write at the same time."""

from __future__ import annotations

from collections.abc import Callable

from qa_sync.errors import Conflict
from qa_sync.systems.system import Record

ATTEMPTS = 5
"""Attempts of an edit, because the sync may write between the run's read and write."""


def update_with_retry(read: Callable[[], Record], update: Callable[[Record], Record | None]) -> Record:
    """Update a record and return its previous state; raises Conflict when the record has not changed since."""
    before = read()
    for _ in range(ATTEMPTS - 1):
        try:
            update(before)
        except Conflict:
            new = read()
            if new.data == before.data:
                raise
            before = new
        else:
            return before
    update(before)
    return before
