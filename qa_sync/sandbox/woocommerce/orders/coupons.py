"""Coupons, and what they take off the lines of an order.

Source: docs/explanation/vendors/woocommerce.rst, "Coupons, fees and refunds as measured". Amounts are cents: what is
not divisible goes to the dearest lines, a cent each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.shop import Shop

CENT = 100


def coupons_of(shop: Shop) -> Table:
    """Return the table of coupons."""
    return shop.world.store.table("coupons", lambda doc: [("code", doc["code"])])


def create_coupon(shop: Shop, body: Doc) -> Doc:
    """Add a coupon; its code is kept in lower case."""
    code = (body.get("code") or "").lower()
    if not code:
        raise refuse(400, "woocommerce_rest_missing_coupon_code", "Coupon code is required.")
    if coupons_of(shop).find("code", code):
        raise refuse(400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists")
    kind, amount = body.get("discount_type") or "fixed_cart", money.as_kept(body.get("amount") or "0")
    coupon = {"id": shop.next_post(), "code": code, "discount_type": kind, "amount": f"{money.exact(amount):.2f}"}
    coupons_of(shop).save(coupon["id"], coupon, shop.world.now())
    return coupon


def refused_coupon(shop: Shop, posted: Iterable[Doc]) -> Rejection | None:
    """Return the error response for the first coupon that cannot be used, None if all can."""
    for given in posted:
        code = (given.get("code") or "").lower()
        if not code:
            return refuse(400, "woocommerce_rest_invalid_coupon", "Coupon code is required.")
        if not coupons_of(shop).find("code", code):
            return refuse(400, "woocommerce_rest_invalid_coupon", f'Coupon "{code}" does not exist!')
    return None


def apply_coupons(shop: Shop, order: Doc, posted: Iterable[Doc]) -> None:
    """Make the posted coupons the only ones: the totals of all lines are computed again from their subtotals."""
    left = {n: _cents(line["subtotal"]) for n, line in enumerate(order["line_items"])}
    order["coupon_lines"] = []
    for given in posted:
        coupon = coupons_of(shop).find("code", given["code"].lower())[0]
        taken = _taken(coupon, order["line_items"], left)
        for n, cents in taken.items():
            left[n] -= cents
        order["coupon_lines"].append(_coupon_line(shop, coupon, sum(taken.values())))
    for n, line in enumerate(order["line_items"]):
        line["total"] = str(Decimal(left[n]) / CENT)


def _taken(coupon: Doc, lines: list[Doc], left: Mapping[int, int]) -> dict[int, int]:
    """Return the cents that a coupon takes off each line."""
    dearest = sorted(left, key=lambda n: -left[n] / max(1, lines[n]["quantity"]))
    if coupon["discount_type"] == "percent":
        share = money.exact(coupon["amount"]) / 100
        taken = {n: int(left[n] * share) for n in dearest}
        return _with_rest(taken, lines, left, int(money.rounded(sum(left.values()) * share, 0)))
    amount = min(_cents(coupon["amount"]), sum(left.values()))
    each = amount // max(1, sum(max(0, lines[n]["quantity"]) for n in left))
    return _with_rest({n: min(left[n], each * lines[n]["quantity"]) for n in dearest}, lines, left, amount)


def _with_rest(taken: dict[int, int], lines: list[Doc], left: Mapping[int, int], amount: int) -> dict[int, int]:
    """Return what is taken, and the rest of the amount, a cent for each piece in the order of the lines."""
    rest = amount - sum(taken.values())
    while rest > 0 and any(left[n] > taken[n] for n in taken):
        for n, cents in taken.items():
            more = min(rest, max(1, lines[n]["quantity"]), left[n] - cents)
            taken[n] = cents + more
            rest -= more
    return taken


def _coupon_line(shop: Shop, coupon: Doc, cents: int) -> Doc:
    amount = _number(money.exact(coupon["amount"]))
    kind = None if coupon["discount_type"] == "fixed_cart" else coupon["discount_type"]
    info = json.dumps([coupon["id"], coupon["code"], kind, amount], separators=(",", ":"))
    return {
        "id": shop.world.store.next("line"),
        "code": coupon["code"],
        "discount": f"{_number(Decimal(cents) / CENT)}",
        "discount_tax": "0",
        "meta_data": shop.with_meta([], [{"key": "coupon_info", "value": info}]),
        "discount_type": coupon["discount_type"],
        "nominal_amount": amount,
        "free_shipping": False,
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _cents(text: str) -> int:
    return int(money.rounded(money.exact(text) * CENT, 0))
