"""The recorded answers again, through an index, so that a long recording costs no more a request than a short one.

Source: DESIGN 5.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from msgspec import Struct

from qa_sync.systems.http.direct_client import DirectTransport
from qa_sync.systems.recording.cassette_file import CassetteFile, find_cassette_file
from qa_sync.systems.recording.cassettes import CassetteLabel, RecordedInteraction
from qa_sync.systems.recording.nearest_request import RequestKey, canonical_body, describe_nearest
from qa_sync.systems.redaction import HIDDEN, Redactor, redacted_body

ESCAPED: Final = quote(HIDDEN)
SANDBOX_SECRETS: Final = (
    ", in the sandbox, where it is always that day; record the live systems, which qa-sync.toml names"
)


class ExpectedLabel(Struct, frozen=True):
    """What a replay builds on: fingerprints as in TapeLabel; `document` is the spec's path, for the hint."""

    connectors: Mapping[str, str]
    spec: str
    document: str


class Cassette:
    """The recorded requests and answers of one section; `label` tells what they were made with, `requests` how many.

    Confidential values are taken out of everything that is compared with the recording.
    """

    def __init__(
        self,
        cassette_file: CassetteFile,
        label: CassetteLabel,
        played: Iterable[RecordedInteraction],
        secrets: Iterable[str],
    ) -> None:
        self.label = label
        self._cassette_file = cassette_file
        self._redact = Redactor(secrets)
        self._queues: defaultdict[RequestKey, deque[RecordedInteraction]] = defaultdict(deque)
        self.path = cassette_file.path
        self.requests = 0
        for self.requests, one in enumerate(played, 1):
            self._queues[RequestKey(one.method, one.url, canonical_body(one.body))].append(one)

    def play(self, request: httpx.Request) -> httpx.Response:
        """Return the next recorded answer to a request; raises RecordingError that shows the nearest recorded one."""
        asked = self._request_key(request)
        queue = self._queues.get(asked)
        if not queue:
            times = (
                "every answer to it was already played" if queue is not None else describe_nearest(asked, self._queues)
            )
            self._cassette_file.raise_mismatch(f"has no answer to {asked.method} {asked.url}\n  {times}")
        answer = queue.popleft()
        pairs = tuple((name, value) for name, values in answer.headers.items() for value in values)
        headers = _headers(pairs, len(answer.content))
        response = httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.content))
        response.read()
        return response

    def reject_old(self, now: datetime, max_age: timedelta) -> None:
        """Raise RecordingError when the recording was made longer ago than `max_age`."""
        age = now - self.label.started
        if age > max_age:
            days = f"{age.days} days ago" if age.days > 1 else f"{age / timedelta(hours=1):.1f} hours ago"
            why = f"it was made at {self.label.started:%Y-%m-%d %H:%M} UTC, {days}"
            # Recording the sandbox again would not help: it is always that day there.
            self._cassette_file.raise_too_old(f"{why}{SANDBOX_SECRETS}" if self.label.since is None else why)

    def unused_requests(self) -> tuple[str, ...]:
        """Return the recorded requests that were never asked for, as `METHOD url`, in the order of the recording."""
        return tuple(f"{asked.method} {asked.url}" for asked, queue in self._queues.items() for _ in queue)

    def _request_key(self, request: httpx.Request) -> RequestKey:
        # What stands in for a secret is escaped in a url, but not where a secret was taken out of one.
        url = self._redact(str(request.url)).replace(ESCAPED, HIDDEN)
        return RequestKey(request.method, url, canonical_body(redacted_body(self._redact, request.content)))


@lru_cache(maxsize=1000)
def _headers(pairs: tuple[tuple[str, str], ...], length: int) -> httpx.Headers:
    """Return the headers of a response, which takes a copy; a system answers with the same ones again and again."""
    headers = httpx.Headers(pairs)
    if length:
        headers.setdefault("Content-Length", str(length))
    return headers


def load_cassette(path: Path, expect: ExpectedLabel, secrets: Iterable[str] = ()) -> Cassette:
    """Return a recorded tape; `path` is where it stands as JSON, or as YAML in its place.

    Raises RecordingError when it is missing, unreadable, made of something else, or there in both formats.
    """
    cassette_file = find_cassette_file(path, f"qa-sync check {expect.document} --mode record")
    label, played = cassette_file.load()
    for name, fingerprint in expect.connectors.items():
        if (recorded := label.connectors.get(name)) != fingerprint:
            cassette_file.raise_stale(
                f"the connector {name!r} has changed ({recorded or 'absent'} then, {fingerprint} now)"
            )
    if label.spec != expect.spec:
        cassette_file.raise_stale(f"the section has changed ({label.spec} then, {expect.spec} now)")
    return Cassette(cassette_file, label, played, secrets)


class ReplayTransport(DirectTransport):
    """Answers from a tape; there is no network behind it."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the recorded answer; raises RecordingError when there is none."""
        request.read()
        return self._cassette.play(request)
