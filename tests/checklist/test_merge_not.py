"""Records that do not match: their common and their different values."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_sync.checklist.compiler import compile_checklist
from qa_sync.checklist.model import Checklist, Scenario
from qa_sync.checklist.side import Side
from qa_sync.checklist.steps import Expect, Insert
from qa_sync.dataflow.reader import read_dataflow
from qa_sync.modes.documents import apply_configured_pairs, connectors_of, read_all
from qa_sync.modes.job import Job
from qa_sync.settings.model import Settings

ROOT = Path(__file__).parents[2]
SPEC = "tests/faults/specs/woocommerce-customerp.txt"
TO_MERGE = """\
================
{left} Dataflow
================

{a} to {b}
------------------------------------------

Every {a} will be synchronized with a {b}.

A {a} will merge with a {b} if one of the following property combinations match:

.. list-table::
   :header-rows: 1

   * - {a} Property
     - {b} Property
   * - {key}
     - {other}
"""
CUSTOMERS, ORDERS = 1, 2


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return compiled(SPEC)


def compiled(spec: str) -> Checklist:
    settings, dataflows = Settings(), read_all([str(ROOT / spec)])
    connectors = connectors_of(dataflows, settings)
    job = Job(
        apply_configured_pairs(dataflows, connectors, settings),
        connectors,
        ROOT / "cassettes",
        None,
        20.0,
        (),
        settings,
    )
    return job.compiled(job.dataflows[0], "seed")


def scenario(checklist: Checklist, section: int, name: str) -> Scenario:
    (plan,) = [p for p in checklist.sections if p.section.ordinal == section]
    return next(s for s in plan.scenarios if s.name == name)


def inserts(found: Scenario) -> dict[tuple[str, Side], Insert]:
    return {(s.role, s.side): s for s in found.steps if isinstance(s, Insert)}


def test_what_must_differ_differs_in_every_row(checklist: Checklist) -> None:
    made = inserts(scenario(checklist, CUSTOMERS, "merge-not"))
    here, there = made["one", Side.SOURCE].values, made["other", Side.TARGET].values
    assert {here["billing.phone"], here["email"]}.isdisjoint({there["phone"], there["email"], None})
    assert here["first_name"] == there["firstName"]


def test_the_records_of_one_row_do_not_match_by_another(checklist: Checklist) -> None:
    made = [s.values for s in scenario(checklist, CUSTOMERS, "merge").steps if isinstance(s, Insert)]
    sources, targets = made[1::2], made[::2]
    assert [s["billing.phone"] == t.get("phone") for s in sources for t in targets] == [True, False, False, False]
    assert [s["email"] == t.get("email") for s in sources for t in targets] == [False, False, False, True]


def test_a_row_that_may_be_empty_is_empty_by_itself(checklist: Checklist) -> None:
    made = inserts(scenario(checklist, CUSTOMERS, "merge-not"))
    assert {role for role, _ in made if "empty" in role} == {"one-empty-1", "other-empty-1"}
    here, there = made["one-empty-1", Side.SOURCE].values, made["other-empty-1", Side.TARGET].values
    assert "billing.phone" not in here
    assert "phone" not in there
    assert here["email"] != there["email"]


def test_an_order_is_tried_connected_and_not(checklist: Checklist) -> None:
    found = scenario(checklist, ORDERS, "merge-not")
    made = inserts(found)
    connected = {role: "customer_id" in step.values for (role, side), step in made.items() if side is Side.SOURCE}
    assert {role: is_ for role, is_ in connected.items() if role.startswith("one")} == {
        "one": False,
        "one-connected": True,
        "one-empty-1": False,
        "one-empty-1-connected": True,
    }
    waited = [str(claim) for s in found.steps if isinstance(s, Expect) and s.wait for _, claim in s.claims]
    assert [any(f"role='{role}'" in one for one in waited) for role in connected if role.startswith("one")] == [
        False,
        True,
        False,
        True,
    ]


def test_near_misses_are_alike_in_everything_but_one_small_difference(checklist: Checklist) -> None:
    made = inserts(scenario(checklist, CUSTOMERS, "merge-not"))
    here = made["near", Side.SOURCE].values
    near = {role: step.values for (role, side), step in made.items() if side is Side.TARGET and "near-" in role}
    phone, email = str(here["billing.phone"]), str(here["email"])
    mailbox, domain = email.split("@")
    assert {role: values.get("phone") for role, values in near.items() if role.startswith("near-1")} == {
        "near-1-last-digit": phone[:-1] + ("1" if phone[-1] != "1" else "2"),
        "near-1-country-prefix": "+999" + phone[3:],
        "near-1-without": None,
    }
    assert {role: values.get("email") for role, values in near.items() if role.startswith("near-2")} == {
        "near-2-mailbox": f"{mailbox[:-1]}1@{domain}",
        "near-2-first-character": f"z{mailbox[1:]}@{domain}",
        "near-2-domain": f"{mailbox}@other.{domain}",
        "near-2-without": None,
    }
    for role, values in near.items():
        assert [values["firstName"], values["lastName"]] == [here["first_name"], here["last_name"]], role
        assert values["address.country"] == here["billing.country"]
        others = {"near-1": values.get("email"), "near-2": values.get("phone")}
        assert others[role[: len("near-1")]] not in {phone, email, None}
    assert (
        len({values["address.line1"] for values in (*near.values(), {"address.line1": here["billing.address_1"]})}) == 8
    )


def test_a_value_on_one_side_only_is_no_match(checklist: Checklist) -> None:
    made = inserts(scenario(checklist, CUSTOMERS, "merge-not"))
    here, there = made["bare-1", Side.SOURCE].values, made["half-1", Side.TARGET].values
    assert "billing.phone" not in here
    assert there["phone"]
    assert here["first_name"] == there["firstName"]


def merging(a: str, key: str, b: str, other: str) -> dict[tuple[str, Side], Insert]:
    """Return what is created to see that two entities do not merge, of a document with one row in its merge table."""
    text = TO_MERGE.format(left=f"{a.rpartition(' ')[0]} to {b.rpartition(' ')[0]}", a=a, key=key, b=b, other=other)
    dataflow = read_dataflow(text, "merging.txt")
    connectors = connectors_of([dataflow], Settings())
    found = compile_checklist(dataflow, {label: one.cards for label, one in connectors.items()}, "seed")
    return inserts(scenario(found, CUSTOMERS, "merge-not"))


def test_a_row_that_the_target_requires_is_never_empty_where_records_are_created() -> None:
    made = merging("Wix.com Contacts", "primaryInfo.email", "WooCommerce Customer", "email")
    assert [role for role, _ in made if role.startswith(("bare", "half"))] == []
    assert all("primaryInfo.email" in step.values for (_, side), step in made.items() if side is Side.SOURCE)


def test_without_its_address_a_contact_has_a_phone_of_its_own() -> None:
    made = merging("Customerp Contact", "email", "Wix.com Contacts", "primaryInfo.email").values()
    phones = {"primaryInfo.phone", "info.phones.items[tag=MOBILE].phone"}
    lacking = [step for step in made if step.side is Side.TARGET and "primaryInfo.email" not in step.values]
    assert any(phones & step.values.keys() for step in lacking)
    for step in lacking:
        others = {str(value) for one in made if one.role != step.role for value in one.values.values()}
        assert {path for path in phones & step.values.keys() if str(step.values[path]) in others} == set(), step.role
    (bare,) = [step for step in made if step.role == "bare-1"]
    (half,) = [step for step in made if step.role == "half-1"]
    assert not {str(bare.values[path]) for path in ("phone", "mobile")} & {str(v) for v in half.values.values()}
