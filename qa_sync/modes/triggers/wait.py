"""`wait`: the sync runs by itself, wherever it is; it is only given time."""

from __future__ import annotations

from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext


def wait(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return what lets a cycle's time pass."""
    return lambda: context.clock.sleep(context.sync.interval_s)
