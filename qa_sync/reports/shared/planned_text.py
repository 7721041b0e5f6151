"""What is said before the first write to live systems: how many records, and how long it will take."""

from __future__ import annotations

from math import ceil

from qa_sync.reports.shared.wording import time_span


def planned_run(records: int, *, usual_s: float, longest_s: float, interval_s: float) -> str:
    """Return the number of records of a run, and its planned time in seconds.

    The time is `usual_s` when each change arrives within `interval_s`, and `longest_s` when every wait ends at its
    timeout.
    """
    cycles = ceil(usual_s / interval_s)
    return (
        f"{_counted(records, 'record')} The run takes about {time_span(usual_s)} ({cycles} cycles of the sync) if "
        f"each change arrives within {interval_s:g} s (`interval` of the settings), and at most about "
        f"{time_span(longest_s)}."
    )


def planned_sync(writes: int, reading_s: float) -> str:
    """Return the number of writes of a sync, and how long its reads took in seconds."""
    return (
        f"{_counted(writes, 'write')} Reading the systems took {time_span(reading_s)}; the writes come on top of that."
    )


def planned_cleanup(records: int, wait_s: float) -> str:
    """Return the number of records of a cleanup, and how long it waits for late counterparts in seconds."""
    return f"{_counted(records, 'record')} Waiting for late counterparts takes at most {time_span(ceil(wait_s))}."


def _counted(number: int, noun: str) -> str:
    return f"This is 1 {noun}." if number == 1 else f"These are {number} {noun}s."
