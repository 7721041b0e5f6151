"""Products, catalog and inventory (docs/explanation/vendors/wix.rst, "Products")."""

from __future__ import annotations

import json

from wix_rows import (
    PRODUCTS,
    RULE,
    STOCK,
    TEE,
    Row,
    after_delete,
    filtered,
    made,
    plain,
    product,
    stock_of_deleted,
    stock_of_product,
    stock_without_tracking,
)

GOODS = (
    Row(
        *(
            "Product fields",
            "create",
            plain("POST", PRODUCTS, {"product": {**TEE, "costAndProfitData": {"itemCost": 4}}}),
        ),
        keys={"product.stock": {"trackInventory", "inStock", "inventoryStatus"}},
        types={"product.priceData.price": float, "product.numericId": str},
        values={
            "product.visible": True,
            "product.discount": {"type": "NONE", "value": 0},
            "product.stock": {"trackInventory": False, "inStock": True, "inventoryStatus": "IN_STOCK"},
            "product.variants.0.id": "00000000-0000-0000-0000-000000000000",
            "product.costAndProfitData": None,
        },
        item=7,
    ),
    Row(
        *(
            "Product fields",
            "costs for merchants",
            made(
                lambda wix: product(wix, costAndProfitData={"itemCost": 4}),
                "GET",
                PRODUCTS + "/{}",
                params={"includeMerchantSpecificData": "true"},
            ),
        ),
        keys={
            "product.costAndProfitData": {"itemCost", "formattedItemCost", "profit", "formattedProfit", "profitMargin"}
        },
        values={"product.costAndProfitData.profit": 6.5, "product.costAndProfitData.profitMargin": 0.619},
        item=7,
    ),
    Row(
        *(
            "Product queries",
            "hidden products",
            made(lambda wix: product(wix, visible=False), "POST", f"{PRODUCTS}/query", {}),
        ),
        keys={"": {"products", "metadata", "totalResults"}},
        values={"totalResults": 0, "products": []},
        item=7,
    ),
    Row(
        *(
            "Product queries",
            "hidden products, asked for",
            made(lambda wix: product(wix, visible=False), "POST", f"{PRODUCTS}/query", {"includeHiddenProducts": True}),
        ),
        values={"totalResults": 1, "products.0.visible": False},
        item=7,
    ),
    Row(
        "Product queries",
        "a filter that is no string",
        filtered(PRODUCTS, filter={"sku": "x"}),
        400,
        values={RULE: "TYPE"},
        item=5,
    ),
    Row(
        "Product queries",
        "a filter in a string",
        filtered(PRODUCTS, filter='{"sku":"x"}', sort='[{"numericId":"asc"}]'),
        item=5,
    ),
    Row(
        "Product queries",
        "a sort in the other way",
        filtered(PRODUCTS, sort=json.dumps([{"fieldName": "name", "order": "ASC"}])),
    ),
    Row("Product queries", "a page of 101", filtered(PRODUCTS, paging={"limit": 101}), 400, item=4),
    Row(
        *(
            "Product fields",
            "the currency is the site's",
            plain("POST", PRODUCTS, {"product": {**TEE, "priceData": {"price": 1, "currency": "EUR"}}}),
        ),
        values={"product.priceData.currency": "NOK"},
        item=9,
    ),
    Row(
        *(
            "Product fields",
            "the type stays",
            made(product, "PATCH", PRODUCTS + "/{}", {"product": {"productType": "digital"}}),
        ),
        values={"product.productType": "physical"},
        item=9,
    ),
    Row(
        "Product fields", "digital goods", plain("POST", PRODUCTS, {"product": {**TEE, "productType": "digital"}}), 400
    ),
    Row(
        "Product fields",
        "a price as text",
        plain("POST", PRODUCTS, {"product": {**TEE, "priceData": {"price": "1"}}}),
        400,
    ),
    Row("Product fields", "a name of 81", plain("POST", PRODUCTS, {"product": {**TEE, "name": "x" * 81}}), 400),
    Row(
        "Product operations",
        "update what is sent",
        made(product, "PATCH", PRODUCTS + "/{}", {"product": {"sku": "A"}}),
        values={"product.sku": "A", "product.name": "Tee"},
    ),
    Row("Product operations", "delete", made(product, "DELETE", PRODUCTS + "/{}"), values={"": {}}, item=11),
    Row("Product operations", "get of a deleted one", after_delete(PRODUCTS, product), 404, item=11),
    Row(
        *("Inventory", "the stock of a product", made(product, "POST", f"{STOCK}/query", {})),
        keys={
            "inventoryItems.0": {
                *("id", "externalId", "productId", "trackQuantity", "variants", "lastUpdated", "numericId"),
                "preorderInfo",
            },
        },
        values={"totalResults": 1, "inventoryItems.0.trackQuantity": False},
        item=10,
    ),
    Row(
        "Inventory",
        "a filter that is no string",
        filtered(STOCK, filter={"id": "x"}),
        400,
        values={RULE: "TYPE"},
        item=5,
    ),
    Row("Inventory", "a page of 101", filtered(STOCK, paging={"limit": 101}), 400),
    Row(
        *("Inventory", "stock is set and sold", stock_of_product),
        values={
            "product.stock": {
                "trackInventory": True,
                "quantity": 0,
                "inStock": False,
                "inventoryStatus": "OUT_OF_STOCK",
            }
        },
    ),
    Row("Inventory", "tracking must be said", stock_without_tracking, values={"inventoryItem.trackQuantity": False}),
    Row("Inventory", "the stock goes with the product", stock_of_deleted, 404, item=10),
    Row(
        "Catalog version",
        "the catalog",
        plain("GET", "/stores/v3/provision/version"),
        values={"": {"catalogVersion": "V1_CATALOG"}},
        item=13,
    ),
    Row(
        "Catalog version",
        "the other catalog",
        plain("POST", "/stores/v3/products/query", {}),
        428,
        "CATALOG_V1_SITE_CALLING_CATALOG_V3_API",
        item=13,
    ),
    Row("Catalog version", "a product of the other catalog", plain("GET", "/stores/v3/products/1"), 428, item=13),
)
