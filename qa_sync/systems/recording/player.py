"""Replays recorded responses through an index, so that the time per request does not grow with the recording.

Source: docs/explanation/design.rst, "Recordings".
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.errors import RecordingError
from qa_sync.systems.http.direct_client import DirectTransport, make_response
from qa_sync.systems.recording.cassette_file import CassetteFile, find_cassette_file
from qa_sync.systems.recording.cassettes import CassetteLabel, RecordedInteraction
from qa_sync.systems.recording.nearest_request import RequestKey, canonical_body, describe_nearest
from qa_sync.systems.redaction import HIDDEN, Redactor, redacted_body

ESCAPED: Final = quote(HIDDEN)
SANDBOX_SECRETS: Final = (
    " in the sandbox, whose clock always starts on that day; record the live systems of qa-sync.toml instead"
)


class ExpectedLabel(Struct, frozen=True):
    """What a replay expects: fingerprints as in `CassetteLabel`; `document` are the arguments of `check`, for hints.

    `depths` are the fingerprints of the same section at other depths, with the depth.
    """

    connectors: Mapping[str, str]
    spec: str
    document: str
    depths: Mapping[str, str] = field(default_factory=dict)


class Cassette:
    """The recorded requests and responses of one section; `label` has their inputs, `requests` is their number.

    After `release`, the label has no times.

    Confidential values are redacted in all requests before they are compared with the recording.
    """

    def __init__(
        self,
        cassette_file: CassetteFile,
        label: CassetteLabel,
        interactions: Iterable[RecordedInteraction],
        secrets: Iterable[str],
    ) -> None:
        self.label = label
        self._cassette_file = cassette_file
        self._redact = Redactor(secrets)
        self._queues: defaultdict[RequestKey, deque[RecordedInteraction]] = defaultdict(deque)
        self.path = cassette_file.path
        self.requests = 0
        self._is_loaded = True
        self._digest = b""
        self._index(interactions)

    def release(self) -> None:
        """Free the memory of the interactions and of their times; they are read again when they are needed."""
        if self._is_loaded:
            self._digest = _digest(self.label)
            self._queues.clear()
            self.label = replace(self.label, times=())
            self._is_loaded = False

    def _load(self) -> None:
        """Read the interactions again after a release; raises RecordingError if the file has changed."""
        if self._is_loaded:
            return
        label, interactions = self._cassette_file.load()
        if _digest(label) != self._digest:
            self._cassette_file.raise_unusable("it was recorded again during the run")
        self._is_loaded = True
        self.label = label
        self._index(interactions)

    def _index(self, interactions: Iterable[RecordedInteraction]) -> None:
        for self.requests, one in enumerate(interactions, 1):
            self._queues[RequestKey(one.method, one.url, canonical_body(one.body))].append(one)

    def play(self, request: httpx.Request) -> httpx.Response:
        """Return the next recorded response to a request; raises RecordingError that shows the most similar request."""
        self._load()
        key = self._request_key(request)
        queue = self._queues.get(key)
        if not queue:
            times = (
                "all its recorded responses were already used"
                if queue is not None
                else describe_nearest(key, self._queues)
            )
            self._cassette_file.raise_mismatch(f"has no response to {key.method} {key.url}\n  {times}")
        recorded = queue.popleft()
        pairs = tuple((name, value) for name, values in recorded.headers.items() for value in values)
        return make_response(recorded.status, _headers(pairs, len(recorded.content)), recorded.content)

    def url_of(self, label: str, connector: str) -> str:
        """Return the recorded base URL of a system; raises RecordingError if there is none."""
        url = self.label.urls.get(label) or self.label.urls.get(connector)
        return url or self._cassette_file.raise_unusable(f"it has no url of {label}")

    def reject_old(self, now: datetime, max_age: timedelta) -> None:
        """Raise RecordingError if the recording is older than `max_age`."""
        age = now - self.label.started
        if age > max_age:
            days = f"{age.days} days ago" if age.days > 1 else f"{age / timedelta(hours=1):.1f} hours ago"
            why = f"it was recorded at {self.label.started:%Y-%m-%d %H:%M} UTC, {days}"
            # Recording the sandbox again would not help, because its clock always starts on the same day.
            self._cassette_file.raise_too_old(f"{why}{SANDBOX_SECRETS}" if self.label.since is None else why)

    def times(self) -> tuple[float, ...]:
        """Return each time of the clock in seconds after the start; only recordings of live systems have them."""
        with suppress(RecordingError):  # the error of the first request says it
            self._load()
        return self.label.times

    def unused_requests(self) -> tuple[str, ...]:
        """Return the recorded requests that the replay never sent, as `METHOD url`, in the order of the recording."""
        with suppress(RecordingError):  # the error of the first request says it
            self._load()
        return tuple(f"{key.method} {key.url}" for key, queue in self._queues.items() for _ in queue)

    def _request_key(self, request: httpx.Request) -> RequestKey:
        # The placeholder for a secret is escaped in a URL, unless it was inserted by redacting the URL.
        url = self._redact(str(request.url)).replace(ESCAPED, HIDDEN)
        return RequestKey(request.method, url, canonical_body(redacted_body(self._redact, request.content)))


def _digest(label: CassetteLabel) -> bytes:
    return hashlib.sha256(repr(label).encode()).digest()


@lru_cache(maxsize=1000)
def _headers(pairs: tuple[tuple[str, str], ...], length: int) -> httpx.Headers:
    """Return the headers of a response, which copies them; cached, because a system returns the same ones often."""
    headers = httpx.Headers(pairs)
    if length:
        headers.setdefault("Content-Length", str(length))
    return headers


def load_cassette(path: Path, expect: ExpectedLabel, secrets: Iterable[str] = ()) -> Cassette:
    """Return a recorded cassette; `path` is its path as JSON (or the same as YAML).

    Raises RecordingError if it is missing, unreadable, stale, or present in both formats.
    """
    cassette_file = find_cassette_file(path, f"qa-sync check {expect.document} --mode record")
    label, interactions = cassette_file.load()
    for name, fingerprint in expect.connectors.items():
        if (recorded := label.connectors.get(name)) != fingerprint:
            cassette_file.raise_stale(
                f"the connector {name!r} has changed ({recorded or 'absent'} then, {fingerprint} now)"
            )
    if depth := expect.depths.get(label.spec):
        cassette_file.raise_other_depth(depth)
    if label.spec != expect.spec:
        cassette_file.raise_stale(f"the section has changed ({label.spec} then, {expect.spec} now)")
    return Cassette(cassette_file, label, interactions, secrets)


class ReplayTransport(DirectTransport):
    """Returns recorded responses, without a network."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the recorded response; raises RecordingError if there is none."""
        request.read()
        return self._cassette.play(request)
