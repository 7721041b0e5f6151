"""The fields that each entity of the ERP accepts; other fields are dropped.

Source: docs/explanation/vendors/customerp.rst, "The fields".
"""

from __future__ import annotations

from datetime import date
from typing import Any

from qa_sync.sandbox.customerp.countries import is_country
from qa_sync.sandbox.shape import Flag, Many, Number, Obj, ShapeError, Text


class Day:
    """A date without time, `2024-02-29`."""

    def fit(self, value: Any, path: str) -> str:
        """Return the date unchanged."""
        text = Text().fit(value, path)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ShapeError(path, "FORMAT", f"a date YYYY-MM-DD, got {text!r}") from None
        return day.isoformat()


class Country:
    """A country by its English or Norwegian name, stored unchanged."""

    def fit(self, value: Any, path: str) -> str:
        """Return the name unchanged."""
        text = Text().fit(value, path)
        if text and not is_country(text):
            raise ShapeError(path, "COUNTRY", f"a country's name, got {text!r}")
        return text


TEXT = Text(max=255)
LONG = Text(max=8000)
NUMBER = Number(-999_999_999_999.99, 999_999_999_999.99)
ADDRESS = Obj(
    {"line1": TEXT, "line2": TEXT, "postalCode": Text(max=20), "city": TEXT, "region": TEXT, "country": Country()}
)

CONTACT = Obj(
    {
        "firstName": TEXT,
        "lastName": TEXT,
        "email": TEXT,
        "phone": TEXT,
        "mobile": TEXT,
        "title": TEXT,
        "birthDate": Day(),
        "customerId": TEXT,
        "address": ADDRESS,
        "deliveryAddress": ADDRESS,
        "active": Flag(),
    }
)
CUSTOMER = Obj(
    {
        "name": TEXT,
        "organizationNumber": TEXT,
        "email": TEXT,
        "phone": TEXT,
        "address": ADDRESS,
        "deliveryAddress": ADDRESS,
        "active": Flag(),
    }
)
PRODUCT = Obj(
    {
        "itemNumber": Text(max=100),
        "name": TEXT,
        "description": LONG,
        "salesPrice": NUMBER,
        "costPrice": NUMBER,
        "currency": Text(pattern="[A-Z]{3}"),
        "stockQuantity": NUMBER,
        "active": Flag(),
        "type": Text(choices=("goods", "service")),
        "weightKg": NUMBER,
        "brand": TEXT,
    }
)
LINE = Obj(
    {
        "productId": TEXT,
        "description": TEXT,
        "quantity": NUMBER,
        "unitPrice": NUMBER,
        "discountPercent": Number(0, 100),
    }
)
ORDER = Obj(
    {
        "orderNumber": Text(max=50),
        "externalReference": TEXT,
        "orderDate": Day(),
        "paidDate": Day(),
        "status": Text(choices=("open", "confirmed", "shipped", "invoiced", "cancelled")),
        "currency": Text(pattern="[A-Z]{3}"),
        "customerId": TEXT,
        "invoiceAddress": ADDRESS,
        "deliveryAddress": ADDRESS,
        "comment": LONG,
        "lines": Many(LINE),
        "freight": NUMBER,
        "discount": NUMBER,
    }
)

DEFAULTS: dict[str, Any] = {"active": True, "type": "goods", "status": "open"}
"""What an empty field becomes instead of null."""


def complete(shape: Obj, body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with every known field: an empty one is null, a list is empty, an object holds nulls."""
    return {name: _filled(name, part, body.get(name)) for name, part in shape.fields.items()}


def _filled(name: str, part: object, value: Any) -> Any:
    if isinstance(part, Obj):
        return complete(part, value or {})
    if isinstance(part, Many):
        return [complete(part.of, line) for line in value or []] if isinstance(part.of, Obj) else value
    return DEFAULTS.get(name) if value in (None, "") else value
