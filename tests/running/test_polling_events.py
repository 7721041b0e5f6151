"""The events of a wait."""

from __future__ import annotations

from itertools import pairwise

from running_world import World

from qa_sync.running.events import Looked, StepStarted


def never(_world: World) -> None:
    """Do nothing."""


def test_a_wait_reports_each_poll_but_the_last() -> None:
    events = list(World(sync=never).events())
    began = next(n for n, event in enumerate(events) if isinstance(event, Looked))
    first = events[began]
    assert isinstance(first, Looked)
    assert f"wait for {first.what}" in [event.text for event in events[:began] if isinstance(event, StepStarted)]
    wait = [e for e in events[began:] if isinstance(e, Looked) and e.what == first.what]
    wait = wait[: next((n for n, (one, other) in enumerate(pairwise(wait), 1) if other.look == 1), len(wait))]
    assert [look.look for look in wait] == list(range(1, len(wait) + 1))
    assert all(one.waited_s < other.waited_s < other.timeout_s for one, other in pairwise(wait))


def test_a_change_found_by_the_first_poll_needs_no_wait() -> None:
    assert not any(isinstance(event, Looked) for event in World().events())
