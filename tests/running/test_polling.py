from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from waited import waited

from qa_sync.clock import VirtualClock
from qa_sync.running.polling import LONGEST_PAUSE_S, PollPolicy, poll

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_first_poll_does_not_wait() -> None:
    clock = VirtualClock(START)
    result = waited(poll(bool, lambda _: True, clock, PollPolicy(120)), clock)
    assert (result.latest, result.polls, clock.now()) == (True, 1, START)


def test_with_no_timeout_there_is_still_one_poll() -> None:
    clock = VirtualClock(START)
    result = waited(poll(bool, lambda _: False, clock, PollPolicy(0)), clock)
    assert (result.latest, result.polls) == (False, 1)


@given(arrives=st.floats(0, 200), timeout=st.floats(0, 150))
def test_a_change_in_time_is_found_and_the_deadline_holds(arrives: float, timeout: float) -> None:
    clock = VirtualClock(START)

    def arrived(at: datetime) -> bool:
        return (at - START).total_seconds() >= arrives

    result = waited(poll(bool, arrived, clock, PollPolicy(timeout)), clock)
    elapsed = (clock.now() - START).total_seconds()
    assert elapsed <= timeout + 1e-3
    # The clock counts whole microseconds, so the very edge is left out.
    if arrives < timeout - 1e-3:
        assert result.latest
        assert elapsed <= arrives + LONGEST_PAUSE_S + 1e-3
    if arrives > timeout + 1e-3:
        assert not result.latest


def polled_at(arrives: float, due: float | None = None, **policy: float) -> list[float]:
    """Return the seconds at which a poll was made, until something arrives."""
    clock, polls = VirtualClock(START), []

    def arrived(at: datetime) -> bool:
        polls.append((at - START).total_seconds())
        return polls[-1] >= arrives

    until = None if due is None else START + timedelta(seconds=due)
    poll_policy = PollPolicy(**{"timeout_s": 120.0, **policy})  # type: ignore[arg-type]
    waited(poll(bool, arrived, clock, poll_policy, due=until), clock)
    return polls


def test_the_first_pauses_may_be_of_one_length() -> None:
    polls = polled_at(28, before_s=10.0, first_pause_s=2.0, even_pauses=5)
    assert polls == [10, 12, 14, 16, 18, 20, 23, 27.5, 34.25]


def test_no_pause_goes_beyond_the_time_at_which_a_change_is_due() -> None:
    assert polled_at(12.5, due=13.0, before_s=10.0, first_pause_s=2.0, even_pauses=5) == [10, 12, 13]
    assert polled_at(3.5, due=4.0, before_s=10.0, first_pause_s=2.0) == [4]
    assert polled_at(14.5, due=13.0, before_s=10.0, first_pause_s=2.0, even_pauses=5) == [10, 12, 13, 15]


def test_a_long_first_pause_does_not_become_shorter() -> None:
    assert polled_at(100, first_pause_s=30.0) == [0, 30, 60, 90, 120]
