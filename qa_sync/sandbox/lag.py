"""A table with delayed lists: a list shows a write after a delay; a read by id or key is always fresh."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from qa_sync.sandbox.store import Doc, Keys, Store, Table

NONE = timedelta(0)


class LateTable(Table):
    """Documents of saved_id kind, and their versions before the writes of the last `lag`.

    `now` returns the time on the same clock as the times at which documents are saved.
    """

    def __init__(self, store: Store, kind: str, keys: Keys, now: Callable[[], datetime], lag: timedelta) -> None:
        super().__init__(store, kind, keys)
        self._now = now
        self._lag = lag
        self._before: deque[tuple[datetime, str, Doc | None]] = deque()

    def save(self, id: object, doc: Doc, at: datetime) -> None:
        """Add or replace a document; keep the previous version."""
        self._save_before(id)
        super().save(id, doc, at)

    def remove(self, id: object) -> None:
        """Remove a document; keep the previous version."""
        self._save_before(id)
        super().remove(id)

    def delayed(self, share: float = 1.0) -> list[Doc]:
        """Return the documents as of `share` of the lag ago, oldest first; those removed since come last."""
        known = {str(doc["id"]): doc for doc in self.all()}
        since = self._now() - self._lag * share
        # Latest first, so that of several writes the earliest decides.
        for at, saved_id, doc in reversed(self._before):
            if at > since and doc is None:
                known.pop(saved_id, None)
            elif at > since and doc is not None:
                known[saved_id] = doc
        return list(known.values())

    def _save_before(self, id: object) -> None:
        if self._lag == NONE:
            return
        now = self._now()
        while self._before and self._before[0][0] <= now - self._lag:
            self._before.popleft()
        self._before.append((now, str(id), self.get(id)))
