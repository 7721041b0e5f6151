"""`sesam`: runs the pipes of a node one after the other until their queues are empty.

Source: docs/explanation/connector-format-facts.rst, "The node's API".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from urllib.parse import quote

from msgspec import Struct

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, NoVerdict
from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.modes.triggers.http_client import TriggerClient
from qa_sync.values.form import Json

POLL_S = 0.5
ALREADY_RUNNING = 409


class Node(Struct, frozen=True):
    """The service API of a Sesam node; `timeout_s` is the timeout of one pipe in seconds."""

    client: TriggerClient
    clock: Clock
    timeout_s: float

    def run_pipe(self, pipe: str) -> None:
        """Run a pipe until its queues are empty; raises NoVerdict when it fails or takes too long."""
        path = f"/pipes/{quote(pipe, safe='')}/pump"
        deadline = self.clock.now() + timedelta(seconds=self.timeout_s)
        self._wait_until_idle(pipe, path, deadline)
        failed = ""
        while True:
            started = self.client.call("POST", path, {"operation": "start"})
            if not started.is_success and started.status_code != ALREADY_RUNNING:
                raise self.client.rejection(started)
            runtime = self._wait_until_idle(pipe, path, deadline, failed)
            failed = self._failure(runtime)
            if not any(left > 0 for left in _numbers(runtime.get("queues"))):
                break
            self._check_deadline(pipe, deadline, failed)
            self.clock.sleep(POLL_S)
        if failed:
            raise NoVerdict(f"the pipe {pipe!r} {failed}")

    def _failure(self, runtime: Mapping[str, Json]) -> str:
        """Return the failure of a pipe's last run, an empty text when it succeeded."""
        if runtime.get("success") is True:
            return ""
        reason = runtime.get("last-original-error-message") or runtime.get("last-message") or "no error message"
        return f"failed: {self.client.redact(str(reason))[:200]!r}"

    def _wait_until_idle(self, pipe: str, path: str, deadline: datetime, failed: str = "") -> Mapping[str, Json]:
        """Wait until the pipe is idle, and return its runtime; `failed` is the failure of the previous run."""
        while True:
            response = self.client.json(self.client.call("GET", path, reads=True))
            runtime = response.get("runtime") if isinstance(response, dict) else None
            if not isinstance(runtime, dict):
                hint = "check that the url in [sync] is the API of a node"
                raise InvalidResponse(f"the pump of {pipe!r} has no 'runtime'", hint=hint)
            if not runtime.get("is-running"):
                return runtime
            self._check_deadline(pipe, deadline, failed)
            self.clock.sleep(POLL_S)

    def _check_deadline(self, pipe: str, deadline: datetime, failed: str) -> None:
        if self.clock.now() >= deadline:
            before = f"; the previous run {failed}" if failed else ""
            raise NoVerdict(f"the pipe {pipe!r} did not finish within {self.timeout_s:g} s{before}")


def sesam(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return a function that runs the pipes of the settings in order."""
    client = context.exits.enter_context(
        closing(TriggerClient(context.sync, context.job.timeout_s, context.redact, context.clock))
    )
    node = Node(client, context.clock, context.job.timeout_s)

    def pump_all() -> None:
        for pipe in context.sync.pipes:
            node.run_pipe(pipe)

    return pump_all


def _numbers(queues: Json) -> Iterator[float]:
    """Yield the queue sizes: a number, or one per dataset, or null for unknown."""
    if isinstance(queues, dict):
        for inner in queues.values():
            yield from _numbers(inner)
    elif isinstance(queues, int | float):
        yield queues
