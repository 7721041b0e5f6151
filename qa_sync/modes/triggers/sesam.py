"""`sesam`: a node's pipes are pumped one after the other, until none has anything left. Source: facts/SESAM.md 3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, NoVerdict
from qa_sync.modes.triggers.context import Between, Surroundings, Work
from qa_sync.modes.triggers.http_client import Web
from qa_sync.values.form import Json

POLL_S = 0.5
ALREADY_RUNNING = 409


@dataclass(frozen=True, slots=True)
class Node:
    """A Sesam node's service API; `timeout_s` is how long one pipe may take."""

    web: Web
    clock: Clock
    timeout_s: float

    def pump(self, pipe: str) -> None:
        """Run a pipe until its queues are empty; raises NoVerdict when it fails or takes too long."""
        path = f"/pipes/{quote(pipe, safe='')}/pump"
        deadline = self.clock.now() + timedelta(seconds=self.timeout_s)
        self._rested(pipe, path, deadline)
        failed = ""
        while True:
            started = self.web.call("POST", path, {"operation": "start"})
            if not started.is_success and started.status_code != ALREADY_RUNNING:
                raise self.web.refuse(started)
            runtime = self._rested(pipe, path, deadline, failed)
            failed = self._failed(runtime)
            if not any(left > 0 for left in _numbers(runtime.get("queues"))):
                break
            self._still_time(pipe, deadline, failed)
            self.clock.sleep(POLL_S)
        if failed:
            raise NoVerdict(f"the pipe {pipe!r} {failed}")

    def _failed(self, runtime: Mapping[str, Json]) -> str:
        """Return that a pipe's last run failed, and why; nothing when it did not."""
        if runtime.get("success") is True:
            return ""
        why = runtime.get("last-original-error-message") or runtime.get("last-message") or "it does not say why"
        return f"failed: {self.web.redact(str(why))[:200]!r}"

    def _rested(self, pipe: str, path: str, deadline: datetime, failed: str = "") -> Mapping[str, Json]:
        """Wait until the pipe does not run, and return its runtime; `failed` tells of the run before."""
        while True:
            answer = self.web.json(self.web.call("GET", path, reads=True))
            runtime = answer.get("runtime") if isinstance(answer, dict) else None
            if not isinstance(runtime, dict):
                hint = "is the url in [sync] that of a node's api?"
                raise InvalidResponse(f"the pump of {pipe!r} has no 'runtime'", hint=hint)
            if not runtime.get("is-running"):
                return runtime
            self._still_time(pipe, deadline, failed)
            self.clock.sleep(POLL_S)

    def _still_time(self, pipe: str, deadline: datetime, failed: str) -> None:
        if self.clock.now() >= deadline:
            before = f"; the run before {failed}" if failed else ""
            raise NoVerdict(f"the pipe {pipe!r} was not done after {self.timeout_s:g} s{before}")


def sesam(around: Surroundings, _between: Between) -> Work:
    """Return what pumps the pipes of the settings in their order."""
    web = around.exits.enter_context(closing(Web(around.sync, around.job.timeout_s, around.redact, around.clock)))
    node = Node(web, around.clock, around.job.timeout_s)

    def pump_all() -> None:
        for pipe in around.sync.pipes:
            node.pump(pipe)

    return pump_all


def _numbers(queues: Json) -> Iterator[float]:
    """Yield what is in the queues: a number, or one for each dataset, or null for unknown."""
    if isinstance(queues, dict):
        for inner in queues.values():
            yield from _numbers(inner)
    elif isinstance(queues, int | float):
        yield queues
