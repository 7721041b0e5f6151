"""The fields that the webshop accepts; other fields are dropped, except on orders.

Source: docs/explanation/vendors/custom-webshop.rst, "The fields".
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qa_sync.sandbox.shape import Flag, Many, Obj, Text, Whole

MILL = Decimal("0.001")


def money(amount: Decimal) -> str:
    """Return an amount in the vendor's format, `99.90`; a third decimal only where it is not zero."""
    return str(amount.quantize(MILL, ROUND_HALF_UP)).removesuffix("0")


class Money:
    """An amount as a string, stored with two or three decimals."""

    def fit(self, value: Any, path: str) -> str:
        """Return the amount as it is stored."""
        return money(Decimal(Text(max=20, min=1, pattern=r"-?[0-9]+(\.[0-9]+)?").fit(value, path)))


TEXT = Text(max=255)
ADDRESS = Obj({"street": TEXT, "city": TEXT, "zip": Text(max=20), "countryCode": Text(pattern="[A-Z]{2}")})
EMAIL = Text(max=320, pattern=r"[^@\s]+@[^@\s]+")

CUSTOMER = Obj(
    {
        "email": EMAIL,
        "firstName": TEXT,
        "lastName": TEXT,
        "company": TEXT,
        "phone": TEXT,
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
        "active": Flag(),
    }
)
PRODUCT = Obj(
    {
        "sku": Text(max=64),
        "title": Text(max=255),
        "description": Text(max=16000),
        "price": Money(),
        "stock": Whole(),
        "published": Flag(),
        "slug": TEXT,
    }
)
ITEM = Obj({"productId": Whole(), "title": TEXT, "qty": Whole(min=1), "unitPrice": Money()})
STATUS = Text(choices=("new", "paid", "shipped", "cancelled"))
ORDER = Obj(
    {
        "reference": TEXT,
        "status": STATUS,
        "currency": Text(pattern="[A-Z]{3}"),
        "customerId": Whole(),
        "customerEmail": EMAIL,
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
        "note": Text(max=2000),
        "items": Many(ITEM),
        "shippingCost": Money(),
        "discount": Money(),
    }
)
ORDER_PATCH = Obj({"status": STATUS, "note": Text(max=2000)})


def complete(shape: Obj, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with every known field: an empty one is null, an object holds nulls."""
    return {name: _filled(part, body.get(name)) for name, part in shape.fields.items()}


def _filled(part: object, value: Any) -> Any:
    if isinstance(part, Obj):
        return complete(part, value or {})
    return None if value == "" else value
