"""How long to wait before asking again.

Source: RFC 9110 10.2.3; facts/SESAM.md 1.1 (`rate_limiting_retries`, `rate_limiting_delay`, `retry_strategy`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from msgspec import Struct, field

from qa_sync.systems.connectors.connection_options import DEFAULT, LIMITING, READS, WRITES
from qa_sync.systems.http.failures import GATEWAY_STATUSES
from qa_sync.systems.http.request_extensions import IDEMPOTENT, RATE_LIMITING
from qa_sync.values.form import Json

CHECK_DELAYS_S: Final = (1.0, 2.0, 4.0, 8.0)
"""Before each look: a system that lost its answer may be at work still, and its lists may be late."""
TOO_MANY_REQUESTS: Final = int(httpx.codes.TOO_MANY_REQUESTS)
WRITE_METHODS: Final = frozenset({"PUT", "PATCH", "DELETE"})


class RetryRule(Struct, frozen=True):
    """What a connector says of one status: how often it is asked again, and after how many seconds (None: as ever)."""

    retries: int | None = None
    delay_s: float | None = None

    def or_else(self, other: RetryRule) -> RetryRule:
        """Return what this rule says, and the other where this one says nothing."""
        return RetryRule(
            other.retries if self.retries is None else self.retries,
            other.delay_s if self.delay_s is None else self.delay_s,
        )


NO_RULE: Final = RetryRule()


class RetryPolicy(Struct, frozen=True):
    """How often and how slowly: `attempts` in all, pauses that grow from `first_delay_s` to `max_backoff_s`.

    What a system asks for is granted up to `max_delay_s`; `check_delays_s` are the pauses before each look for what a
    write without an answer has done. `rules` are a connector's, of reads by status, `write_rules` those of writes.
    """

    attempts: int = 8
    first_delay_s: float = 0.5
    growth: float = 2.0
    max_backoff_s: float = 8.0
    max_delay_s: float = 60.0
    check_delays_s: Sequence[float] = CHECK_DELAYS_S
    rules: Mapping[int, RetryRule] = field(default_factory=dict)
    write_rules: Mapping[int, RetryRule] = field(default_factory=dict)

    def rule(self, request: httpx.Request, status: int | None) -> RetryRule:
        """Return what is said of a request that was answered so (None: not at all); its operation is asked first."""
        is_write = request.method in WRITE_METHODS or request.extensions.get(IDEMPOTENT) is False
        rule = (self.write_rules if is_write else self.rules).get(status or 0, NO_RULE)
        if status != TOO_MANY_REQUESTS:
            return rule
        retries, delay_s = request.extensions.get(RATE_LIMITING, (None, None))
        return RetryRule(_count(retries), _seconds(delay_s)).or_else(rule)

    def attempts_for(self, rule: RetryRule) -> int:
        """Return how often a request is sent for whose answers a rule holds."""
        return self.attempts if rule.retries is None else rule.retries + 1

    def pause(
        self, rule: RetryRule, response: httpx.Response | None, attempt: int, now: datetime, rng: random.Random
    ) -> float:
        """Return how many seconds to wait after that attempt (from 1): as the system says, else longer each time."""
        backoff = min(self.first_delay_s * self.growth ** (attempt - 1), self.max_backoff_s)
        jitter = 0.5 + rng.random() / 2  # so that those who failed together do not come back together
        if response is None:
            return backoff * jitter
        asked = retry_after(response.headers.get("retry-after", ""), now)
        if asked is None:
            return backoff * jitter if rule.delay_s is None else min(rule.delay_s, self.max_delay_s)
        return min(asked, self.max_delay_s) + self.first_delay_s * (1 - jitter)


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` means, None when it means nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())


def read_retry_policy(settings: Mapping[str, Json]) -> RetryPolicy:
    """Return the patience that a connector asks for; what it does not say is as ever."""
    told_of = settings.get("retry_strategy") or {}
    strategy = [
        (status, told_of[key])
        for key in sorted(told_of, key=DEFAULT.__ne__)  # it comes first: whoever is named wins over it
        for status in _statuses(key)
        if isinstance(told_of[key], Mapping)
    ]
    reads, writes = ({status: _rule(told, names) for status, told in strategy} for names in (READS, WRITES))
    limiting = _rule(settings, LIMITING)
    for rules in (reads, writes) if limiting != NO_RULE else ():
        rules[TOO_MANY_REQUESTS] = limiting.or_else(rules.get(TOO_MANY_REQUESTS, NO_RULE))
    return RetryPolicy(rules=reads, write_rules=writes)


def _rule(told: Mapping[str, Json], names: tuple[str, str]) -> RetryRule:
    retries, delay_s = names
    return RetryRule(_count(told.get(retries)), _seconds(told.get(delay_s)))


def _statuses(key: str) -> list[int]:
    """Return the statuses of a key: `500`, `500,502`, `400-428`; those of `default` are what is asked again at all."""
    if key == DEFAULT:
        return [TOO_MANY_REQUESTS, *GATEWAY_STATUSES]
    spans = [part.partition("-") for part in key.split(",")]
    return [
        status
        for low, _, high in spans
        if low.strip().isdecimal() and (high or low).strip().isdecimal()
        for status in range(int(low), min(int(high or low), 599) + 1)
    ]


def _count(told: Json) -> int | None:
    return int(told) if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None


def _seconds(told: Json) -> float | None:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) and told >= 0 else None
