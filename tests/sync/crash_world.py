"""Two embedded systems that live on while the process that syncs them is killed, and what they hold in the end."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import crash_child
import httpx
from waits import GUARD_S

from qa_sync.clock import VirtualClock
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.job import EPOCH
from qa_sync.sandbox.vendors import VENDORS
from qa_sync.sync.engine import Engine
from qa_sync.sync.lanes import Lane, Row
from qa_sync.sync.prepare_lanes import PreparedLanes
from qa_sync.sync.records.record_view import read_view
from qa_sync.sync.store.links import Links
from qa_sync.systems.http.asgi_transport import AsgiTransport
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.systems.system import Record
from qa_sync.values.form import Canonical, Json

ROOT = Path(__file__).parents[2]
WHERE = {name: (vendor.base_url, dict(vendor.secrets)) for name, vendor in VENDORS.items()}
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["crash_child"])

NOBODY_DIES = 0


class Door(httpx.BaseTransport):
    """The way to all vendors; each request takes a second."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.inner = {httpx.URL(v.base_url).host: AsgiTransport(v.build_app(clock.now, "1")) for v in VENDORS.values()}
        self.writes = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.sleep(1)
        self.writes += request.method != "GET" and not request.url.path.endswith("/query")
        return self.inner[request.url.host].handle_request(request)

    def close(self) -> None:
        for each in self.inner.values():
            each.close()


class CrashWorld:
    """The two systems of a spec, and the store of the sync."""

    def __init__(self, spec: str, store: Path) -> None:
        self.spec = spec
        self.store = store
        self.door = Door(VirtualClock(EPOCH))
        self.dataflow = read_dataflow((ROOT / spec).read_text(encoding="utf-8"), spec)
        self.source, self.target = (self.system(label) for label in (self.dataflow.source, self.dataflow.target))
        self.lanes = PreparedLanes(self.dataflow, self.source, self.target, {}).lanes

    def system(self, label: str) -> RestSystem:
        return crash_child.system(label, WHERE, self.door)

    def cycle(self, last: int = NOBODY_DIES) -> tuple[int, list[str]] | None:
        """Run a cycle in a process of its own; return how many points it has, None when it was killed."""
        ours, theirs = PROCESSES.Pipe()
        args = (theirs, str(ROOT / self.spec), self.store, WHERE, last)
        process = PROCESSES.Process(target=crash_child.work, args=args)
        process.start()
        theirs.close()
        done: tuple[int, list[str]] | None = None
        try:
            while done is None:
                requested = ours.recv()
                if isinstance(requested[0], int):
                    done = requested
                else:
                    ours.send(self.answer(*requested))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            pass
        ours.close()
        process.join(GUARD_S)
        assert process.exitcode == (0 if done else -9)
        return done

    def answer(self, method: str, url: str, headers: Any, content: bytes) -> tuple[int, Any, bytes]:
        response = self.door.handle_request(httpx.Request(method, url, headers=headers, content=content))
        return response.status_code, response.headers.multi_items(), response.read()

    def rest(self) -> None:
        """Restart, and run cycles until nothing is written any more."""
        for _ in range(4):
            before = self.door.writes
            links = Links(self.store)
            try:
                Engine(self.dataflow, self.source, self.target, links).cycle()
            finally:
                links.close()
            if self.door.writes == before:
                return
        raise AssertionError("it does not come to rest")

    def ends(self) -> dict[str, Any]:
        """Return what both sides hold: each source record with the one target record that it is linked with.

        References are given as the linked source record; unlinked target records are included.
        """
        links = Links(self.store)
        try:
            return {lane.key: self._end(lane, links) for lane in self.lanes}
        finally:
            links.close()

    def _end(self, lane: Lane, links: Links) -> Any:
        targets = {r.id: r for r in self.target.list(lane.target.card.datatype)}
        found = []
        for record in self.source.list(lane.source.card.datatype):
            link = links.by_source(lane.key, record.id)
            lookalike = targets.pop(link.target, None) if link else None
            found.append(
                (record.id, self._values(lane, record, links), lookalike and self._values(lane, lookalike, links))
            )
        return found, [self._values(lane, record, links) for record in targets.values()]

    def _values(self, lane: Lane, record: Record, links: Links) -> dict[str, Any]:
        end = lane.source if record.system == self.source.label else lane.target
        seen = read_view(end, record, lane.rows)
        rows = {row.card(end.side).path: row for row in lane.rows}
        return {path: _meant(rows[path], value, end is lane.target, links) for path, value in seen.values.items()}

    def close(self) -> None:
        self.door.close()


def _meant(row: Row, value: Canonical, in_target: bool, links: Links) -> Any:
    if isinstance(value, tuple):
        return [_meant(row, v, in_target, links) for v in value]
    if row.through is None or value is None or not in_target:
        return value
    link = links.by_target(row.through, str(value))
    return link.source if link else f"{value} of nobody"


@contextmanager
def crash_world(spec: str, store: Path) -> Iterator[CrashWorld]:
    world = CrashWorld(spec, store)
    try:
        yield world
    finally:
        world.close()


NEW: Mapping[str, Mapping[str, Mapping[str, Json]]] = {
    "specs/000.txt": {
        "contacts": {"info.name.first": "Åse {n}", "info.name.last": "O'Berg & <sønn>"},
        "products": {"name": "Tee & <b>{n}</b>", "priceData.price": 99.9, "sku": "SKU-{n}"},
    },
    "specs/003.txt": {
        "customer": {"email": "c{n}@example.test", "first_name": "Åse & {n}", "last_name": " blanks "},
        "product": {"name": "Tee & <b>{n}</b>", "regular_price": "99.90", "sku": "SKU-{n}"},
    },
}
"""What new source records hold, by document and datatype."""

SOURCE_EDITS: Mapping[str, tuple[str, str]] = {
    "contacts": ("info.name.last", "source {n}"),
    "products": ("name", "source {n}"),
    "customer": ("last_name", "source {n}"),
    "product": ("name", "source {n}"),
}
TARGET_EDITS: Mapping[str, tuple[str, str]] = {
    "contact": ("firstName", "target {n}"),
    "product": ("description", "target {n}"),
    "customer": ("firstName", "target {n}"),
}
"""One property by datatype: other ones on either side, so that there is one outcome only."""


def create(world: CrashWorld, numbers: range) -> None:
    for datatype, template in NEW[world.spec].items():
        for n in numbers:
            values = {p: v.replace("{n}", str(n)) if isinstance(v, str) else v for p, v in template.items()}
            world.source.insert(datatype, values)


def edit(system: RestSystem, edits: Mapping[str, tuple[str, str]], rng: random.Random, mark: str) -> None:
    """Edit about half of the records of a system."""
    for datatype, (path, text) in edits.items():
        for record in list(system.list(datatype)) if datatype in system.cards else ():
            if rng.random() < 0.5:
                system.update(record, {path: text.replace("{n}", f"{mark} {rng.randrange(100)}")})
