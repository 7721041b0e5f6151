"""`wait`: the sync runs by itself, wherever it is; it is only given time."""

from __future__ import annotations

from qa_sync.modes.triggers.context import Between, Surroundings, Work


def wait(around: Surroundings, _between: Between) -> Work:
    """Return what lets a cycle's time pass."""
    return lambda: around.clock.sleep(around.sync.interval_s)
