"""Orders (docs/explanation/vendors/wix.rst, "Orders")."""

from __future__ import annotations

from wix_rows import (
    MILLISECONDS,
    ORDER,
    ORDERS,
    RULE,
    VIOLATION,
    Row,
    bought,
    filtered,
    guest,
    made,
    order,
    plain,
    sent,
)

SALES = (
    Row(
        *("Order fields", "create", plain("POST", ORDERS, {"order": ORDER})),
        keys={
            "order.lineItems.0": {
                *("index", "lineItemType", "quantity", "name", "price", "totalPrice", "taxIncludedInPrice"),
                "priceData",
            },
            "order.totals": {"subtotal", "total", "weight", "quantity"},
        },
        types={"order.number": int, "order.totals.total": str, "order.lineItems.0.priceData.price": str},
        values={
            "order.number": 10001,
            "order.totals.total": "99.999",
            "order.totals.quantity": 2,
            "order.lineItems.0.index": 1,
            "order.lineItems.0.lineItemType": "CUSTOM_AMOUNT_ITEM",
            "order.lineItems.0.priceData.totalPrice": "20",
            "order.billingInfo.paidDate": MILLISECONDS,
            "order.fulfillmentStatus": "NOT_FULFILLED",
        },
        item=8,
    ),
    Row(
        *("Contact fields", "a purchase counts in the contact", bought),
        values={"contact.revision": 1, "contact.lastActivity.activityType": "ECOM_PURCHASE"},
        item=14,
    ),
    Row(
        *("Order fields", "a guest becomes a contact", guest),
        values={
            "contacts.0.source.sourceType": "WIX_STORES",
            "contacts.0.primaryInfo": {"email": "a@example.test"},
            "pagingMetadata.total": 1,
        },
        item=15,
    ),
    Row("Order operations", "get", made(order, "GET", ORDERS + "/{}"), keys={"": {"order"}}),
    Row(
        *("Order operations", "query", made(order, "POST", f"{ORDERS}/query", {})),
        keys={"": {"orders", "metadata", "totalResults"}, "metadata": {"items", "offset"}},
        values={"totalResults": 1, "metadata": {"items": 100, "offset": 0}},
    ),
    Row("Order operations", "no update", made(order, "PATCH", ORDERS + "/{}", {"order": {}}), 404, item=8),
    Row("Order operations", "no delete", made(order, "DELETE", ORDERS + "/{}"), 404, item=8),
    Row(
        *(
            "Order operations",
            "another e-mail",
            made(order, "PATCH", ORDERS + "/{}/updateEmail", {"email": "b@example.test"}),
        ),
        values={"order.buyerInfo.email": "b@example.test"},
    ),
    Row(
        *(
            "Order operations",
            "another address",
            made(order, "PUT", ORDERS + "/{}/updateShippingAddress", {"shippingAddress": {"city": "Oslo"}}),
        ),
        values={"order.shippingInfo.shipmentDetails.address": {"city": "Oslo"}},
    ),
    Row("Order operations", "fulfil a part", sent, values={"order.fulfillmentStatus": "PARTIALLY_FULFILLED"}),
    Row(
        "Order queries",
        "a filter that is no string",
        filtered(ORDERS, filter={"id": "x"}),
        400,
        values={RULE: "TYPE"},
        item=5,
    ),
    Row("Order queries", "a sort that is no string", filtered(ORDERS, sort=[{"number": "asc"}]), 400, item=5),
    Row(
        "Order queries",
        "a filter in a string",
        filtered(ORDERS, filter='{"paymentStatus":"PAID"}'),
        values={"orders": []},
        item=5,
    ),
    Row(
        *("Order queries", "no filter by the buyer's e-mail", filtered(ORDERS, filter='{"buyerInfo.email":"x"}')),
        *(400, "UNSUPPORTED_FILTER_FIELD_UNKNOWN"),
    ),
    Row("Order queries", "a page of 101", filtered(ORDERS, paging={"limit": 101}), 400, item=4),
    Row("Order fields", "no totals", plain("POST", ORDERS, {"order": {**ORDER, "totals": {}}}), 400, keys=VIOLATION),
    Row("Order fields", "no address", plain("POST", ORDERS, {"order": {**ORDER, "billingInfo": {}}}), 400),
    Row(
        "Order fields",
        "money as a number",
        plain("POST", ORDERS, {"order": {**ORDER, "totals": {"total": 1}}}),
        400,
        item=8,
    ),
    Row(
        "Order fields",
        "read-only fields",
        plain("POST", ORDERS, {"order": {**ORDER, "number": 7}}),
        values={"order.number": 10001},
        item=9,
    ),
)
