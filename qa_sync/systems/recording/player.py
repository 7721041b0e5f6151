"""The recorded answers again, through an index, so that a long recording costs no more a request than a short one.

Source: DESIGN 5.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from qa_sync.frozen import dataclass
from qa_sync.systems.http.direct_client import AtOnce
from qa_sync.systems.recording.cassettes import Interaction, Shelf, TapeLabel
from qa_sync.systems.recording.nearest_request import Asked, canonical_body, tell_nearest
from qa_sync.systems.redaction import HIDDEN, Hider, cleaned

ESCAPED: Final = quote(HIDDEN)
IN_SANDBOX: Final = ", in the sandbox, where it is always that day; record the live systems, which qa-sync.toml names"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a replay builds on: fingerprints as in TapeLabel; `document` is the spec's path, for the hint."""

    connectors: Mapping[str, str]
    spec: str
    document: str


class Tape:
    """The recorded requests and answers of one section; `label` tells what they were made with, `requests` how many.

    Confidential values are taken out of everything that is compared with the recording.
    """

    def __init__(self, shelf: Shelf, label: TapeLabel, played: Iterable[Interaction], secrets: Iterable[str]) -> None:
        self.label = label
        self._shelf = shelf
        self._hide = Hider(secrets)
        self._queues: defaultdict[Asked, deque[Interaction]] = defaultdict(deque)
        self.path = shelf.path
        self.requests = 0
        for self.requests, one in enumerate(played, 1):
            self._queues[Asked(one.method, one.url, canonical_body(one.body))].append(one)

    def play(self, request: httpx.Request) -> httpx.Response:
        """Return the next recorded answer to a request; raises RecordingError that shows the nearest recorded one."""
        asked = self._asked(request)
        queue = self._queues.get(asked)
        if not queue:
            times = "every answer to it was already played" if queue is not None else tell_nearest(asked, self._queues)
            self._shelf.mismatch(f"has no answer to {asked.method} {asked.url}\n  {times}")
        answer = queue.popleft()
        headers = [(name, value) for name, values in answer.headers.items() for value in values]
        return httpx.Response(answer.status, headers=headers, content=answer.content)

    def refuse_old(self, now: datetime, max_age: timedelta) -> None:
        """Raise RecordingError when the recording was made longer ago than `max_age`."""
        age = now - self.label.started
        if age > max_age:
            days = f"{age.days} days ago" if age.days > 1 else f"{age / timedelta(hours=1):.1f} hours ago"
            why = f"it was made at {self.label.started:%Y-%m-%d %H:%M} UTC, {days}"
            # Recording the sandbox again would not help: it is always that day there.
            self._shelf.too_old(f"{why}{IN_SANDBOX}" if self.label.since is None else why)

    def unplayed(self) -> tuple[str, ...]:
        """Return the recorded requests that were never asked for, as `METHOD url`, in the order of the recording."""
        return tuple(f"{asked.method} {asked.url}" for asked, queue in self._queues.items() for _ in queue)

    def _asked(self, request: httpx.Request) -> Asked:
        # What stands in for a secret is escaped in a url, but not where a secret was taken out of one.
        url = self._hide(str(request.url)).replace(ESCAPED, HIDDEN)
        return Asked(request.method, url, canonical_body(cleaned(self._hide, request.content)))


def load_tape(path: Path, expect: Expected, secrets: Iterable[str] = ()) -> Tape:
    """Return a recorded tape; raises RecordingError when it is missing, unreadable or made of something else."""
    shelf = Shelf(path, f"qa-sync check {expect.document} --mode record")
    label, played = shelf.load()
    for name, fingerprint in expect.connectors.items():
        if (recorded := label.connectors.get(name)) != fingerprint:
            shelf.stale(f"the connector {name!r} has changed ({recorded or 'absent'} then, {fingerprint} now)")
    if label.spec != expect.spec:
        shelf.stale(f"the section has changed ({label.spec} then, {expect.spec} now)")
    return Tape(shelf, label, played, secrets)


class ReplayTransport(AtOnce):
    """Answers from a tape; there is no network behind it."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the recorded answer; raises RecordingError when there is none."""
        request.read()
        return self._tape.play(request)
