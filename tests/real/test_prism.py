"""Prism, a mock server by others, judges the requests of drafts: it knows the document, and rejects what it excludes.

    python -m pytest -m slow tests/real/test_prism.py

npm fetches 60 MB of packages at the first run. Prism judges the form of a request, not its meaning.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import HERE, KEPT, do, free_port, running

from qa_sync.checklist.samples.constraints import SampleConstraints
from qa_sync.checklist.samples.values import sample_value
from qa_sync.errors import QaSyncError
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.reading.node import load_document
from qa_sync.openapi.writing import files_of
from qa_sync.systems.cards import EntityCard, Writable
from qa_sync.systems.connectors.load import Connector, load_connector
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values import paths
from qa_sync.values.canonical import to_wire

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm, which fetches Prism, is not installed"),
]

DOCUMENTS = HERE.parent / "openapi" / "documents"
UUID = "8cbb43fe-4cdf-4991-8352-c461779cec02"
CASES = {
    "01-envelope-wrapper-page.yaml": "1",
    "02-fastapi-31-offset-decimal.json": UUID,
    "08-client-key-upsert.yaml": "a-1",
}
"""The documents, each with an id of the form that it allows."""


class Watched(httpx.HTTPTransport):
    """Keeps what was sent, and how it was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, int, str]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        self.seen.append((request.method, str(request.url), response.status_code, response.text[:500]))
        return response


@contextmanager
def prism(document: Path, log: Path) -> Iterator[str]:
    """Have Prism mock a document."""
    home = KEPT / "prism"
    home.mkdir(parents=True, exist_ok=True)
    package, mark = HERE / "prism_package.json", home / "installed.json"
    if not mark.exists() or mark.read_bytes() != package.read_bytes():
        shutil.copyfile(package, home / "package.json")
        do(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=home)
        shutil.copyfile(package, mark)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    where = ["--host", "127.0.0.1", "--port", str(port)]
    words = ["node", "node_modules/.bin/prism", "mock", str(document), "--errors", *where]

    def ready() -> bool:
        return httpx.get(f"{url}/no-such-path", timeout=30).status_code == httpx.codes.NOT_FOUND

    with running(words, log, ready, cwd=home, within_s=120):
        yield url


def connector_of(document: Path, folder: Path) -> Connector:
    loaded = load_document(str(document))
    draft = draft_connector(loaded, [Choice(r) for r in resources_of(loaded)], is_wanted=lambda _: True)
    for name, text in files_of(draft, document.name).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return load_connector(folder)


def values_of(card: EntityCard, version: int, *, only_required: bool = False, updating: bool = False) -> dict[str, Any]:
    """Return samples for all properties that can be written, or for those that a record needs."""
    unwritable = {Writable.NEVER, Writable.CREATE} if updating else {Writable.NEVER}
    chosen = [p for p in card.properties.values() if p.writable not in unwritable and (p.required or not only_required)]
    made = {p.write_path: sample_value(SampleConstraints(p, (), "q1", version)) for p in chosen}
    return {p.write_path: to_wire(made[p.write_path], p.form) for p in chosen}


def drive(system: RestSystem, card: EntityCard, id: str) -> int:
    """Send each kind of request of an entity; return how many. What Prism makes up in its answers does not matter."""
    record: dict[str, Any] = paths.write({}, card.key, id)
    for path, value in values_of(card, 0).items():
        record = paths.write(record, path, value)
    steps: Mapping[str, list[Callable[[], object]]] = {
        "list": [lambda: next(iter(system.list(card.datatype)), None)],
        "lookup": [lambda: system.lookup(card.datatype, id)],
        "insert": [
            lambda: system.insert(card.datatype, values_of(card, 0, only_required=True)),
            lambda: system.insert(card.datatype, values_of(card, 0)),
        ],
        "update": [
            lambda: system.update(Record("Prism", card.datatype, id, record), values_of(card, 1, updating=True)),
            *(
                lambda one=one: system.update(Record("Prism", card.datatype, id, record), one)
                for one in ({path: value} for path, value in values_of(card, 1, updating=True).items())
            ),
        ],
        "delete": [lambda: system.delete(card.datatype, id)],
    }
    sent = 0
    for verb, calls in steps.items():
        for call in calls if verb not in card.cannot else ():
            sent += 1
            with suppress(QaSyncError):
                call()
    return sent


@pytest.mark.parametrize("name", CASES)
def test_prism_accepts_every_request_of_a_draft(name: str, tmp_path: Path) -> None:
    connector = connector_of(DOCUMENTS / name, tmp_path / "drafted")
    secrets = {secret: f"a-{secret}-for-prism" for secret in connector.secrets}
    watched = Watched()
    with prism(DOCUMENTS / name, tmp_path / "prism.log") as url:
        system = RestSystem("Prism", connector, url, secrets, watched, env=dict.fromkeys(connector.parameters, "1"))
        sent = sum(drive(system, card, CASES[name]) for card in connector.cards.values())
        system.close()
    rejected = [seen for seen in watched.seen if seen[2] >= httpx.codes.BAD_REQUEST]
    assert rejected == []
    assert len(watched.seen) >= sent >= 4
