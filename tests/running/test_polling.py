from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from qa_sync.clock import VirtualClock
from qa_sync.running.polling import LONGEST_PAUSE_S, PollPolicy, poll

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_first_poll_does_not_wait() -> None:
    clock = VirtualClock(START)
    *_, waited = poll(bool, lambda: True, clock, PollPolicy(120))
    assert (waited.latest, waited.polls, clock.now()) == (True, 1, START)


def test_with_no_timeout_there_is_still_one_poll() -> None:
    *_, waited = poll(bool, lambda: False, VirtualClock(START), PollPolicy(0))
    assert (waited.latest, waited.polls) == (False, 1)


@given(arrives=st.floats(0, 200), timeout=st.floats(0, 150))
def test_a_change_in_time_is_found_and_the_deadline_holds(arrives: float, timeout: float) -> None:
    clock = VirtualClock(START)

    def arrived() -> bool:
        return (clock.now() - START).total_seconds() >= arrives

    *_, waited = poll(bool, arrived, clock, PollPolicy(timeout))
    elapsed = (clock.now() - START).total_seconds()
    assert elapsed <= timeout + 1e-3
    # The clock counts whole microseconds, so the very edge is left out.
    if arrives < timeout - 1e-3:
        assert waited.latest
        assert elapsed <= arrives + LONGEST_PAUSE_S + 1e-3
    if arrives > timeout + 1e-3:
        assert not waited.latest
