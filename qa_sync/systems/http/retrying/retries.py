"""Decides whether a request is retried, and sends it: with rate limits, safe retries and redirects of reads.

A read or an idempotent write is retried when its response is lost. A create is retried only if the system cannot have
processed it; `qa_sync.systems.rest.uncertain_writes` handles the other creates.
"""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeAlias
from urllib.parse import quote

import httpx
from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from qa_sync.clock import Clock
from qa_sync.systems.http.failures import (
    GATEWAY_STATUSES,
    NOT_SENT_ERRORS,
    ResponseLimitExceeded,
    TokenUnavailable,
    is_invalid_request,
)
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.http.redirects import MAX_REDIRECTS, follow_redirect, is_same_origin
from qa_sync.systems.http.request_extensions import (
    ATTEMPTS_HEADER,
    CONNECT_ATTEMPTS,
    IDEMPOTENT,
    OTHER_HOST,
    REDIRECTED,
    REDIRECTED_HEADER,
)
from qa_sync.systems.http.retrying.backoff import SharedBackoff
from qa_sync.systems.http.retrying.retry_policy import TOO_MANY_REQUESTS, RetryPolicy, RetryRule
from qa_sync.systems.http.retrying.silence_limit import SilenceLimit, SystemGivenUp
from qa_sync.systems.http.retrying.waits import WaitReporter
from qa_sync.systems.redaction import Redactor
from qa_sync.values.json_text import LARGE_BYTES

JSON_SEQUENCE_TYPES: Final = ("ndjson", "jsonl", "json-seq", "stream+json")
"""Parts of content types that hold a sequence of JSON values."""

CHECKER: Final = Decoder(Raw)
"""Checks JSON without reading its values, which takes no memory."""

Outcome: TypeAlias = httpx.Response | httpx.RequestError


