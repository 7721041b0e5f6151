"""`report --serve`: serves the HTML report on this machine, and shows the results of a run that goes on.

Only the loopback interface is listened to. A request must name this address: a page of another host whose name leads
here (DNS rebinding) gets nothing.
"""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from msgspec import Struct

from qa_sync.cli.notice import notify
from qa_sync.cli.signals import stopped_by_signals
from qa_sync.clock import StopFlag
from qa_sync.errors import QaSyncError, UsageError
from qa_sync.reports.html import page
from qa_sync.running.results import Results

HOST: Final = "127.0.0.1"
LOOK_S: Final = 0.3
"""How often the files are looked at."""
LAST_S: Final = 5.0
"""How long the server waits after the run until a browser has the final page."""
IDLE_S: Final = 10.0
"""The seconds after which a silent connection is closed."""
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Served(Struct, frozen=True):
    """The results that are shown, with a version that differs for other results."""

    version: str
    results: Results


class ResultFiles:
    """The files of a report, read again when one has changed; one that cannot be read leaves the last results.

    `read` merges them, and raises QaSyncError.
    """

    def __init__(self, paths: Sequence[str], read: Callable[[], Results]) -> None:
        self._paths = [Path(path) for path in paths]
        self._read = read
        self._lock = Lock()
        self._seen: tuple[object, ...] = ()
        self.current: Served | None = None
        self.problem: QaSyncError | None = None

    def look(self) -> None:
        """Read the files if they have changed."""
        with self._lock:
            seen = tuple(map(_state, self._paths))
            if seen == self._seen:
                return
            self._seen = seen
            try:
                self.current = Served(f"{time.time_ns():x}", self._read())
                self.problem = None
            except QaSyncError as error:
                self.problem = error


def _state(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


class PageServer(ThreadingHTTPServer):
    """Serves the page of the files; `delivered` is the version that a browser has."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, files: ResultFiles) -> None:
        try:
            super().__init__((HOST, port), PageHandler)
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"port {port} cannot be used: {getattr(error, 'strerror', None) or error}",
                hint="--serve without a number picks a free one",
            ) from None
        self.files = files
        self.delivered = ""
        self.asked = float("-inf")
        own = self.server_address[1]
        self.hosts = {f"{name}:{own}" for name in (HOST, "localhost")}
        if own == 80:  # noqa: PLR2004 - the port that browsers leave out
            self.hosts |= {HOST, "localhost"}

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a browser that has gone away."""


class PageHandler(BaseHTTPRequestHandler):
    """Answers `/` with the page and `/version` with the version of its results."""

    server: PageServer
    server_version = "qa-sync"
    sys_version = ""
    timeout = IDLE_S
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain; charset=utf-8"

    def do_GET(self) -> None:
        """Answer a request of this machine."""
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, f"ask for {self.server.address}")
        elif self.path == "/":
            self.server.asked = time.monotonic()
            self._answer("text/html; charset=utf-8", self._page())
        elif self.path == "/version":
            self.server.asked = time.monotonic()
            current = self.server.files.current
            self._answer("text/plain; charset=utf-8", current.version if current else "none")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 - as above

    def _page(self) -> str:
        current = self.server.files.current
        if current is None:
            return page.WAITING
        text = "".join(page.pieces(current.results, current.version))
        self.server.delivered = current.version
        return text

    def _answer(self, kind: str, text: str) -> None:
        body = text.encode("utf-8", "backslashreplace")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing about requests."""


def serve_results(paths: Sequence[str], read: Callable[[], Results], port: int, *, open_: bool) -> None:
    """Serve the page until a signal, or until the run that writes the files has ended; print its address.

    Raises UsageError when the port cannot be used, or when a file is there that has no results.
    """
    files = ResultFiles(paths, read)
    files.look()
    if files.problem and all(Path(path).exists() for path in paths):
        raise files.problem
    with stopped_by_signals() as stop:
        server = PageServer(port, files)
        notify(f"serving {server.address} until Ctrl-C, or until the run ends")
        if files.current is None:
            missing = ", ".join(path for path in paths if not Path(path).exists())
            notify(f"waiting for {missing}: check --report json={missing} writes it")
        if open_:
            webbrowser.open(server.address)
        if serve_until_end(server, stop):
            notify("the run has ended")


def serve_until_end(server: PageServer, stop: StopFlag) -> bool:
    """Serve until `stop` is set, or until a run that goes on has ended; return whether a run has ended."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": LOOK_S}, daemon=True)
    thread.start()
    try:
        return _watch(server, stop)
    finally:
        server.shutdown()
        server.server_close()


def _watch(server: PageServer, stop: StopFlag) -> bool:
    goes_on = _goes_on(server.files.current)
    while not stop.wait(LOOK_S):
        server.files.look()
        current = server.files.current
        if current and goes_on and not current.results.unfinished:
            _deliver(server, current.version, stop)
            return True
        goes_on = _goes_on(current)
    return False


def _goes_on(served: Served | None) -> bool:
    return served is not None and served.results.unfinished


def _deliver(server: PageServer, version: str, stop: StopFlag) -> None:
    """Wait until a browser that shows the page has its last version."""
    until = time.monotonic() + LAST_S
    while server.delivered != version and time.monotonic() < until:
        if time.monotonic() - server.asked > LAST_S or stop.wait(LOOK_S):
            return
