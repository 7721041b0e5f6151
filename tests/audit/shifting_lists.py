"""Two lists of people that a healthy sync keeps alike, while records are deleted, inserted and edited."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 100
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class Office:
    """Two lists; `changes` are made with every page, on both sides at once; `down` is what returns 404."""

    count: int
    changes: int = 2
    seed: int = 0
    down: set[str] = field(default_factory=set)
    requests: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - no secret
        self.lock = threading.Lock()
        self.made = 0
        self.lists: dict[str, list[Row]] = {"left": [], "right": []}
        for _ in range(self.count):
            self._insert(len(self.lists["left"]))

    def _insert(self, place: int) -> None:
        for side, key in (("left", "w"), ("right", "c")):
            row = {"id": f"{key}{self.made}", "email": f"u{self.made}@x.test", "first": "Ann", "changed": self._now()}
            self.lists[side].insert(place, row)
        self.made += 1

    def _now(self) -> str:
        return (BEGIN + timedelta(seconds=self.requests)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _change(self) -> None:
        place = self.chance.randrange(min(map(len, self.lists.values())))
        match self.chance.choice(("delete", "delete", "insert", "value", "key")):
            case "delete":
                gone = self.lists["left"].pop(place)["email"]
                self.lists["right"] = [row for row in self.lists["right"] if row["email"] != gone]
            case "insert":
                self._insert(place)
            case edit:
                name = "first" if edit == "value" else "email"
                mine = self.lists["left"][place]
                other = next((row for row in self.lists["right"] if row["email"] == mine["email"]), None)
                for row in (mine, *([other] if other else [])):
                    row |= {name: f"u{self.requests}-{place}@y.test", "changed": self._now()}

    def answer(self, path: str) -> tuple[int, Any]:
        url = urlsplit(path)
        side, _, *key = url.path.strip("/").split("/")
        query = parse_qs(url.query)
        with self.lock:
            self.requests += 1
            rows = self.lists[side]
            if key:
                found = next((row for row in rows if row["id"] == key[0]), None)
                return (200, found) if found else (404, None)
            page = int(query.get("page", ["1"])[0])
            if f"{side}-{page}" in self.down:
                return 404, None
            if "since" in query:
                rows = [row for row in rows if row["changed"] >= query["since"][0]]
            found = {"people": [dict(row) for row in rows[PAGE * (page - 1) : PAGE * page]]}
            for _ in range(self.changes):
                self._change()
            return 200, found


@contextmanager
def serving(office: Office) -> Iterator[str]:
    """Yield the url of the lists, which are served as long as the block lasts."""

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def do_GET(self) -> None:
            code, found = office.answer(self.path)
            data = json.dumps(found).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
