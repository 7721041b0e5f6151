"""A healthy sync fails nowhere, whichever embedded system is the source and whichever the target.

The documents name no properties, so that all of those that two entities share are synchronized.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from fault_runs import play

from qa_sync.checklist.depth import Depth

ENTITIES = {
    "Wix.com": (("Contacts", "primaryInfo.email"), ("Products", "sku"), ("Orders", "")),
    "WooCommerce": (("Customer", "email"), ("Product", "sku"), ("Order", "")),
    "Customerp": (("Contact", "email"), ("Product", "itemNumber"), ("Order", "")),
    "Custom Webshop": (("Customer", "email"), ("Product", "sku"), ("Order", "")),
}
QUICK = [*zip(ENTITIES, [*ENTITIES][1:] + [*ENTITIES][:1], strict=True)]
"""Each system once as the source and once as the target; the other pairs, and all of them in depth, are slow."""
PAIRS = [
    pytest.param(*pair, depth, marks=[] if pair in QUICK and depth is Depth.STANDARD else pytest.mark.slow)
    for pair in itertools.permutations(ENTITIES, 2)
    for depth in (Depth.STANDARD, Depth.THOROUGH)
]
MOST = 80
"""Checks that pass at least, so that none passes by being skipped."""
GUESTS = (
    ("WooCommerce", "Wix.com", ("billing.email", "billingInfo.address.email")),
    ("Wix.com", "WooCommerce", ("billingInfo.address.email", "billing.email")),
)
"""Orders with an address, of which Wix makes a contact that no one has written."""
MERGE = """If a matching {b} already exists, the {a} will be merged with the existing one.
If no matching {b} is found, a new {b} will be created.

A {a} will merge with a {b} if one of the following property combinations match:

.. list-table::
   :header-rows: 1

   * - {a} Property
     - {b} Property
   * - {key}
     - {other}
"""
KEEP = (
    "Once a link between a {a} and a {b} is established, it will keep in sync between the two systems, "
    "regardless of where it is edited.\n"
)
ROWS = """
The following properties are synchronized between a {a} and a {b}:

.. list-table::
   :header-rows: 1

   * - {a} Property
     - {b} Property
     - {target} Data Type
"""
ROW = """   * - {}
     - {}
     - string
"""
NEEDED = (
    ("billing.address_1", "billingInfo.address.addressLine1"),
    ("shipping.address_1", "shippingInfo.shipmentDetails.address.addressLine1"),
    ("line_items.name", "lineItems.name"),
    ("line_items.quantity", "lineItems.quantity"),
    ("line_items.price", "lineItems.priceData.price"),
    ("total", "totals.total"),
    ("total", "totals.subtotal"),
)
"""Rows without which no order can be created in Wix."""


def document(source: str, target: str, *order_rows: tuple[str, str]) -> str:
    """Return a document of a pair of systems; an order goes to Wix only with rows for what Wix requires."""
    title = f"{source} to {target} Dataflow"
    parts = [f"{'=' * len(title)}\n{title}\n{'=' * len(title)}\n"]
    for (entity, key), (other_entity, other) in zip(ENTITIES[source], ENTITIES[target], strict=True):
        names = {"a": f"{source} {entity}", "b": f"{target} {other_entity}", "target": target}
        if not key and target == "Wix.com" and not order_rows:
            continue
        heading = "{a} to {b}".format_map(names)
        parts += [
            f"{heading}\n{'-' * len(heading)}\n",
            "Every {a} will be synchronized with a {b}.\n".format_map(names),
        ]
        if key:
            parts.append(MERGE.format(**names, key=key, other=other))
        parts.append(KEEP.format_map(names))
        if not key and order_rows:
            parts.append(ROWS.format_map(names) + "".join(ROW.format(*row) for row in order_rows))
    return "\n".join(parts)


@pytest.mark.parametrize(("source", "target", "depth"), PAIRS)
def test_a_healthy_run_fails_nowhere(tmp_path: Path, source: str, target: str, depth: Depth) -> None:
    spec = tmp_path / "pair.txt"
    spec.write_text(document(source, target), encoding="utf-8")
    outcome = play(spec, "pairs", depth=depth)
    assert (outcome.told, outcome.errors) == ((), ())
    assert outcome.passed > MOST


@pytest.mark.parametrize(
    ("source", "target", "row", "fault"),
    [
        pytest.param(*guests, fault, marks=[] if fault in {None, quick} else pytest.mark.slow)
        for guests, quick in zip(GUESTS, ("duplicate", "no-merge"), strict=True)
        for fault in (None, "duplicate", "no-merge")
    ],
)
def test_contacts_of_guests_disturb_no_check_and_hide_no_duplicates(
    tmp_path: Path, source: str, target: str, row: tuple[str, str], fault: str | None
) -> None:
    spec = tmp_path / "guests.txt"
    rows = (row, *NEEDED) if target == "Wix.com" else (row,)
    spec.write_text(document(source, target, *rows), encoding="utf-8")
    outcome = play(spec, "pairs", *([fault] if fault else []))
    assert outcome.errors == ()
    assert bool(outcome.told) is bool(fault)
    kinds = {place.kind for place in outcome.failed}
    assert {None: set(), "duplicate": {"create", "unique"}, "no-merge": {"merge"}}[fault] <= kinds
    assert outcome.passed > MOST // 2
