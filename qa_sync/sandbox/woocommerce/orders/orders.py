"""Orders (docs/explanation/vendors/woocommerce.rst, "Orders", "Orders as measured" and "Money as measured")."""

from __future__ import annotations

import string
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from starlette.datastructures import QueryParams

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.args import Arg
from qa_sync.sandbox.woocommerce.customers import note_payment
from qa_sync.sandbox.woocommerce.errors import refuse, with_data
from qa_sync.sandbox.woocommerce.orders import order_lines, stock
from qa_sync.sandbox.woocommerce.orders.coupons import apply_coupons, refused_coupon
from qa_sync.sandbox.woocommerce.orders.order_fields import ARGS, LIST_ARGS, PAID
from qa_sync.sandbox.woocommerce.orders.order_response import ADDRESS, amounts_of, shown_order
from qa_sync.sandbox.woocommerce.orders.refunds import create_refund, refunded
from qa_sync.sandbox.woocommerce.orders.taxes import tax_lines
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.sandbox.woocommerce.text import unslashed

TAXED_ANEW = ("billing", "shipping", *order_lines.KINDS, "coupon_lines")
"""What makes the shop compute an order's totals and taxes again."""


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of an order."""
    return [("customer", str(doc["customer_id"]))]


class Orders:
    """The resource `orders`."""

    path = "orders"
    default_sort = ("date", "desc")
    args: Mapping[str, Arg] = ARGS
    list_args: Mapping[str, Arg] = LIST_ARGS

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.table = shop.orders

    def create(self, body: Doc) -> Doc:
        """Add an order; nothing is required."""
        doc: Doc = {"status": "pending", "currency": self.shop.settings.currency, "customer_id": 0, "parent_id": 0}
        doc |= dict.fromkeys(("payment_method", "payment_method_title", "transaction_id", "customer_note"), "")
        doc |= {"billing": dict.fromkeys(ADDRESS, ""), "shipping": dict.fromkeys(ADDRESS, "")}
        doc["shipping"].pop("email")
        doc |= {"date_paid": None, "date_completed": None, "meta_data": [], "date_created": self.shop.stamp()}
        doc |= {kind: [] for kind in (*order_lines.KINDS, "coupon_lines")} | {
            "prices_include_tax": False,
            "tax_line": None,
        }
        doc |= {"sold": {}, "amounts": {}}
        letters = string.ascii_letters + string.digits
        doc["order_key"] = "wc_order_" + "".join(self.shop.world.rng.choices(letters, k=13))
        self._check(body)
        if refusal := refused_coupon(self.shop, body.get("coupon_lines") or ()):
            raise self._with_draft(doc, body, refusal)
        self._set(doc, body)
        self._total(doc)
        doc["id"] = self.shop.next_post()
        return self._save(doc, body, [])

    def _with_draft(self, doc: Doc, body: Doc, refusal: Rejection) -> Rejection:
        """Leave the draft of an order that a coupon prevents (measured: ORDERS)."""
        self._set(doc, {name: value for name, value in body.items() if name != "coupon_lines"})
        self._total(doc)
        doc |= {"id": self.shop.next_post(), "status": "checkout-draft"}
        self._keep(doc)
        return Rejection(refusal.status, with_data(refusal.body, new_draft_order_id=doc["id"]))

    def _total(self, doc: Doc) -> None:
        """Compute taxes and totals, with the settings of now."""
        tax_lines(self.shop, doc)
        doc["amounts"] = amounts_of(doc, self.shop.settings.decimals)

    def update(self, doc: Doc, body: Doc) -> Doc:
        """Update an order; lines that are not sent stay."""
        before = deepcopy(doc["line_items"])
        self._check(body)
        if refusal := refused_coupon(self.shop, body.get("coupon_lines") or ()):
            raise refusal
        was_refunded = doc["status"] == "refunded"
        self._set(doc, body)
        if any(name in body for name in TAXED_ANEW):
            self._total(doc)
        if doc["status"] == "refunded" and not was_refunded:
            self._refund_rest(doc)
        return self._save(doc, body, before)

    def _refund_rest(self, doc: Doc) -> None:
        """Refund what is left of an order whose status says that it is refunded."""
        left = money.exact(doc["amounts"]["total"]) - refunded(self.shop, doc)
        if left > 0:
            create_refund(self.shop, doc, {"amount": str(left), "reason": "Order fully refunded."})

    def refund(self, doc: Doc, body: Doc) -> Doc:
        """Refund an order in part; when nothing is left of its total, the order is refunded."""
        refund = create_refund(self.shop, doc, body)
        if refunded(self.shop, doc) >= money.exact(doc["amounts"]["total"]):
            doc["status"] = "refunded"
        self._keep(doc)
        return refund

    def _check(self, body: Doc) -> None:
        customer = body.get("customer_id")
        if customer and self.shop.customers.get(customer) is None:
            raise refuse(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")
        if body.get("currency") is not None and body["currency"] not in money.CODES:
            raise refuse(400, "order_invalid_currency", "Invalid currency code")

    def _set(self, doc: Doc, body: Doc) -> None:
        named = ("status", "currency", "customer_id", "parent_id", "payment_method", "payment_method_title")
        before = dict(doc)
        for name in (*named, "transaction_id", "customer_note"):
            if body.get(name) is not None:
                doc[name] = body[name]
        if self.shop.settings.orders == "posts" and any(doc[n] != before[n] for n in ("status", "customer_note")):
            doc["customer_note"] = unslashed(doc["customer_note"])  # a post, which WordPress unslashes at each write
        for name in ("billing", "shipping"):
            doc[name] |= {part: value for part, value in (body.get(name) or {}).items() if part in doc[name]}
        for kind in order_lines.KINDS:
            order_lines.apply(self.shop, doc, kind, body.get(kind) or [])
        if body.get("coupon_lines") is not None:
            apply_coupons(self.shop, doc, body["coupon_lines"])
        doc["meta_data"] = self.shop.with_meta(doc["meta_data"], body.get("meta_data"))

    def _save(self, doc: Doc, body: Doc, before: list[Doc]) -> Doc:
        stamp = self.shop.stamp()
        paid_now = body.get("set_paid") and doc["status"] not in PAID
        if paid_now:
            doc["status"] = "processing" if doc["line_items"] else "completed"
        if paid_now or doc["status"] == "completed":
            note_payment(self.shop, doc["customer_id"])
        if doc["status"] in PAID:
            doc["date_paid"] = doc["date_paid"] or stamp
        if doc["status"] == "completed":
            doc["date_completed"] = doc["date_completed"] or stamp
        stock.settle(self.shop, before, doc)
        return self._keep(doc)

    def _keep(self, doc: Doc) -> Doc:
        doc["date_modified"] = self.shop.stamp()
        self.table.save(doc["id"], doc, self.shop.world.now())
        return doc

    def delete(self, doc: Doc, *, force: bool) -> None:
        """Move an order to the trash, or delete it."""
        if force:
            self.table.remove(doc["id"])
            return
        if doc["status"] == "trash":
            raise refuse(410, "woocommerce_rest_already_trashed", "The order has already been deleted.")
        marks = self.shop.trash_meta(f"wc-{doc['status']}")
        self._keep(doc | {"status": "trash", "meta_data": marks + doc["meta_data"]})

    def shown(self, doc: Doc, *, view: bool, decimals: int) -> Doc:  # noqa: ARG002 - the same for reads and writes
        """Return an order as returned by the API."""
        return shown_order(self.shop, doc, decimals)

    def links(self, doc: Doc, root: str) -> Doc:
        """Return the links to the order's e-mails and to its customer."""
        mails = {"embeddable": True, "href": f"{root}/orders/{doc['id']}/actions/email_templates"}
        customer = {"customer": [{"href": f"{root}/customers/{doc['customer_id']}"}]} if doc["customer_id"] else {}
        return {"email_templates": [mails]} | customer

    def select(self, args: Doc, given: QueryParams) -> list[Doc]:  # noqa: ARG002 - all is in the arguments
        """Return the orders of a list; those in the trash only on request."""
        docs = self.table.find("customer", str(args["customer"])) if "customer" in args else self.table.all()
        wanted = args.get("status", ["any"])
        docs = [doc for doc in docs if doc["status"] in wanted or "any" in wanted]
        if "any" in wanted:  # measured: also together with `trash`
            docs = [doc for doc in docs if doc["status"] != "trash"]
        if "product" in args:
            docs = [doc for doc in docs if any(line["product_id"] == args["product"] for line in doc["line_items"])]
        search = args.get("search", "").casefold()
        return [doc for doc in docs if search in _searchable(doc)]

    def sort_key(self, doc: Doc, orderby: str) -> Any:
        """Return the sort keys of an order."""
        return {"date": doc["date_created"], "modified": doc["date_modified"]}.get(orderby, doc["id"])

    def missing(self, method: str) -> Rejection:
        """Return the error response for an unknown order; updates return 400, other methods 404."""
        status = 404 if method in ("GET", "DELETE") else 400
        return refuse(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")

    def exists(self) -> Rejection:
        """Return the error response for a POST with an id."""
        return refuse(400, "woocommerce_rest_shop_order_exists", "Cannot create existing shop_order.")


def _searchable(doc: Doc) -> str:
    parts = [doc["id"], *doc["billing"].values(), *doc["shipping"].values()]
    return " ".join(str(part) for part in [*parts, *(line["name"] for line in doc["line_items"])]).casefold()
