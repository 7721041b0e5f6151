"""The HTTP client of the triggers: a bearer token, and errors with the token redacted."""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, SystemUnreachable, UsageError
from qa_sync.settings.model import SyncSettings, read_environment
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.http.redirects import INVALID_REDIRECT
from qa_sync.systems.http.request_extensions import IDEMPOTENT
from qa_sync.systems.http.response_limits import LimitedTransport, ResponseLimits
from qa_sync.systems.http.retrying.backoff import SharedBackoff
from qa_sync.systems.http.retrying.retries import RetryTransport
from qa_sync.systems.http.retrying.retry_policy import RetryPolicy
from qa_sync.systems.http.transport import TransportOptions, live_transport
from qa_sync.systems.redaction import Redactor, redacted_text, url_secrets
from qa_sync.systems.secret_values import reject_ordinary_secrets
from qa_sync.values.form import Json

SHOWN = 200
LIMITS = ResponseLimits(max_seconds=24 * 3600)
"""A trigger may respond when the sync is complete; `timeout` in `[sync]` limits the wait for each part."""
RETRY_POLICY = RetryPolicy(attempts=4)
"""Fewer attempts than for a system, because a run calls the trigger repeatedly."""


class TriggerClient:
    """Calls the url of `[sync]` and paths below it; raises UsageError when its token is not in the environment.

    The token and confidential parts of the url are added to `redact`; `clock` is used to wait before a retry. Only
    reads, and requests that certainly did not reach the server, are retried.
    """

    def __init__(self, sync: SyncSettings, timeout_s: float, redact: Redactor, clock: Clock) -> None:
        names = {"token": sync.token} if sync.token else {}
        token = read_environment(names, os.environ, "the trigger in [sync]").get("token")
        self._url = (sync.url or "").rstrip("/")
        if token and not (token.isascii() and token.isprintable() and token == token.strip()):
            hint = "does it contain a space, a line break or a non-ASCII character?"
            raise UsageError(f"the trigger in [sync]: ${sync.token} is not a valid token for an HTTP header", hint=hint)
        if token:
            reject_ordinary_secrets("the trigger in [sync]", {"token": token})
        redact.add_secrets(token or "", *url_secrets(self._url))
        self.redact = redact
        transport = LimitedTransport(live_transport(TransportOptions("the trigger in [sync]"), redact), LIMITS)
        self._transport = transport
        self._client = httpx.Client(
            transport=RetryTransport(
                transport, transport, RateLimiter(clock), clock, redact, SharedBackoff(clock), retry_policy=RETRY_POLICY
            ),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(timeout_s, connect=20),
            trust_env=False,
        )

    def call(
        self, method: str, path: str = "", form: Mapping[str, str] | None = None, *, reads: bool = False
    ) -> httpx.Response:
        """Return the response with any status; raises SystemUnreachable when there is none."""
        try:
            return self._client.request(
                method, self._url + path, data=dict(form) if form else None, extensions={IDEMPOTENT: reads}
            )
        except (httpx.RequestError, *INVALID_REDIRECT) as error:
            raise SystemUnreachable(
                self.redact(f"the sync at {self._url + path} did not respond: {str(error) or type(error).__name__}"),
                hint="check the url in [sync], and that this machine can reach it",
            ) from None

    def rejection(self, response: httpx.Response) -> InvalidResponse:
        """Return the error for a response without a success status."""
        # Redact before the cut: half a secret would not be recognized.
        text = redacted_text(self.redact, response.content)[:SHOWN]
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
        request = response.request
        return InvalidResponse(
            f"the sync: {request.method} {self.redact(str(request.url))}: {response.status_code} {shown}"
        )

    def json(self, response: httpx.Response) -> Json:
        """Return the body of a success response; raises InvalidResponse for any other response."""
        if not response.is_success:
            raise self.rejection(response)
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self.rejection(response) from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._transport.close()
