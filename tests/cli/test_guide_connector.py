"""The connector of the guide, as the page shows it, against an API that is as the page says."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cli_caller import ROOT, QaSync, Serve
from loopback import serving

PAGE = (ROOT / "docs/guides/connect-a-system.rst").read_text(encoding="utf-8")
CAPTIONED = re.compile(r"^\.\. code-block:: \w+\n   :caption: ([\w./-]+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)
FILES = dict(CAPTIONED.findall(PAGE))
KEY = "a key of Acme"


class People(BaseHTTPRequestHandler):
    """Acme's API: whole records in memory; a change is a merge patch (RFC 7396), as `PATCH` promises."""

    records: dict[str, dict[str, Any]]
    numbers: ClassVar = count(1)

    def do_GET(self) -> None:
        """Answer any of the five operations."""
        if self.headers["x-api-key"] != KEY:
            self._answer(401, {"message": "who are you?"})
            return
        length = int(self.headers.get("content-length", 0))
        sent = json.loads(self.rfile.read(length)) if length else {}
        _, root, *rest = self.path.split("/")
        assert root == "people"
        self._answer(*self._done(rest[0] if rest else None, sent))

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _done(self, id: str | None, sent: dict[str, Any]) -> tuple[int, Any]:
        records = self.records
        if id is None and self.command == "GET":
            return 200, {"people": list(records.values())}
        if id is None:
            new = {"id": f"p{next(self.numbers)}", "changed": datetime.now(UTC).isoformat(), **sent}
            return 201, records.setdefault(new["id"], new)
        if id not in records:
            return 404, {"message": "nobody"}
        if self.command == "GET":
            return 200, records[id]
        if self.command == "DELETE":
            return 200, records.pop(id)
        records[id] = merged(records[id], {"changed": datetime.now(UTC).isoformat(), **sent})
        return 200, records[id]

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def merged(old: Any, patch: Any) -> Any:
    """Return what a merge patch makes of a value."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept


@pytest.fixture
def acme() -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    records: dict[str, dict[str, Any]] = {}
    handler = type("Handler", (People,), {"records": records})
    with serving(handler) as port:
        yield f"http://127.0.0.1:{port}", records


def test_it_is_short() -> None:
    by_hand = {name: text for name, text in FILES.items() if name != "acme.json"}  # what `connectors new` drafts from
    assert set(by_hand) == {"acme/manifest.json", "acme/templates/system.json", "acme/entities.toml", "qa-sync.toml"}
    assert sum(len(text.strip().splitlines()) for text in by_hand.values()) < 60


@pytest.mark.slow
def test_it_works(
    qa_sync: QaSync,
    serve: Serve,
    acme: tuple[str, dict[str, dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, records = acme
    sandbox = tomllib.loads(serve(name="sandbox.toml").read_text(encoding="utf-8"))
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = re.sub("^   ", "", text, flags=re.MULTILINE)
        plain = plain.replace("https://acme.example", url).replace('"1s"', '"100ms"').replace('rate = "200/min"', "")
        path.write_text(plain.replace("https://www.wixapis.com", sandbox["systems"]["Wix.com"]["url"]), "utf-8")
    spec = (ROOT / "specs" / "000.txt").read_text(encoding="utf-8").partition("Wix.com Orders to")[0]
    spec = spec.replace("Customerp Contact", "Acme Person").replace("Customerp", "Acme")
    document = tmp_path / "wix-acme.txt"
    document.write_text(re.sub(r"^(=+|-+)$", lambda m: m[0][0] * 60, spec, flags=re.MULTILINE), encoding="utf-8")
    monkeypatch.setenv("ACME_KEY", KEY)
    for ours, theirs in {"WIX_KEY": "QA_SYNC_WIX_API_KEY", "WIX_SITE": "QA_SYNC_WIX_SITE_ID"}.items():
        monkeypatch.setenv(ours, os.environ[theirs])
    monkeypatch.chdir(tmp_path)
    got = qa_sync("check", str(document), "--mode", "live", "--config", "qa-sync.toml", "--report", "json")
    assert got.code == 0, got.err
    report = json.loads(got.out)
    assert report["totals"]["passed"] > 10
    assert report["totals"]["failed"] == report["totals"]["error"] == 0
    assert "Acme takes it from the contract" in got.out
    assert (records, report["leftovers"]) == ({}, [])
