"""A create whose response was lost, while it is not known yet whether it was applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING

from qa_sync.clock import Clock
from qa_sync.errors import UncertainWrite
from qa_sync.systems.http.retrying.retry_policy import CHECK_DELAYS_S
from qa_sync.systems.rest.uncertain_writes import LEAST_PAUSE_S, Found, Unsettled, create_idempotently, nothing_known

if TYPE_CHECKING:
    from qa_sync.systems.rest.create_evidence import WatchedCreate


class UnsettledCreate(UncertainWrite):
    """A create that got no response at `lost_at`, and that the system may still apply, or list later.

    The caller searches for the record, now or later, and creates it again only when it is settled.
    `check_delays_s` are the seconds between the searches, `unsettled_s` may tell sooner; `clock` measures and waits.
    """

    def __init__(
        self,
        uncertain: UncertainWrite,
        clock: Clock,
        *,
        lost_at: datetime | None = None,
        check_delays_s: Sequence[float] = CHECK_DELAYS_S,
        unsettled_s: Unsettled = nothing_known,
    ) -> None:
        super().__init__(uncertain.message, succeeded=uncertain.succeeded, hint=uncertain.hint)
        self._clock = clock
        self._lost_at = lost_at or clock.now()
        self._dues_s = tuple(accumulate(check_delays_s))
        self._unsettled_s = nothing_known if uncertain.succeeded else unsettled_s
        self.wait: Callable[[float], None] = clock.sleep

    def now(self) -> datetime:
        """Return the time at which a search begins."""
        return self._clock.now()

    def next_search_s(self, searched_at: datetime) -> float | None:
        """Return, after a search without result that began at `searched_at`, the seconds until the next one is due.

        None when there is nothing more to wait for: the record was not created, or is never listed.
        """
        left_s = self._unsettled_s()
        searched_s = (searched_at - self._lost_at).total_seconds()
        due_s = next((each for each in self._dues_s if each > searched_s), None)
        if left_s is None or due_s is None:
            return None
        age_s = (self._clock.now() - self._lost_at).total_seconds()
        return max(min(due_s - age_s, left_s), LEAST_PAUSE_S)


def create_once(
    post: Callable[[], str],
    found: Found | None,
    clock: Clock,
    check_delays_s: Sequence[float],
    watched: WatchedCreate | None = None,
) -> str:
    """Return the id of the record that `post` creates; a lost response is followed up by `found`.

    Without it, raises UnsettledCreate for a lost response. `watched` is `post` where evidence of it is kept.
    """
    unsettled_s = watched.unsettled_s if watched else nothing_known
    post = watched or post
    if found is not None:
        looking = watched.looking(found) if watched else found
        return create_idempotently(post, looking, clock.sleep, check_delays_s, unsettled_s)
    try:
        return post()
    except UncertainWrite as error:
        uncertain = error
    raise UnsettledCreate(uncertain, clock, check_delays_s=check_delays_s, unsettled_s=unsettled_s)
