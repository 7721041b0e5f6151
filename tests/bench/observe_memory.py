"""Print the peak memory and the time of an observation of few changes beside very many standing records.

Run as `python tests/bench/observe_memory.py [--records 10000 1000000]`: a list server of its own gives each system so
many contacts, page by page, and 100 changes a minute. Each number of records is a process of its own. Exits 1 if the
last one takes more than 1.1 times the memory of the first one.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "observe")]

BAR, PAGE, TICKS, EVERY_S, CHANGES = 1.1, 1000, 10, 30, 50


class Lists(BaseHTTPRequestHandler):
    """Gives page `at` of the records of a side, or those changed since a tick; it keeps no record."""

    protocol_version = "HTTP/1.1"
    records: ClassVar[int] = 0
    tick: ClassVar[int] = 0

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        at, side = int(asked["at"][0]), asked["side"][0]
        first = max(0, (self.tick - 20) * CHANGES) if asked["changes"][0] == "1" else 0
        last = self.tick * CHANGES if asked["changes"][0] == "1" else self.records
        numbers = range(first + at * PAGE, min(last, first + (at + 1) * PAGE))
        body = json.dumps([record(side, number, self.tick) for number in numbers]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def record(side: str, number: int, tick: int) -> dict[str, Any]:
    """Return a contact; both sides show an edit of a tick at once."""
    edited = number < tick * CHANGES
    at = datetime(2026, 2, 1, 10, tzinfo=UTC) + timedelta(seconds=(number // CHANGES) * EVERY_S + 5 if edited else 0)
    last = f"New {number}" if edited else f"Old {number}"
    if side == "0":
        name = {"first": f"Åse {number}", "last": last}
        return {"id": f"w{number}", "updatedDate": at.isoformat(), "primaryInfo": {"email": f"u{number}@example.test"},
                "info": {"name": name}}  # fmt: skip
    return {"contactId": f"C-{number}", "modifiedAt": at.isoformat(), "email": f"u{number}@example.test",
            "firstName": f"Åse {number}", "lastName": last}  # fmt: skip


def serve(records: int) -> int:
    """Serve the lists until standard input ends; each line on it is another tick."""
    Lists.records = records
    server = ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    for _ in sys.stdin:
        Lists.tick += 1
        print("changed", flush=True)
    return 0


class ListedSystem:
    """A system whose lists come from the server, page by page."""

    def __init__(self, url: str, side: int, label: str, cards: Any) -> None:
        from http.client import HTTPConnection  # noqa: PLC0415 - the server needs none

        self.label, self.cards, self._side = label, cards, side
        self._client = HTTPConnection(
            urlsplit(url).netloc
        )  # a client that keeps nothing: its memory is not the question

    def list(self, datatype: str, since: datetime | None = None) -> Any:
        from qa_sync.systems.system import Record  # noqa: PLC0415 - as above

        key = ("id", "contactId")[self._side]
        for at in range(10**9):
            self._client.request("GET", f"/?side={self._side}&at={at}&changes={int(since is not None)}")
            page = json.loads(self._client.getresponse().read())
            yield from (Record(self.label, datatype, data[key], data) for data in page)
            if len(page) < PAGE:
                return

    def lookup(self, *_: str) -> None:
        raise AssertionError("nothing is late")


def observe(records: int) -> int:
    """Observe, and print the figures as JSON."""
    from msgspec.structs import replace  # noqa: PLC0415 - see above
    from traffic import ERP, WIX, Traffic, options, plan  # noqa: PLC0415

    from qa_sync.observe.reporting.progress import progress_of  # noqa: PLC0415
    from qa_sync.observe.storage.state import ObserveState  # noqa: PLC0415

    command = (sys.executable, __file__, "--serve", str(records))
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdin
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/"
        traffic = Traffic(seed="memory")
        traffic.flow = replace(traffic.flow, sections=traffic.flow.sections[:1])
        cards = {label: system.cards for label, system in traffic.systems.items()}
        traffic.observed = {label: ListedSystem(url, at, label, cards[label]) for at, label in enumerate((WIX, ERP))}
        observation = plan(traffic, options(EVERY_S), ObserveState(Path(folder) / "state"))
        seconds = [_timed(observation.tick)]
        for _ in range(TICKS):
            traffic.clock.sleep(EVERY_S)
            server.stdin.write("\n")
            server.stdin.flush()
            server.stdout.readline()
            seconds.append(_timed(observation.tick))
        server.stdin.close()
    arrived = sum(way.arrived for s in observation.sections for way in progress_of(observation.state, s, 1e9))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"mb": peak, "first_s": seconds[0], "later_s": sum(seconds[1:]) / TICKS, "arrived": arrived}))
    return 0


def _timed(do: Any) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--serve", type=int)
    parser.add_argument("--one", type=int)
    given = parser.parse_args()
    if given.serve is not None:
        return serve(given.serve)
    if given.one is not None:
        return observe(given.one)
    peaks = []
    for records in given.records:
        done = subprocess.run(
            (sys.executable, __file__, "--one", str(records)), capture_output=True, text=True, check=True
        )
        found = json.loads(done.stdout)
        peaks.append(found["mb"])
        print(
            f"{records:>9,} records: {found['mb']:.0f} MB; first read {found['first_s']:.1f} s of CPU, "
            f"{CHANGES} changes each later {found['later_s']:.3f} s; {found['arrived']} arrived",
            flush=True,
        )
    print(f"{peaks[-1] / peaks[0]:.2f} times the memory (at most {BAR})")
    return int(peaks[-1] > BAR * peaks[0])


if __name__ == "__main__":
    sys.exit(main())
