"""The fields of a Stores order on create, and what Wix adds (docs/explanation/vendors/wix.rst, "Order fields")."""

from __future__ import annotations

from decimal import Decimal

from qa_sync.sandbox.shape import Flag, Many, Obj, Shape, Text, Whole
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.errors import invalid
from qa_sync.sandbox.wix.settings import SiteSettings

TEXT = Text(max=1000)
AMOUNT = Text(max=20, pattern=r"-?[0-9]+(\.[0-9]+)?")
TRACKING = Obj({"trackingNumber": TEXT, "shippingProvider": TEXT, "trackingLink": TEXT})
ADDRESS = Obj(
    {
        "fullName": Obj({"firstName": TEXT, "lastName": TEXT}),
        "country": Text(pattern="[A-Z]{2}"),
        "subdivision": Text(pattern="[A-Z]{2}-[A-Z0-9]{1,3}"),
        "city": TEXT,
        "zipCode": TEXT,
        "phone": TEXT,
        "company": TEXT,
        "email": TEXT,
        "addressLine1": TEXT,
        "street": Obj({"number": TEXT, "name": TEXT}),
        "addressLine2": TEXT,
    }
)
LINE = Obj(
    {
        "quantity": Whole(min=1),
        "name": TEXT,
        "translatedName": TEXT,
        "productId": TEXT,
        "variantId": TEXT,
        "options": Many(Obj({"option": TEXT, "selection": TEXT})),
        "customTextFields": Many(Obj({"title": TEXT, "value": TEXT})),
        "weight": AMOUNT,
        "sku": TEXT,
        "discount": AMOUNT,
        "tax": AMOUNT,
        "priceData": Obj({"price": AMOUNT, "taxIncludedInPrice": Flag()}),
        "fulfillerId": TEXT,
        "notes": TEXT,
    }
)
MONEY: dict[str, Shape] = dict.fromkeys(
    ("subtotal", "shipping", "tax", "discount", "total", "refund", "giftCard"), AMOUNT
)
ORDER = Obj(
    {
        "buyerInfo": Obj({"id": TEXT, "identityType": Text(choices=("CONTACT", "MEMBER"))}),
        "currency": Text(pattern="[A-Z]{3}"),
        "weightUnit": Text(choices=("KG", "LB")),
        "totals": Obj(MONEY),
        "billingInfo": Obj(
            {
                "paymentMethod": TEXT,
                "paymentProviderTransactionId": TEXT,
                "paymentGatewayTransactionId": TEXT,
                "address": ADDRESS,
            }
        ),
        "shippingInfo": Obj(
            {
                "deliveryOption": TEXT,
                "estimatedDeliveryTime": TEXT,
                "shippingRegion": TEXT,
                "shipmentDetails": Obj(
                    {
                        "address": ADDRESS,
                        "trackingInfo": TRACKING,
                        "discount": AMOUNT,
                        "tax": AMOUNT,
                        "priceData": Obj({"price": AMOUNT, "taxIncludedInPrice": Flag()}),
                    }
                ),
                "pickupDetails": Obj({"pickupAddress": ADDRESS, "pickupInstructions": TEXT}),
            }
        ),
        "buyerNote": Text(max=1000),
        "paymentStatus": Text(
            choices=(
                *("NOT_PAID", "PAID", "PENDING", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"),
                "UNSPECIFIED_PAYMENT_STATUS",
            )
        ),
        "lineItems": Many(LINE, min=1, max=300),
        "channelInfo": Obj(
            {
                "type": Text(
                    choices=(
                        *("WEB", "POS", "EBAY", "AMAZON", "OTHER_PLATFORM", "WIX_APP_STORE", "WIX_INVOICES"),
                        *("BACKOFFICE_MERCHANT", "WISH"),
                    )
                ),
                "externalOrderId": TEXT,
                "externalOrderUrl": TEXT,
            }
        ),
        "customField": Obj({"title": TEXT, "value": TEXT}),
        "cartId": TEXT,
        "buyerLanguage": TEXT,
    }
)


def check_complete(order: Doc) -> None:
    """Raise the vendor's 400 for a missing required field of a new order."""
    totals = order.get("totals") or {}
    for name in ("subtotal", "total"):
        _require(totals.get(name), f"order.totals.{name}")
    _require(order.get("lineItems"), "order.lineItems")
    for n, line in enumerate(order["lineItems"]):
        _check_line(line, f"order.lineItems[{n}]")
    if (order.get("channelInfo") or {}).get("type") == "POS":
        return
    _require((order.get("billingInfo") or {}).get("address"), "order.billingInfo.address")
    shipping = order.get("shippingInfo") or {}
    if "pickupDetails" not in shipping:
        _require((shipping.get("shipmentDetails") or {}).get("address"), "order.shippingInfo.shipmentDetails.address")


def _check_line(line: Doc, path: str) -> None:
    for name in ("quantity", "name"):
        _require(line.get(name), f"{path}.{name}")
    _require((line.get("priceData") or {}).get("price"), f"{path}.priceData.price")
    if line.get("variantId"):
        _require(line.get("options"), f"{path}.options")


def _require(value: object, path: str) -> None:
    if value in (None, "", {}, []):
        raise invalid(path, "REQUIRED_FIELD", "Must have a value")


def with_defaults(order: Doc, stamp: str, settings: SiteSettings) -> Doc:
    """Return the order with what Wix adds on create; the totals stay as sent."""
    lines = [_line(line, n) for n, line in enumerate(order["lineItems"], 1)]
    placed = ["ORDER_PLACED"]
    billing = order.get("billingInfo", {})
    if order.get("paymentStatus") == "PAID":
        placed.append("ORDER_PAID")
        billing = billing | {"paidDate": stamp}
    defaults = {"currency": settings.currency, "weightUnit": settings.weight, "paymentStatus": "NOT_PAID"}
    decided: Doc = {
        "billingInfo": billing,
        "fulfillmentStatus": "NOT_FULFILLED",
        "archived": False,
        "read": False,
        "channelInfo": {"type": "WEB"} | order.get("channelInfo", {}),
        "lineItems": lines,
        "totals": order["totals"] | {"weight": _weight(lines), "quantity": sum(line["quantity"] for line in lines)},
        "activities": [{"type": kind, "timestamp": stamp} for kind in placed],
    }
    return defaults | order | decided


def _line(line: Doc, index: int) -> Doc:
    price = Decimal(line["priceData"]["price"])
    tax_included = bool(line["priceData"].get("taxIncludedInPrice"))
    total = str(price * line["quantity"])
    mirrors = {"price": line["priceData"]["price"], "totalPrice": total, "taxIncludedInPrice": tax_included}
    kind = "PHYSICAL" if line.get("productId") else "CUSTOM_AMOUNT_ITEM"
    return {"index": index, "lineItemType": kind, **line, **mirrors, "priceData": mirrors}


def _weight(lines: list[Doc]) -> str:
    return str(sum((Decimal(line.get("weight") or 0) * line["quantity"] for line in lines), Decimal(0)))
