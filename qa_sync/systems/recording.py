"""Record and replay, as transports over one tape; the two systems of a section share it. Source: DESIGN 5.

Replay looks requests up in an index, so that a long recording costs no more a request than a short one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request

from qa_sync.systems.answers import ATTEMPTS_HEADER, NEVER_SENT, REPEATABLE
from qa_sync.systems.cassettes import Shelf, TapeLabel
from qa_sync.systems.confidential import HIDDEN, Hider
from qa_sync.systems.nearest import Asked, canonical_body, tell_nearest

REQUEST_HEADERS: Final = ("content-type",)
RESPONSE_HEADERS: Final = (
    "content-type",
    "etag",
    "x-next-cursor",
    "x-wp-total",
    "x-wp-totalpages",
    "link",
    "location",
    "retry-after",
    ATTEMPTS_HEADER,
)
"""What is kept; everything else (credentials, cookies) stays out."""


ESCAPED: Final = quote(HIDDEN)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a replay builds on: fingerprints as in TapeLabel; `document` is the spec's path, for the hint."""

    connectors: Mapping[str, str]
    spec: str
    document: str


class Tape:
    """The requests and answers of one section, in their order.

    `label` tells what it was made with. Confidential values are taken out of everything that goes on the tape, and out
    of everything that is compared with it.
    """

    def __init__(self, shelf: Shelf, label: TapeLabel, cassette: Cassette, secrets: Iterable[str] | Hider) -> None:
        self.label = label
        self._shelf = shelf
        self._cassette = cassette
        self._hide = secrets if isinstance(secrets, Hider) else Hider(secrets)
        self._queues: defaultdict[Asked, deque[Mapping[str, Any]]] = defaultdict(deque)
        for request, response in cassette.data:
            self._queues[Asked(request.method, request.uri, canonical_body(request.body or b""))].append(response)

    def add(self, request: httpx.Request, response: httpx.Response) -> None:
        """Put a request and its answer (read whole) on the tape."""
        kept = Request(
            request.method,
            self._hide(str(request.url)),
            self._clean(request.content) or None,
            self._headers(request.headers, REQUEST_HEADERS),
        )
        answer = {
            "status": {"code": response.status_code, "message": response.reason_phrase},
            "headers": {k: [v] for k, v in self._headers(response.headers, RESPONSE_HEADERS).items()},
            "body": {"string": self._clean(response.content)},
        }
        self._cassette.append(kept, answer)

    def save(self) -> None:
        """Write the tape in place of an older one, whole or not at all."""
        urls = {name: self._hide(url) for name, url in self.label.urls.items()}
        self._shelf.save(self._cassette, replace(self.label, urls=urls))

    def play(self, request: httpx.Request) -> httpx.Response:
        """Return the next recorded answer to a request; raises RecordingError that shows the nearest recorded one."""
        asked = self._asked(request)
        queue = self._queues.get(asked)
        if not queue:
            times = "every answer to it was already played" if queue is not None else tell_nearest(asked, self._queues)
            self._shelf.mismatch(f"has no answer to {asked.method} {asked.url}\n  {times}")
        answer = queue.popleft()
        headers = [(name, value) for name, values in answer["headers"].items() for value in values]
        return httpx.Response(answer["status"]["code"], headers=headers, content=answer["body"]["string"])

    def unplayed(self) -> tuple[str, ...]:
        """Return the recorded requests that were never asked for, as `METHOD url`, in the order of the recording."""
        return tuple(f"{asked.method} {asked.url}" for asked, queue in self._queues.items() for _ in queue)

    def _asked(self, request: httpx.Request) -> Asked:
        # What stands in for a secret is escaped in a url, but not where a secret was taken out of one.
        url = self._hide(str(request.url)).replace(ESCAPED, HIDDEN)
        return Asked(request.method, url, canonical_body(self._clean(request.content)))

    def _headers(self, headers: httpx.Headers, allowed: tuple[str, ...]) -> dict[str, str]:
        return {name: self._hide(headers[name]) for name in allowed if name in headers}

    def _clean(self, content: bytes) -> bytes:
        try:
            return self._hide(content.decode()).encode()
        except UnicodeDecodeError:
            return self._hide(content.decode("latin-1")).encode("latin-1")


def new_tape(path: Path, label: TapeLabel, secrets: Iterable[str] | Hider = ()) -> Tape:
    """Return an empty tape to record on; `secrets` are the values that must not get on it, or what hides them."""
    cassette = Cassette(path=path, record_mode=RecordMode.ALL)
    return Tape(Shelf(path, ""), label, cassette, secrets)


def load_tape(path: Path, expect: Expected, secrets: Iterable[str] = ()) -> Tape:
    """Return a recorded tape; raises RecordingError when it is missing, unreadable or made of something else."""
    shelf = Shelf(path, f"qa-sync check {expect.document} --mode record")
    cassette, label = shelf.load()
    for name, fingerprint in expect.connectors.items():
        if (recorded := label.connectors.get(name)) != fingerprint:
            shelf.stale(f"the connector {name!r} has changed ({recorded or 'absent'} then, {fingerprint} now)")
    if label.spec != expect.spec:
        shelf.stale(f"the section has changed ({label.spec} then, {expect.spec} now)")
    return Tape(shelf, label, cassette, secrets)


class RecordingTransport(httpx.BaseTransport):
    """Hands requests on and keeps what was said; a request without an answer leaves nothing on the tape.

    But a write that must not be repeated blindly leaves that nobody answered in time, because what follows (to look
    whether it happened) is on the tape too.
    """

    def __init__(self, inner: httpx.BaseTransport, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the inner transport's answer, read whole."""
        request.read()
        try:
            response = self._inner.handle_request(request)
            response.read()
        except httpx.RequestError as error:
            if request.extensions.get(REPEATABLE) is False and not isinstance(error, NEVER_SENT):
                self._tape.add(request, httpx.Response(504, text=f"no answer: {type(error).__name__}"))
            raise
        self._tape.add(request, response)
        return response

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()


class ReplayTransport(httpx.BaseTransport):
    """Answers from a tape; there is no network behind it."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the recorded answer; raises RecordingError when there is none."""
        request.read()
        return self._tape.play(request)