class RetryTransport(Struct, httpx.BaseTransport, frozen=True):
    """Sends requests to one system, by `authenticated` to the system itself, by `anonymous` to other hosts.

    Redirects of reads are followed within the system, and to the hosts `redirects`. `rng` adds jitter to the delays,
    which grow with the failures in a row of the whole system (`backoff`). Closing it closes nothing: the connections
    belong to the `LiveConnection`.
    """

    authenticated: httpx.BaseTransport
    anonymous: httpx.BaseTransport
    rate_limiter: RateLimiter
    clock: Clock
    redact: Redactor
    backoff: SharedBackoff
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    rng: random.Random = field(default_factory=random.Random)
    silence_limit: SilenceLimit = field(default_factory=SilenceLimit)
    redirects: frozenset[str] = frozenset()
    waits: WaitReporter | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response, with its body read, after retries and redirects."""
        request.read()
        home, current = None if request.extensions.get(OTHER_HOST) else request.url, request
        response = self._send_with_retries(current, self._transport_for(home, current.url))
        response.headers.pop(REDIRECTED_HEADER, None)
        for _ in range(MAX_REDIRECTS):
            redirect = follow_redirect(current, response, self.redact, home, self.redirects)
            if redirect is None:
                return response
            current = redirect
            request.extensions[REDIRECTED] = where = str(current.url.copy_with(query=None))
            response = self._send_with_retries(current, self._transport_for(home, current.url))
            response.headers[REDIRECTED_HEADER] = quote(where, safe=":/[]@%")
        return response

    def _transport_for(self, home: httpx.URL | None, url: httpx.URL) -> httpx.BaseTransport:
        return self.authenticated if home is not None and is_same_origin(home, url) else self.anonymous

    def _send_with_retries(self, request: httpx.Request, transport: httpx.BaseTransport) -> httpx.Response:
        attempt, sent_at = 1, self.clock.now()
        while self._should_retry(request, outcome := self._send_once(request, transport), attempt):
            self._wait_before_retry(request, outcome, attempt, sent_at)
            attempt, sent_at = attempt + 1, self.clock.now()
        if isinstance(outcome, httpx.Response) and outcome.status_code not in GATEWAY_STATUSES:
            self.backoff.note_response()
        if isinstance(outcome, httpx.RequestError):
            raise outcome
        if attempt > 1:
            outcome.headers[ATTEMPTS_HEADER] = str(attempt)
        return outcome

    def _wait_before_retry(self, request: httpx.Request, outcome: Outcome, attempt: int, sent_at: datetime) -> None:
        """Wait as long as the system, or its token server, asks for; while nothing succeeds, all requests wait."""
        rule = self.retry_policy.rule(request, outcome.status_code if isinstance(outcome, httpx.Response) else None)
        response, failures = _response_of(outcome), self.backoff.note_failure(sent_at)
        delay_s = self.retry_policy.pause(rule, response, max(attempt, failures), self.clock.now(), self.rng)
        self._report_wait(rule, response, delay_s, range(attempt + 1, self.retry_policy.attempts_for(rule)))
        left_s = self.silence_limit.remaining_s()
        delay_s = delay_s if left_s is None else min(delay_s, max(left_s, 0))
        if failures > 1 or (response is not None and response.status_code == TOO_MANY_REQUESTS):
            self.rate_limiter.pause_for(delay_s)
        self.clock.sleep(delay_s)

    def _report_wait(self, rule: RetryRule, response: httpx.Response | None, delay_s: float, later: range) -> None:
        """Report a wait; `later` are the attempts after the next one."""
        if self.waits:
            now = self.clock.now()
            pauses = (self.retry_policy.pause(rule, response, attempt, now, self.rng) for attempt in later)
            self.waits.report(response, delay_s, delay_s + sum(pauses), now)

    def _send_once(self, request: httpx.Request, transport: httpx.BaseTransport) -> Outcome:
        with self.rate_limiter.acquire():
            try:
                self.silence_limit.shorten(request)
                response = transport.handle_request(request)
                try:
                    response.read()
                finally:
                    response.close()
            except httpx.RequestError as error:
                return error
        if response.status_code not in GATEWAY_STATUSES:
            self.silence_limit.responded()
        return response

    def _should_retry(self, request: httpx.Request, outcome: Outcome, attempt: int) -> bool:
        status = outcome.status_code if isinstance(outcome, httpx.Response) else None
        rule = self.retry_policy.rule(request, status)
        is_final = is_invalid_request(outcome) or isinstance(outcome, ResponseLimitExceeded | SystemGivenUp)
        if attempt >= self.retry_policy.attempts_for(rule) or is_final:
            return False
        if isinstance(outcome, NOT_SENT_ERRORS) and _response_of(outcome) is None:
            limit: int | None = request.extensions.get(CONNECT_ATTEMPTS)
            return limit is None or attempt < limit
        if status == TOO_MANY_REQUESTS or isinstance(outcome, NOT_SENT_ERRORS):
            return True  # the request was not processed
        if not request.extensions.get(IDEMPOTENT, request.method != "POST"):
            return False
        if not isinstance(outcome, httpx.Response):
            return True
        return status in GATEWAY_STATUSES or rule.retries is not None or _is_truncated(request, outcome)


def _response_of(outcome: Outcome) -> httpx.Response | None:
    """Return the response of the system or of its token server; None if there is none."""
    if isinstance(outcome, TokenUnavailable):
        return outcome.response
    return outcome if isinstance(outcome, httpx.Response) else None


def _is_truncated(request: httpx.Request, response: httpx.Response) -> bool:
    """Return whether the body of a read begins as JSON but is cut off; a sequence of JSON values is not."""
    body = response.content.strip()
    if any(name in response.headers.get("content-type", "") for name in JSON_SEQUENCE_TYPES):
        return False
    if not response.is_success or request.method not in {"GET", "POST"} or body[:1] not in {b"{", b"["}:
        return False
    try:
        return _is_cut(body)
    except RecursionError:  # nested too deeply, which a retry does not change
        return False


def _is_cut(body: bytes) -> bool:
    """Return whether a body is not JSON; raises RecursionError."""
    with suppress(ValueError):
        CHECKER.decode(body)
        return False
    if len(body) > LARGE_BYTES:
        return body[-1:] not in {b"}", b"]"}
    with suppress(ValueError):
        json.loads(body)  # reads some texts that the checker refuses
        return False
    return True
