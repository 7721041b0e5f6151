"""What cannot be decided is neither passed nor failed: unreadable values, and records that are not followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace
from traffic import ERP, START, WIX, Traffic, failed, observe, options, verdict

from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.events import Status
from qa_sync.running.results import Results
from qa_sync.systems.system import Record
from qa_sync.values.paths import write

PRICE = "carries/priceData.price:salesPrice"


def spoiled(system: Any, path: str, value: object, is_due: Callable[[], bool]) -> None:
    """Let a system show another value of a property."""
    listed, looked_up = system.list, system.lookup

    def changed(record: Record | None) -> Record | None:
        if record is None or not is_due() or not record.datatype.startswith("product"):
            return record
        return replace(record, data=write(record.data, path, value))

    system.list = lambda datatype, since=None: map(changed, listed(datatype, since))
    system.lookup = lambda datatype, one: changed(looked_up(datatype, one))


def with_unreadable_price(label: str, path: str) -> Results:
    traffic = Traffic(seed="unreadable", cycle_s=20)
    traffic.create_product()
    traffic.begin_sync()
    due = START + timedelta(seconds=100)
    spoiled(traffic.observed[label], path, "about ten", lambda: traffic.clock.now() > due)
    traffic.clock.at(due + timedelta(seconds=1), lambda: traffic.edit_product(label))
    traffic.clock.at(due + timedelta(seconds=50), lambda: traffic.edit_product(label))
    return observe(traffic, options(15, for_s=500), ObserveState(":memory:"))


def test_a_value_that_cannot_be_read_is_an_error_and_no_loss() -> None:
    results = with_unreadable_price(WIX, "priceData.price")
    check = verdict(results, PRICE, section=_products(results))
    assert check.status is Status.ERROR, check.message
    assert "could not be read" in (check.message or "")
    assert failed(results) == set()
    assert results.exit_code == 3


def _products(results: Results) -> int:
    return next(s.ordinal for s in results.specs[0].sections if "Products" in s.heading and "Customerp" in s.heading)


def test_what_is_not_followed_is_in_the_message() -> None:
    traffic = Traffic(seed="keyless", cycle_s=20)
    traffic.begin_sync()

    def create() -> None:
        traffic.systems[WIX].insert("contacts", {"info.name.first": "Keyless", "info.name.last": "Person"})

    traffic.clock.at(START + timedelta(seconds=40), create)
    check = verdict(observe(traffic, options(15, for_s=300), ObserveState(":memory:")), "arrives/forward")
    assert check.status is Status.SKIPPED
    assert "1 not followed: no value in the key" in (check.message or "")


def test_a_conflict_at_the_same_time_is_not_decided() -> None:
    traffic = Traffic(seed="same", cycle_s=60)
    traffic.create()
    traffic.clock.sleep(3)
    traffic.engine.cycle()
    traffic.begin_sync()

    def edit(label: str, path: str, text: str) -> None:
        record = traffic._any_contact(label)
        assert record is not None
        traffic.systems[label].update(record, {path: text})

    moment: datetime = START + timedelta(seconds=100)
    traffic.clock.at(moment, lambda: edit(WIX, "info.name.first", "Ane"))
    traffic.clock.at(moment, lambda: edit(ERP, "firstName", "Berit"))
    results = observe(traffic, options(15, for_s=400), ObserveState(":memory:"))
    check = verdict(results, "newest-wins")
    assert check.status is Status.SKIPPED
    assert "1 more were edited on both sides at the same time" in (check.message or "")
    assert failed(results) == set()
