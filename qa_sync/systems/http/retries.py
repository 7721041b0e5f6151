"""How a live system is asked: in turn, again after a while when that does no harm, and where it sends its readers.

What a request without an answer may have done decides: a read, or a write that does the same when done twice, is sent
again; a create is sent again only when the system cannot have acted on it (`qa_sync.systems.rest.uncertain_writes`
does the rest).
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import httpx

from qa_sync.clock import Clock
from qa_sync.systems.http.failures import NEVER_SENT, UNCLEAR, NoTokenYet, cannot_be_sent
from qa_sync.systems.http.rate_limits import Limits
from qa_sync.systems.http.redirects import MOST_HOPS, next_hop, same_place
from qa_sync.systems.http.request_extensions import ATTEMPTS_HEADER, REPEATABLE, STRANGER
from qa_sync.systems.http.retry_policy import TOO_MANY, Patience
from qa_sync.systems.redaction import Hider

SEVERAL: Final = ("ndjson", "jsonl", "json-seq", "stream+json")
"""How content types call JSON after JSON."""

Outcome: TypeAlias = httpx.Response | httpx.RequestError


@dataclass(frozen=True, slots=True)
class PoliteTransport(httpx.BaseTransport):
    """Asks one system; `signed` goes to it with credentials, `plain` anywhere without; threads may share it.

    `dice` spread the pauses. Closing it closes nothing: the connections belong to the `Line`.
    """

    signed: httpx.BaseTransport
    plain: httpx.BaseTransport
    limits: Limits
    clock: Clock
    hide: Hider
    patience: Patience = field(default_factory=Patience)
    dice: random.Random = field(default_factory=random.Random)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, read whole, of the last place that a read was sent on to."""
        request.read()
        home, going = None if request.extensions.get(STRANGER) else request.url, request
        response = self._asked(going, self._door(home, going.url))
        for _ in range(MOST_HOPS):
            hop = next_hop(going, response, self.hide)
            if hop is None:
                return response
            going = hop
            response = self._asked(going, self._door(home, going.url))
        return response

    def _door(self, home: httpx.URL | None, url: httpx.URL) -> httpx.BaseTransport:
        return self.signed if home is not None and same_place(home, url) else self.plain

    def _asked(self, request: httpx.Request, door: httpx.BaseTransport) -> httpx.Response:
        attempt = 1
        while self._is_worth_another(request, outcome := self._once(request, door), attempt):
            self._pause(request, outcome, attempt)
            attempt += 1
        if isinstance(outcome, httpx.RequestError):
            raise outcome
        if attempt > 1:
            outcome.headers[ATTEMPTS_HEADER] = str(attempt)
        return outcome

    def _pause(self, request: httpx.Request, outcome: Outcome, attempt: int) -> None:
        """Wait as long as the system, or who gives its tokens, asks for."""
        rule = self.patience.rule(request, outcome.status_code if isinstance(outcome, httpx.Response) else None)
        response = _said(outcome)
        pause = self.patience.pause(rule, response, attempt, self.clock.now(), self.dice)
        if response is not None and response.status_code == TOO_MANY:
            self.limits.close_for(pause)
        self.clock.sleep(pause)

    def _once(self, request: httpx.Request, door: httpx.BaseTransport) -> Outcome:
        with self.limits.turn():
            try:
                response = door.handle_request(request)
                try:
                    response.read()
                finally:
                    response.close()
            except httpx.RequestError as error:
                return error
        return response

    def _is_worth_another(self, request: httpx.Request, outcome: Outcome, attempt: int) -> bool:
        status = outcome.status_code if isinstance(outcome, httpx.Response) else None
        rule = self.patience.rule(request, status)
        if attempt >= self.patience.attempts_for(rule) or cannot_be_sent(outcome):
            return False
        if status == TOO_MANY or isinstance(outcome, NEVER_SENT):
            return True  # nothing has happened yet
        if not request.extensions.get(REPEATABLE, request.method != "POST"):
            return False
        if not isinstance(outcome, httpx.Response):
            return True
        return status in UNCLEAR or rule.retries is not None or _is_cut(request, outcome)


def _said(outcome: Outcome) -> httpx.Response | None:
    """Return what was answered, be it by who gives tokens; None when nothing was."""
    if isinstance(outcome, NoTokenYet):
        return outcome.response
    return outcome if isinstance(outcome, httpx.Response) else None


def _is_cut(request: httpx.Request, response: httpx.Response) -> bool:
    """Tell whether what a read was answered begins as JSON and does not end as such; JSON after JSON is not cut."""
    body = response.content.strip()
    if any(name in response.headers.get("content-type", "") for name in SEVERAL):
        return False
    if not response.is_success or request.method not in {"GET", "POST"} or body[:1] not in {b"{", b"["}:
        return False
    try:
        json.loads(body)
    except ValueError:
        return True
    except RecursionError:  # it is nested without end, and will be next time
        return False
    return False
