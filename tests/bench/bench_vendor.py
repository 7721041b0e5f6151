"""A system in this process for benches: documents in a file, paged lists, as small and as quick as one can be."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx

PAGE = 100


class Vendor(httpx.BaseTransport):
    """A system in this process: documents in a file, by id; `asked` counts requests by method."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("CREATE TABLE doc (id INTEGER PRIMARY KEY, changed TEXT, body TEXT)")
        self.asked: Counter[str] = Counter()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked[request.method] += 1
        found = re.search(r"/products/(?:P-)?(\d+)$", request.url.path)
        if request.method == "GET":
            return self.one(int(found[1])) if found else self.page(request.url.params)
        data = json.loads(request.read())
        return self.changed(int(found[1]), data) if found else self.made(data)

    def one(self, id: int) -> httpx.Response:
        row = self.db.execute("SELECT body FROM doc WHERE id = ?", (id,)).fetchone()
        return _json(row[0]) if row else httpx.Response(404)

    def rows(self, params: httpx.QueryParams) -> list[tuple[int, str]]:
        since, after = params.get("modifiedSince", ""), int(params.get("after", 0))
        skip = (int(params.get("page", 1)) - 1) * PAGE
        query = "SELECT id, body FROM doc WHERE id > ? AND changed >= ? ORDER BY id LIMIT ? OFFSET ?"
        return self.db.execute(query, (after, since, PAGE, skip)).fetchall()

    def page(self, params: httpx.QueryParams) -> httpx.Response:
        rows = self.rows(params)
        items = f"[{','.join(body for _, body in rows)}]"
        headers = {"X-Next-Cursor": str(rows[-1][0])} if len(rows) == PAGE else {}
        return _json(items, headers) if "limit" in params or "after" in params else _json(f'{{"items":{items}}}')

    def made(self, data: dict[str, object]) -> httpx.Response:
        number = (self.db.execute("SELECT max(id) FROM doc").fetchone()[0] or 0) + 1
        return self.kept(number, {"id": number, "productId": f"P-{number}", "rowVersion": 0} | data)

    def changed(self, id: int, data: dict[str, object]) -> httpx.Response:
        (body,) = self.db.execute("SELECT body FROM doc WHERE id = ?", (id,)).fetchone()
        return self.kept(id, json.loads(body) | data)

    def kept(self, id: int, data: dict[str, object]) -> httpx.Response:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        version = data.get("rowVersion", 0)
        data |= {"updated": now, "modifiedAt": now, "rowVersion": version + 1 if isinstance(version, int) else 1}
        body = json.dumps(data)
        self.db.execute("INSERT OR REPLACE INTO doc VALUES (?, ?, ?)", (id, now, body))
        return _json(body)


def _json(text: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "application/json", **(headers or {})}, content=text.encode())
