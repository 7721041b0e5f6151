"""All that is documented of Wix, and what of it the sandbox does not do."""

from __future__ import annotations

from wix_common import COMMON
from wix_goods import GOODS
from wix_people import PEOPLE
from wix_rows import PRODUCTS, Row, made, plain, product
from wix_sales import SALES

SUCCESSORS = (
    Row("2.1", "a bulk update", plain("POST", "/contacts/v4/bulk/contacts/update", {}), keys={"": {"jobId"}}),
    Row("2.6", "contacts v5", plain("POST", "/contacts/v5/contacts", {"contact": {}})),
    Row("3.4", "orders v1", plain("POST", "/ecom/v1/orders/search", {"search": {}})),
    Row("4.1", "variants", made(product, "POST", PRODUCTS + "/{}/variants/query", {})),
    Row("4.1", "media", made(product, "POST", PRODUCTS + "/{}/media", {"media": []})),
    Row("4.1", "collections", plain("POST", "/stores/v1/collections/query", {})),
    Row("4.1", "bulk products", plain("POST", "/stores/v1/bulk/products/update", {"ids": [], "set": {}})),
)

ROWS = (*COMMON, *PEOPLE, *SALES, *GOODS, *SUCCESSORS)

ACCEPTED: dict[tuple[str, str], str] = {
    # (section, name): why the sandbox answers otherwise
    ("2.1", "a bulk update"): "qa-sync touches only records of its own, one by one; no connector uses it",
    ("2.6", "contacts v5"): "another shape of the same contacts; the documents are about v4 (WIX.md 0)",
    ("3.4", "orders v1"): "the successor; the documents' property names are those of Stores v2 (WIX.md 0)",
    ("4.1", "variants"): "every product has the one variant without choices; no document maps variants",
    ("4.1", "media"): "no document maps pictures",
    ("4.1", "collections"): "no document maps collections; every product is in the one of all products",
    ("4.1", "bulk products"): "qa-sync touches only records of its own, one by one; no connector uses it",
}
