"""`http`: a URL that runs the sync once when it is called; what it began may go on, so a cycle's time passes."""

from __future__ import annotations

from contextlib import closing

from qa_sync.modes.triggers.context import RunSync, SystemPair, TriggerContext
from qa_sync.modes.triggers.http_client import TriggerClient


def http(context: TriggerContext, _between: SystemPair) -> RunSync:
    """Return what calls the URL; an answer that is no success is an error."""
    web = context.exits.enter_context(
        closing(TriggerClient(context.sync, context.job.timeout_s, context.redact, context.clock))
    )

    def call() -> None:
        response = web.call(context.sync.method)
        if not response.is_success:
            raise web.rejection(response)
        context.clock.sleep(context.sync.interval_s)

    return call
