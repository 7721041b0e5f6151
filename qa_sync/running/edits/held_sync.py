"""Keeps the sync from running between steps that suppose that nothing runs between them."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from qa_sync.checklist.steps import EditBothSides, EditDuringCycle, Expect, Step, WaitCycles
from qa_sync.running.environment import SyncControl


class HeldSync:
    """Holds the sync from the first write or snapshot until the next step that lets it work."""

    def __init__(self, control: SyncControl) -> None:
        self._control = control
        self._exits = ExitStack()
        self._is_held = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._exits.close()

    def before(self, step: Step) -> None:
        """Hold or release the sync for a step."""
        if isinstance(step, Expect | WaitCycles | EditDuringCycle | EditBothSides):  # the last holds it by itself
            self._exits.close()
            self._is_held = False
        elif not self._is_held:
            self._exits.enter_context(self._control.hold())
            self._is_held = True
