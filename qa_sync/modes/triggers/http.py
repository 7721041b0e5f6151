"""`http`: a URL that starts the sync; the sync may continue after the response, so that an interval passes."""

from __future__ import annotations

from contextlib import closing

from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.modes.triggers.http_client import TriggerClient


def http(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return a function that calls the URL; a response without a success status is an error."""
    web = context.exits.enter_context(
        closing(TriggerClient(context.sync, context.job.timeout_s, context.redact, context.clock))
    )

    def call() -> None:
        response = web.call(context.sync.method)
        if not response.is_success:
            raise web.rejection(response)
        context.clock.sleep(context.sync.interval_s)

    return call
