"""A kept case has the counterparts of the records that its record refers to, so that a replay compares references."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from msgspec.structs import replace
from traffic import ERP, START, WIX, Traffic

from qa_sync.audit.planning import AuditConfig, plan_sections
from qa_sync.location import Location
from qa_sync.observe.kept.case import KeptCase, KeptLink, from_content, kept_case, to_text
from qa_sync.observe.kept.replay import CaseReplay
from qa_sync.observe.model import Case, CaseKind, CaseState, EntityKey, ObservedSection, ReadRecord
from qa_sync.observe.planning import observed_sections
from qa_sync.observe.references import judges_of
from qa_sync.observe.storage.state import ObserveState
from qa_sync.running.collect_results import collect_results
from qa_sync.running.events import Direction, Status
from qa_sync.settings.model import ConfiguredKey

ORDERS = "Wix.com Orders to Customerp Order"
REFERENCE = "buyerInfo.id"


def sections(traffic: Traffic) -> list[ObservedSection]:
    key = ConfiguredKey(ORDERS, "channelInfo.externalOrderId", "externalReference", Location("qa-sync.toml", 1))
    cards = {label: system.cards for label, system in traffic.systems.items()}
    plans = plan_sections(traffic.flow, [traffic.flow], AuditConfig(cards, [key]))
    return observed_sections([traffic.flow], {traffic.flow.path: plans})


def kept(other: str) -> tuple[Traffic, list[ObservedSection], KeptCase]:
    """Return an order whose buyer is w1, and whose counterpart refers to another contact."""
    traffic, state = Traffic(seed="references"), ObserveState(":memory:")
    found = sections(traffic)
    orders, contacts = (next(s for s in found if s.plan.section.heading.startswith(name)) for name in (
        "Wix.com Orders", "Wix.com Contacts"
    ))  # fmt: skip
    claim = next(c for c in orders.auditable.checked_claims if c.source.path == REFERENCE)
    with state.committed():
        state.put_link(contacts.key, "w1", "C-1")
        records = (
            ReadRecord("o1", {REFERENCE: "w1"}, None, ""),
            ReadRecord("O-1", {claim.target.path: other}, None, ""),
        )
        for entity, record in zip(orders.entities, records, strict=True):
            state.put_record(EntityKey(*entity), record, 1)
    case = Case(orders.key, Direction.FORWARD, CaseKind.EDIT, "o1", START, CaseState.LOST, "O-1", (claim.id,), missed=1)
    judge = judges_of(found, UTC, state)[orders.key]
    made = kept_case(case, orders, sections=found, judge=judge, state=state, max_lag_s=60)
    return traffic, found, from_content(to_text(made).encode())


def status(traffic: Traffic, found: list[ObservedSection], case: KeptCase) -> Status:
    state = ObserveState(":memory:")
    results = collect_results(CaseReplay([traffic.flow], found, judges_of(found, UTC, state), [case], state).events())
    return next(c for c in results.checks if c.kind == "carries" and REFERENCE in c.title).status


def test_the_file_has_the_counterpart_of_the_referenced_record() -> None:
    _, _, case = kept("C-2")
    assert case.links == (KeptLink("Wix.com Contacts to Customerp Contact", "w1", "C-1"),)


def test_a_wrong_reference_fails_and_a_right_one_passes() -> None:
    assert status(*kept("C-2")) is Status.FAILED
    assert status(*kept("C-1")) is Status.PASSED


def test_a_reference_whose_counterpart_is_not_known_is_not_decided() -> None:
    traffic, found, case = kept("C-2")
    assert status(traffic, found, replace(case, links=())) is Status.SKIPPED


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    _, _, case = kept("C-2")
    assert case.source is not None
    exact = replace(case, source=replace(case.source, values={"price": 0.1, "large": 12345678901234567890}))
    path = tmp_path / "case.json"
    path.write_text(to_text(exact), encoding="utf-8")
    again = from_content(path.read_bytes())
    assert again.source is not None
    assert {name: str(value) for name, value in again.source.values.items()} == {
        "price": "0.1",
        "large": "12345678901234567890",
    }
    assert (again.source.system, again.target.system if again.target else "") == (WIX, ERP)
