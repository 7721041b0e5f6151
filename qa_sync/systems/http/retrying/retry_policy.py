"""How many retries a request gets, and their delays; `retries` decides whether it is retried at all.

Source: RFC 9110 10.2.3; docs/explanation/connector-format-facts.rst, "The system".
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

CHECK_DELAYS_S: Final = (0.25, 0.75, 1.0, 2.0, 4.0, 7.0)
"""The delays before each read after a lost response: the write may still be in progress, or lists may lag."""
LIMITED_S: Final = 0.5
"""The least delay before a request that a rate limit has rejected, if the system does not say how long."""
SPREAD_S: Final = 0.5
"""How far the requests are spread that wait as long as the system asks for."""
TOO_MANY_REQUESTS: Final = int(httpx.codes.TOO_MANY_REQUESTS)
WRITE_METHODS: Final = frozenset({"PUT", "PATCH", "DELETE"})


class RetryRule(Struct, frozen=True):
    """A connector's retries and delay in seconds for one status (None: the default)."""

    retries: int | None = None
    delay_s: float | None = None

    def or_else(self, other: RetryRule) -> RetryRule:
        """Return this rule with its missing values taken from the other."""
        return RetryRule(
            other.retries if self.retries is None else self.retries,
            other.delay_s if self.delay_s is None else self.delay_s,
        )


NO_RULE: Final = RetryRule()


class RetryPolicy(Struct, frozen=True):
    """How requests are retried: `attempts` in all, with delays that grow from `first_delay_s` to `max_backoff_s`.

    A delay that the system asks for is limited to `max_delay_s`; `check_delays_s` are the delays before each read that
    looks for the effect of a write whose response was lost. `rules` are the connector's rules for reads by status,
    `write_rules` those for writes.
    """

    attempts: int = 10
    first_delay_s: float = 0.1
    growth: float = 2.0
    max_backoff_s: float = 8.0
    max_delay_s: float = 60.0
    check_delays_s: Sequence[float] = CHECK_DELAYS_S
    rules: Mapping[int, RetryRule] = field(default_factory=dict)
    write_rules: Mapping[int, RetryRule] = field(default_factory=dict)

    def rule(self, request: httpx.Request, status: int | None) -> RetryRule:
        """Return the rule for a request and a status (None: no response); the operation's own settings come first."""
        is_write = request.method in WRITE_METHODS or request.extensions.get(IDEMPOTENT) is False
        rule = (self.write_rules if is_write else self.rules).get(status or 0, NO_RULE)
        if status != TOO_MANY_REQUESTS:
            return rule
        retries, delay_s = request.extensions.get(RATE_LIMITING, (None, None))
        return RetryRule(_count(retries), _seconds(delay_s)).or_else(rule)

    def attempts_for(self, rule: RetryRule) -> int:
        """Return the number of attempts under a rule."""
        return self.attempts if rule.retries is None else rule.retries + 1

    def pause(
        self, rule: RetryRule, response: httpx.Response | None, failures: int, now: datetime, rng: random.Random
    ) -> float:
        """Return the seconds to wait after so many failures in a row: the system's `Retry-After`, else the backoff."""
        backoff = min(self.first_delay_s * self.growth ** min(failures - 1, self.attempts), self.max_backoff_s)
        jitter = 0.5 + rng.random() / 2  # spreads out clients that failed at the same time
        if response is None:
            return backoff * jitter
        if response.status_code == TOO_MANY_REQUESTS:
            backoff = max(backoff, LIMITED_S)
        requested = retry_after(response.headers.get("retry-after", ""), now)
        if requested is None:
            return backoff * jitter if rule.delay_s is None else min(rule.delay_s, self.max_delay_s)
        return min(requested, self.max_delay_s) + SPREAD_S * (1 - jitter)


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds of a `Retry-After` header, or None if it is invalid."""
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())


def read_retry_policy(settings: Mapping[str, Json]) -> RetryPolicy:
    """Return the retry policy of a connector, with defaults for what it does not set."""
    configured = settings.get("retry_strategy") or {}
    strategy = [
        (status, configured[key])
        for key in sorted(configured, key=DEFAULT.__ne__)  # it comes first, so that named statuses override it
        for status in _statuses(key)
        if isinstance(configured[key], Mapping)
    ]
    reads, writes = ({status: _rule(raw, names) for status, raw in strategy} for names in (READS, WRITES))
    limiting = _rule(settings, LIMITING)
    for rules in (reads, writes) if limiting != NO_RULE else ():
        rules[TOO_MANY_REQUESTS] = limiting.or_else(rules.get(TOO_MANY_REQUESTS, NO_RULE))
    return RetryPolicy(rules=reads, write_rules=writes)


def _rule(raw: Mapping[str, Json], names: tuple[str, str]) -> RetryRule:
    retries, delay_s = names
    return RetryRule(_count(raw.get(retries)), _seconds(raw.get(delay_s)))


def _statuses(key: str) -> list[int]:
    """Return the statuses of a key: `500`, `500,502`, `400-428`; `default` stands for all statuses that are retried."""
    if key == DEFAULT:
        return [TOO_MANY_REQUESTS, *GATEWAY_STATUSES]
    spans = [part.partition("-") for part in key.split(",")]
    return [
        status
        for low, _, high in spans
        if low.strip().isdecimal() and (high or low).strip().isdecimal()
        for status in range(int(low), min(int(high or low), 599) + 1)
    ]


def _count(raw: Json) -> int | None:
    return int(raw) if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else None


def _seconds(raw: Json) -> float | None:
    return float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) and raw >= 0 else None
