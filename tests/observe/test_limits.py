"""Each limit of an observation is named in the results, with the number of changes that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from traffic import ERP, START, WIX, Traffic, observe, options

from qa_sync.errors import SystemUnreachable
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import ObservationLimit
from qa_sync.systems.system import Record

FIRST = "info.name.first"


def limits(traffic: Traffic, ordinal: int = 1) -> dict[str, ObservationLimit]:
    results = observe(traffic, options(15, for_s=500), ObserveState(":memory:"))
    observed = results.specs[0].sections[ordinal - 1].observed
    assert observed is not None
    return {limit.name: limit for limit in observed.limits}


def at(traffic: Traffic, seconds: float, do: Callable[[], None]) -> None:
    traffic.clock.at(START + timedelta(seconds=seconds), do)


def contact(traffic: Traffic, label: str) -> Record:
    return next(traffic.systems[label].list({WIX: "contacts", ERP: "contact"}[label]))


def edit(traffic: Traffic, label: str, text: str) -> None:
    path = {WIX: FIRST, ERP: "firstName"}[label]
    traffic.systems[label].update(contact(traffic, label), {path: text})


def remove(traffic: Traffic, label: str) -> None:
    record = contact(traffic, label)
    traffic.systems[label].delete(record.datatype, record.id)


def synced(cycle_s: float = 100) -> Traffic:
    """Return traffic with one contact on both sides, and a sync that runs seldom from now on."""
    traffic = Traffic(seed="limits", cycle_s=cycle_s)
    traffic.create()
    traffic.clock.sleep(3)
    traffic.engine.cycle()
    traffic.clock.sleep(3)
    traffic.begin_sync()
    return traffic


def overtaken(traffic: Traffic) -> None:
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))
    at(traffic, 60, lambda: edit(traffic, WIX, "Berit"))


def deleted(traffic: Traffic) -> None:
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))
    at(traffic, 60, lambda: remove(traffic, WIX))


def gone(traffic: Traffic) -> None:
    traffic.clock._due.clear()  # without a sync, which would make another counterpart
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))
    at(traffic, 60, lambda: remove(traffic, ERP))


def same_time(traffic: Traffic) -> None:
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))
    at(traffic, 30, lambda: edit(traffic, ERP, "Berit"))


def several_match(traffic: Traffic) -> None:
    mail = contact(traffic, ERP).data["email"]
    for app in traffic.apps.values():
        db = app.state.store.db
        if (row := db.execute("SELECT kind, id, changed, body FROM document WHERE id LIKE 'C-%'").fetchone()) is None:
            continue
        body = row[3].replace(row[1].encode(), b"C-7777")
        assert str(mail).encode() in body
        db.execute("INSERT INTO document (kind, id, changed, body) VALUES (?, 'C-7777', ?, ?)", (row[0], row[2], body))
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))


def no_key(traffic: Traffic) -> None:
    def create() -> None:
        traffic.systems[WIX].insert("contacts", {FIRST: "Keyless", "info.name.last": "Person"})

    at(traffic, 30, create)


def no_time(traffic: Traffic) -> None:
    for system in traffic.observed.values():
        system.cards = {name: replace(card, modified=None) for name, card in system.cards.items()}
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))


def listed_late(traffic: Traffic) -> None:
    listed = traffic.observed[WIX].list

    def list_(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        for record in listed(datatype, since):
            if not START + timedelta(seconds=230) < traffic.clock.now() < START + timedelta(seconds=290):
                yield record

    traffic.observed[WIX].list = list_
    for number in range(10):
        at(traffic, 20 + 20 * number, lambda: edit(traffic, WIX, f"Ane {traffic.clock.now():%M%S}"))
    at(traffic, 231, lambda: edit(traffic, WIX, "Ane"))


def shifting_pages(traffic: Traffic) -> None:
    listed = traffic.observed[WIX].list

    def list_(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        for record in listed(datatype, since):
            yield from (record, record)

    traffic.observed[WIX].list = list_


def not_read(traffic: Traffic) -> None:
    listed = traffic.observed[WIX].list

    def list_(datatype: str, since: datetime | None = None) -> Iterator[Record]:
        if START + timedelta(seconds=30) < traffic.clock.now() < START + timedelta(seconds=90):
            raise SystemUnreachable("Wix.com does not answer")
        found: Iterator[Record] = listed(datatype, since)
        return found

    traffic.observed[WIX].list = list_


LIMITS: dict[str, tuple[Callable[[Traffic], None], int | None]] = {
    "overtaken": (overtaken, 1),
    "deleted": (deleted, 1),
    "gone": (gone, 1),
    "same-time": (same_time, 1),
    "several-match": (several_match, 1),
    "no-key": (no_key, 1),
    "no-time": (no_time, 2),  # the edit, and its arrival
    "listed-late": (listed_late, 1),  # the clock is known by then
    "shifting-pages": (shifting_pages, None),  # at each read
    "not-read": (not_read, 4),
}
"""What makes each limit, and how many changes or reads it concerns."""


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_named_with_its_count(name: str) -> None:
    traffic = synced()
    cause, count = LIMITS[name]
    cause(traffic)
    found = limits(traffic)
    assert name in found, sorted(found)
    assert found[name].cases == count or (count is None and (found[name].cases or 0) > 0)


def test_without_a_cause_there_is_only_what_cannot_be_counted() -> None:
    traffic = synced()
    at(traffic, 30, lambda: edit(traffic, WIX, "Ane"))
    found = limits(traffic)
    assert {name: limit.cases for name, limit in found.items()} == {"one-of-several": None}


def test_the_guide_explains_each_limit() -> None:
    guide = Path("docs/guides/observe.rst").read_text(encoding="utf-8")
    assert [name for name in LIMITS if f"``{name}``" not in guide] == []
