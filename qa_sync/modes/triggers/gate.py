"""Keeps the sync and the edits of the run apart: no cycle starts during an edit, and no edit during a cycle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """Cycles and edits exclude each other; several edits, and cycles of several specs, may go on at once.

    An edit that waits goes first, so that cycles that follow each other closely cannot keep it out.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._edits = 0
        self._waiting_edits = 0
        self._cycles = 0

    @contextmanager
    def edit(self) -> Iterator[None]:
        """Wait until no cycle runs, and let none start while the context is open."""
        with self._changed:
            self._waiting_edits += 1
            try:
                self._changed.wait_for(lambda: not self._cycles)
                self._edits += 1
            finally:
                self._waiting_edits -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._edits -= 1
                self._changed.notify_all()

    @contextmanager
    def cycle(self) -> Iterator[None]:
        """Wait until no edit goes on or waits, and let none begin while the context is open."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._edits or self._waiting_edits))
            self._cycles += 1
        try:
            yield
        finally:
            with self._changed:
                self._cycles -= 1
                self._changed.notify_all()
