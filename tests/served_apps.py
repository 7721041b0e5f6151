"""The vendors' apps served in this process: for tests that need a sandbox and no sync of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from waits import GUARD_S, until

from qa_sync.sandbox.serve import build_server_app


@contextmanager
def serving(apps: Mapping[str, Starlette]) -> Iterator[str]:
    """Yield the url below which each vendor is served as long as the block lasts."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_server_app(apps), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(GUARD_S)
        listener.close()
    assert not thread.is_alive(), "the server does not come to its end"
