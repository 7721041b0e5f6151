"""What the triggers that call a URL share: one client, a bearer token, and errors without the token in them."""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, SystemUnreachable, UsageError
from qa_sync.settings.model import SyncSettings, read_environment
from qa_sync.systems.http.rate_limits import RateLimiter
from qa_sync.systems.http.request_extensions import IDEMPOTENT
from qa_sync.systems.http.retries import RetryTransport
from qa_sync.systems.http.retry_policy import RetryPolicy
from qa_sync.systems.http.transport import TransportOptions, live_transport
from qa_sync.systems.redaction import Redactor, url_secrets
from qa_sync.values.form import Json

SHOWN = 200
RETRY_POLICY = RetryPolicy(attempts=4)
"""It is called again and again in a run: who is not there is not waited for as long as a system is."""


class TriggerClient:
    """Calls the url of `[sync]`, and what is below it; raises UsageError when its token is not in the environment.

    `redact` is the run's, and learns the token and what is confidential in the url; `clock` is waited on before what
    was not answered well is asked again: what only reads, and what was certainly not heard.
    """

    def __init__(self, sync: SyncSettings, timeout_s: float, redact: Redactor, clock: Clock) -> None:
        names = {"token": sync.token} if sync.token else {}
        token = read_environment(names, os.environ, "the trigger in [sync]").get("token")
        self._url = (sync.url or "").rstrip("/")
        if token and not (token.isascii() and token.isprintable() and token == token.strip()):
            hint = "is there a blank, a line's end or a letter that is not ASCII in it?"
            raise UsageError(f"the trigger in [sync]: ${sync.token} holds no token that a header can carry", hint=hint)
        redact.add_secrets(token or "", *url_secrets(self._url))
        self.redact = redact
        transport = live_transport(TransportOptions("the trigger in [sync]"), redact)
        self._transport = transport
        self._client = httpx.Client(
            transport=RetryTransport(transport, transport, RateLimiter(clock), clock, redact, RETRY_POLICY),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx.Timeout(timeout_s, connect=20),
            trust_env=False,
        )

    def call(
        self, method: str, path: str = "", form: Mapping[str, str] | None = None, *, reads: bool = False
    ) -> httpx.Response:
        """Return the answer, whatever its status; raises SystemUnreachable when there is none."""
        try:
            return self._client.request(
                method, self._url + path, data=dict(form) if form else None, extensions={IDEMPOTENT: reads}
            )
        except httpx.RequestError as error:
            raise SystemUnreachable(
                self.redact(f"the sync at {self._url + path} did not answer: {str(error) or type(error).__name__}"),
                hint="is the url in [sync] right, and can it be reached from here?",
            ) from None

    def rejection(self, response: httpx.Response) -> InvalidResponse:
        """Return the error about an answer that is no success."""
        said = response.content.decode("utf-8", "replace")
        text = self.redact(said)[:SHOWN]  # whole: a secret cut in two would not be known
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
        asked = response.request
        return InvalidResponse(
            f"the sync: {asked.method} {self.redact(str(asked.url))}: {response.status_code} {shown}"
        )

    def json(self, response: httpx.Response) -> Json:
        """Return the body of a success; raises InvalidResponse for anything else."""
        if not response.is_success:
            raise self.rejection(response)
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise self.rejection(response) from None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()
        self._transport.close()
