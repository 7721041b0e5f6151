"""The difference of two clocks is learned from bounds, whenever between two reads the changes are made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from traffic import START

from qa_sync.observe.storage.clocks import SystemClocks
from qa_sync.observe.storage.state import ObserveState

EVERY_S = 30


def learned(moments: list[float], ahead_s: float) -> SystemClocks:
    """Return the clocks after changes at moments, in seconds, of a system whose clock is ahead; read every 30 s."""
    clocks = SystemClocks(ObserveState(":memory:"))
    for moment in moments:
        last = START + timedelta(seconds=moment // EVERY_S * EVERY_S)
        stamp = START + timedelta(seconds=moment + ahead_s)
        clocks.note("A", stamp, last, last + timedelta(seconds=EVERY_S))
    return clocks


FIXED = [20 * number + 1.0 for number in range(120)]
RANDOM = [37.3 * number for number in range(120)]


@pytest.mark.parametrize("moments", [FIXED[:1], FIXED[:3], FIXED, RANDOM, [30 * n + 29.5 for n in range(50)]])
@pytest.mark.parametrize("ahead_s", [-300.0, -20.0, -3.0, 0.0, 2.0, 40.0])
def test_the_true_difference_is_within_the_doubt(moments: list[float], ahead_s: float) -> None:
    clocks = learned(moments, ahead_s)
    wrong = abs(clocks.offset("A").total_seconds() - ahead_s)
    assert wrong <= clocks.doubt("A").total_seconds() + 0.001


def test_a_clock_that_may_be_right_counts_as_right_whatever_the_rhythm_of_the_sync() -> None:
    assert learned(FIXED, 0).offset("A") == timedelta(0)
    assert learned(FIXED, 0).doubt("A") <= timedelta(seconds=EVERY_S)


def test_more_changes_leave_less_doubt() -> None:
    assert learned(RANDOM, 40).doubt("A") < learned(RANDOM[:3], 40).doubt("A")
    assert learned(RANDOM, 40).doubt("A") < timedelta(seconds=5)


def test_a_single_change_that_is_listed_late_spoils_nothing() -> None:
    clocks = learned(RANDOM[:90], 0)
    last = START + timedelta(hours=2)
    clocks.note("A", last - timedelta(minutes=10), last, last + timedelta(seconds=EVERY_S))
    assert clocks.offset("A") == timedelta(0)


def test_a_clock_of_which_nothing_is_known_is_right() -> None:
    clocks = SystemClocks(ObserveState(":memory:"))
    assert (clocks.offset("A"), clocks.doubt("A")) == (timedelta(0), timedelta(0))
