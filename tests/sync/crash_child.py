"""The process that is killed: an engine whose every request goes through a pipe, and that dies at its n-th point.

A point is between any two statements to the store, before any commit and after it, before any request and between a
request and its answer.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import httpx

from qa_sync.dataflow.reader import read_dataflow
from qa_sync.sync.engine import Engine
from qa_sync.sync.store.database import SyncStore
from qa_sync.sync.store.links import Links
from qa_sync.systems.connectors.find import builtin_folder, connector_for
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.rest.rest_system import RestSystem

T = TypeVar("T")


class Points:
    """Counts points, and ends the process at the n-th without a word."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.passed = 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def round(self, work: Callable[..., T]) -> Callable[..., T]:
        def dangerous(*args: Any) -> T:
            self()
            done = work(*args)
            self()
            return done

        return dangerous


class Wire(httpx.BaseTransport):
    """Sends a request through the pipe and returns the response."""

    def __init__(self, pipe: Connection, points: Points) -> None:
        self.pipe = pipe
        self.points = points

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.points()
        self.pipe.send((request.method, str(request.url), request.headers.multi_items(), request.read()))
        self.points()
        status, headers, content = self.pipe.recv()
        self.points()
        return httpx.Response(status, headers=headers, content=content)


def system(label: str, vendors: dict[str, tuple[str, dict[str, str]]], transport: httpx.BaseTransport) -> RestSystem:
    name = connector_for(label)
    base_url, secrets = vendors[name]
    return RestSystem(label, load_connector(builtin_folder(name)), base_url, secrets, transport)


def work(pipe: Connection, spec: str, path: Path, vendors: dict[str, tuple[str, dict[str, str]]], last: int) -> None:
    """Run one cycle, unless the process ends before; report the number of points."""
    points = Points(last)
    for name in ("write", "write_many", "flush"):
        setattr(SyncStore, name, points.round(getattr(SyncStore, name)))
    dataflow = read_dataflow(Path(spec).read_text(encoding="utf-8"), spec)
    wire = Wire(pipe, points)
    links = Links(path)
    source, target = (system(label, vendors, wire) for label in (dataflow.source, dataflow.target))
    summary = Engine(dataflow, source, target, links).cycle()
    links.close()
    pipe.send((points.passed, [p.text for p in summary.problems]))
