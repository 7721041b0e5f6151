"""The writable fields of an order, and the arguments of its list.

Source: docs/explanation/vendors/woocommerce.rst, "Orders".
"""

from __future__ import annotations

from collections.abc import Mapping

from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.args import DATE_ARGS, Arg
from qa_sync.sandbox.woocommerce.customers import BILLING_ARG, SHIPPING_ARG
from qa_sync.sandbox.woocommerce.shop import META_ARG

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft")
PAID = ("processing", "completed")
WHOLE = Arg("integer", nullable=True)
TEXT = Arg(nullable=True)
PRODUCT_LINE = Arg(
    "object",
    fields={
        **dict.fromkeys(("id", "product_id", "variation_id", "quantity"), WHOLE),
        **dict.fromkeys(("name", "sku", "tax_class", "subtotal", "total"), TEXT),
        "meta_data": META_ARG,
    },
)
SHIPPING_LINE = Arg(
    "object",
    fields={"id": WHOLE, **dict.fromkeys(("method_id", "method_title", "instance_id", "total"), TEXT)},
)
FEE_LINE = Arg("object", fields={"id": WHOLE, **dict.fromkeys(("name", "tax_class", "tax_status", "total"), TEXT)})

ARGS: Mapping[str, Arg] = {
    "status": Arg(choices=("auto-draft", *STATUSES)),
    "currency": Arg(choices=money.CODES),
    **dict.fromkeys(("payment_method", "payment_method_title", "transaction_id", "customer_note"), Arg()),
    "customer_id": Arg("integer"),
    "parent_id": Arg("integer"),
    "billing": BILLING_ARG,
    "shipping": SHIPPING_ARG,
    "set_paid": Arg("boolean"),
    "line_items": Arg("array", of=PRODUCT_LINE),
    "shipping_lines": Arg("array", of=SHIPPING_LINE),
    "fee_lines": Arg("array", of=FEE_LINE),
    "coupon_lines": Arg("array", of=Arg("object", fields={"id": WHOLE, "code": TEXT})),
    "meta_data": META_ARG,
}

LIST_ARGS: Mapping[str, Arg] = {
    **DATE_ARGS,
    "orderby": Arg(choices=("date", "modified", "id", "include", "title", "slug")),
    "status": Arg("array", of=Arg(choices=("any", "trash", "auto-draft", *STATUSES))),
    "customer": Arg("integer"),
    "product": Arg("integer"),
}
