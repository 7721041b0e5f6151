"""`http`: a URL that runs the sync once when it is called; what it began may go on, so a cycle's time passes."""

from __future__ import annotations

from contextlib import closing

from qa_sync.modes.triggers.context import Between, Surroundings, Work
from qa_sync.modes.triggers.http_client import Web


def http(around: Surroundings, _between: Between) -> Work:
    """Return what calls the URL; an answer that is no success is an error."""
    web = around.exits.enter_context(closing(Web(around.sync, around.job.timeout_s, around.redact, around.clock)))

    def call() -> None:
        response = web.call(around.sync.method)
        if not response.is_success:
            raise web.refuse(response)
        around.clock.sleep(around.sync.interval_s)

    return call
