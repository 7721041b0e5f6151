"""Snapshots: whole or not, gone on with, and only of what they are said to be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from audit_world import THEN

from qa_sync.audit.engines.table import Needs, start_engine
from qa_sync.audit.reading.fetch import FetchOptions, FetchSource, Pages, fetch_entity
from qa_sync.audit.reading.tables import deduplicated, table_of
from qa_sync.audit.records.parquet_parts import ROWS
from qa_sync.audit.records.snapshots import MANIFEST, Snapshot, load
from qa_sync.clock import VirtualClock
from qa_sync.errors import NoVerdict, SystemUnreachable, UsageError
from qa_sync.systems.cards import EntityCard, PropertyCard
from qa_sync.systems.responses.pagination import PageCursor
from qa_sync.systems.system import Record
from qa_sync.values.form import Form

CARD = EntityCard("shop", "people", ("People",), "id", {"name": PropertyCard("name", Form())}, modified="changed")
WHOSE = {"system": "Shop", "url": "https://shop.example"}
PAGE = ROWS // 4


class Paged:
    """A system of numbered records in pages; `breaks_at` is a page that is not answered."""

    def __init__(self, count: int, breaks_at: int | None = None) -> None:
        self.label = "Shop"
        self.cards: Mapping[str, EntityCard] = {"people": CARD}
        self.names = {f"{n:06d}": f"name {n}" for n in range(count)}
        self.changed: dict[str, datetime] = {}
        self.breaks_at = breaks_at
        self.asked: list[tuple[datetime | None, int]] = []

    def list_pages(self, datatype: str, since: datetime | None = None, start: PageCursor | None = None) -> Pages:
        ids = [i for i in self.names if since is None or self.changed.get(i, THEN - timedelta(days=9)) >= since]
        for page in range(start.page if start else 0, max(1, -(-len(ids) // PAGE))):
            self.asked.append((since, page))
            if page == self.breaks_at:
                raise SystemUnreachable("no answer")
            some = ids[page * PAGE : (page + 1) * PAGE]
            last = (page + 1) * PAGE >= len(ids)
            yield (
                [Record("Shop", datatype, i, {"name": self.names[i]}) for i in some],
                None if last else PageCursor(page + 1, None),
            )

    def lookup(self, datatype: str, id: str) -> Record | None:
        return Record("Shop", datatype, id, {"name": self.names[id]}) if id in self.names else None


def manner(*, fresh: bool = False) -> FetchOptions:
    return FetchOptions(VirtualClock(THEN), fresh, Event(), lambda _: None)


def read(system: Paged, folder: Path, *, since: bool = True, **more: Any) -> Snapshot:
    return fetch_entity(FetchSource(system, CARD, WHOSE, since), ("name",), folder, manner(**more))


def names(folder: Path, snapshot: Snapshot, scratch: Path) -> dict[str, str]:
    engine = start_engine("duckdb", Needs("500MB", scratch))
    table = table_of(engine, folder, deduplicated(engine, folder, snapshot)[0])
    rows = [row for batch in engine.batches(table.select("id", text=table.t0)) for row in batch.to_pylist()]
    engine.close()
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row["text"] for row in rows}


def test_a_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    system, folder = Paged(3 * ROWS, breaks_at=9), tmp_path / "kept"
    with pytest.raises(SystemUnreachable):
        read(system, folder)
    half = load(folder, WHOSE, ("name",))
    assert half is not None
    assert half.reading is not None
    assert half.rows == 2 * ROWS
    system.breaks_at, system.asked = None, []
    whole = read(system, folder)
    assert [page for _, page in system.asked] == [8, 9, 10, 11]
    assert names(folder, whole, tmp_path) == system.names


def test_what_was_read_is_for_its_owner_only(tmp_path: Path) -> None:
    read(Paged(100), tmp_path / "kept")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "kept").rglob("*") if path.is_file()} == {0o600}


def test_a_second_reading_requests_what_changed(tmp_path: Path) -> None:
    system, folder = Paged(100), tmp_path / "kept"
    read(system, folder)
    system.names |= {"000007": "another name", "new": "somebody"}
    system.changed = {"000007": THEN, "new": THEN}
    again = read(system, folder)
    assert again.partial
    assert again.rows == 102
    assert names(folder, again, tmp_path) == system.names


def test_a_reading_of_no_changes_leaves_no_part(tmp_path: Path) -> None:
    system, folder = Paged(100), tmp_path / "kept"
    first = read(system, folder)
    system.changed = {}
    assert read(system, folder).parts == first.parts
    assert read(Paged(0), tmp_path / "nobody").rows == 0


def test_without_changed_since_everything_is_read_anew(tmp_path: Path) -> None:
    system, folder = Paged(100), tmp_path / "kept"
    read(system, folder, since=False)
    del system.names["000001"]
    again = read(system, folder, since=False)
    assert not again.partial
    assert names(folder, again, tmp_path) == system.names


def test_told_to_stop_it_keeps_what_it_has(tmp_path: Path) -> None:
    stopped = manner()
    stopped.stop.set()
    with pytest.raises(NoVerdict, match="stopped"):
        fetch_entity(FetchSource(Paged(ROWS * 2), CARD, WHOSE, since=True), ("name",), tmp_path, stopped)
    assert load(tmp_path, WHOSE, ("name",)) is not None


@pytest.mark.parametrize(
    ("id", "name", "told"),
    [("\ud800", "x", "not valid Unicode"), ("1", [[]] * 9, ""), ("1", None, "nested too deeply")],
)
def test_what_cannot_be_kept_is_reported(tmp_path: Path, id: str, name: Any, told: str) -> None:
    if name is None:
        name = json.loads("[" * 900 + "]" * 900)
    system = Paged(0)
    system.names = {id: name}
    if not told:
        assert read(system, tmp_path).rows == 1
        return
    with pytest.raises(NoVerdict, match=told):
        read(system, tmp_path)


def _edit(folder: Path, **members: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | members), encoding="utf-8")


def _another(folder: Path) -> None:
    _edit(folder, whose={**WHOSE, "url": "https://else.example"})


def _version(folder: Path) -> None:
    _edit(folder, schema="qa-sync/snapshot/9")


def _columns(folder: Path) -> None:
    _edit(folder, columns=["other"])


def _cut(folder: Path) -> None:
    part = next(folder.glob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])


def _lost(folder: Path) -> None:
    next(folder.glob("part-*.parquet")).unlink()


def _garbled(folder: Path) -> None:
    (folder / MANIFEST).write_text('{"schema": ', encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_another, "another url"),
        (_version, "version"),
        (_columns, "no column name"),
        (_cut, "damaged"),
        (_lost, "is missing"),
        (_garbled, "not a snapshot manifest"),
    ],
)
def test_what_is_not_ours_or_not_whole_is_refused(tmp_path: Path, damage: Any, told: str) -> None:
    system = Paged(10)
    read(system, tmp_path)
    damage(tmp_path)
    with pytest.raises(UsageError, match=told):
        read(system, tmp_path)
    assert names(tmp_path, read(system, tmp_path, fresh=True), tmp_path) == system.names


def test_a_full_disk_is_reported_and_leaves_no_half_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Iterator[None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qa_sync.audit.records.parquet_parts.pq.write_table", full)
    with pytest.raises(NoVerdict, match="No space left"):
        read(Paged(10), tmp_path)
    assert not list(tmp_path.glob("part-*"))
