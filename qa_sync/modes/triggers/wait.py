"""`wait`: the sync runs by itself; the trigger only waits."""

from __future__ import annotations

from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext


def wait(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return a function that waits for one interval."""
    return lambda: context.clock.sleep(context.sync.interval_s)
