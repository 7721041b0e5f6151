"""How long to wait before asking again.

Source: RFC 9110 10.2.3; facts/SESAM.md 1.1 (`rate_limiting_retries`, `rate_limiting_delay`, `retry_strategy`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from qa_sync.systems.once import PAUSES_S
from qa_sync.values.form import Json

TOO_MANY: Final = int(httpx.codes.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a connector says of one status: how often it is asked again, and after how many seconds (None: as ever)."""

    retries: int | None = None
    delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how slowly: `attempts` in all, pauses that grow from `first_s` to `slowest_s`.

    What a system asks for is granted up to `longest_s`; `looks_s` are the pauses before each look for what a write
    without an answer has done.
    """

    attempts: int = 8
    first_s: float = 0.5
    growth: float = 2.0
    slowest_s: float = 8.0
    longest_s: float = 60.0
    looks_s: Sequence[float] = PAUSES_S
    rules: Mapping[int, Rule] = field(default_factory=dict)

    def attempts_for(self, status: int | None) -> int:
        """Return how often a request is sent that is always answered so (None: not at all)."""
        rule = self.rules.get(status or 0)
        return self.attempts if rule is None or rule.retries is None else rule.retries + 1

    def pause(self, response: httpx.Response | None, attempt: int, now: datetime, dice: random.Random) -> float:
        """Return how many seconds to wait after that attempt (from 1): as the system says, else longer each time."""
        backoff = min(self.first_s * self.growth ** (attempt - 1), self.slowest_s)
        jitter = 0.5 + dice.random() / 2  # so that those who failed together do not come back together
        if response is None:
            return backoff * jitter
        asked = retry_after(response.headers.get("retry-after", ""), now)
        if asked is None:
            rule = self.rules.get(response.status_code)
            return backoff * jitter if rule is None or rule.delay_s is None else min(rule.delay_s, self.longest_s)
        return min(asked, self.longest_s) + self.first_s * (1 - jitter)


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` means, None when it means nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())


def patience_of(settings: Mapping[str, Json]) -> Patience:
    """Return the patience that a connector asks for; what it does not say is as ever."""
    rules = {
        status: Rule(_count(told.get("max_read_retries")), _count(told.get("read_retry_delay")))
        for key, told in (settings.get("retry_strategy") or {}).items()
        for status in _statuses(key)
        if isinstance(told, Mapping)
    }
    retries, delay = _count(settings.get("rate_limiting_retries")), _count(settings.get("rate_limiting_delay"))
    if retries is not None or delay is not None:
        rules[TOO_MANY] = Rule(retries, delay)
    return Patience(rules=rules)


def _statuses(key: str) -> list[int]:
    """Return the statuses of a key: `500`, `500,502`, `400-428`; those of `default` are what is asked again at all."""
    if key == "default":
        return [TOO_MANY, 502, 503, 504]
    spans = [part.partition("-") for part in key.split(",")]
    return [
        status
        for low, _, high in spans
        if low.strip().isdecimal() and (high or low).strip().isdecimal()
        for status in range(int(low), min(int(high or low), 599) + 1)
    ]


def _count(told: Json) -> int | None:
    return int(told) if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None
