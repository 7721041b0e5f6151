"""All that is documented of Wix, and what of it the sandbox does not do."""

from __future__ import annotations

from wix_common import COMMON
from wix_contacts import CONTACT_ROWS
from wix_goods import GOODS
from wix_members import MEMBER_ROWS
from wix_rows import PRODUCTS, Row, made, plain, product
from wix_sales import SALES

SUCCESSORS = (
    Row(
        "Contact operations",
        "a bulk update",
        plain("POST", "/contacts/v4/bulk/contacts/update", {}),
        keys={"": {"jobId"}},
    ),
    Row("Contacts v5", "contacts v5", plain("POST", "/contacts/v5/contacts", {"contact": {}})),
    Row("Orders v1", "orders v1", plain("POST", "/ecom/v1/orders/search", {"search": {}})),
    Row("Product operations", "variants", made(product, "POST", PRODUCTS + "/{}/variants/query", {})),
    Row("Product operations", "media", made(product, "POST", PRODUCTS + "/{}/media", {"media": []})),
    Row("Product operations", "collections", plain("POST", "/stores/v1/collections/query", {})),
    Row(
        "Product operations", "bulk products", plain("POST", "/stores/v1/bulk/products/update", {"ids": [], "set": {}})
    ),
)

ROWS = (*COMMON, *CONTACT_ROWS, *MEMBER_ROWS, *SALES, *GOODS, *SUCCESSORS)

ACCEPTED: dict[tuple[str, str], str] = {
    # (section, name): why the sandbox responds differently
    (
        "Contact operations",
        "a bulk update",
    ): "qa-sync touches only records of its own, one by one; no connector uses it",
    (
        "Contacts v5",
        "contacts v5",
    ): "another shape of the same contacts; the documents are about v4 (see 'Which API' on its page)",
    (
        "Orders v1",
        "orders v1",
    ): "the successor; the documents' property names are those of Stores v2 (see 'Which API' on its page)",
    ("Product operations", "variants"): "every product has the one variant without choices; no document maps variants",
    ("Product operations", "media"): "no document maps pictures",
    ("Product operations", "collections"): "no document maps collections; every product is in the one of all products",
    (
        "Product operations",
        "bulk products",
    ): "qa-sync touches only records of its own, one by one; no connector uses it",
}
