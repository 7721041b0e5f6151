"""Stores products v1 (docs/explanation/vendors/wix.rst)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.product_shape import ALL_PRODUCTS, PRODUCT, check_new, inventory_id, shown, slug_of
from qa_sync.sandbox.wix.site import Site, fitted, pruned, read_body

PATH = "/stores/v1/products"
READER = "/stores-reader/v1/products"
MAX_PAGE = 100
WORDS = ("$eq", "$ne", "$hasSome", "$contains", "$startsWith")
CHOSEN = ("$eq", "$ne", "$hasSome")
ORDERED = (*CHOSEN, "$lt", "$lte", "$gt", "$gte")
FIELDS = query.Fields(
    filters={
        **dict.fromkeys(("name", "description", "sku", "slug"), WORDS),
        **dict.fromkeys(("id", "productType", "inventoryStatus", "visible"), CHOSEN),
        **dict.fromkeys(("price", "numericId", "lastUpdated", "createdDate"), ORDERED),
        "collections.id": (*CHOSEN, "$hasAll"),
    },
    sorts=("name", "sku", "slug", "id", "price", "numericId", "lastUpdated", "createdDate"),
)


def keys(doc: Doc) -> list[tuple[str, str]]:
    """Return the keys of a product."""
    return [("slug", doc["slug"])]


class Products:
    """The endpoints of products."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.table = site.products

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(PATH, self.create, methods=["POST"])
        for path in (PATH, READER):
            yield Route(f"{path}/query", self.query, methods=["POST"])
            yield Route(f"{path}/{{id}}", self.get, methods=["GET"])
        yield Route(f"{PATH}/{{id}}", self.update, methods=["PATCH"])
        yield Route(f"{PATH}/{{id}}", self.delete, methods=["DELETE"])

    async def query(self, request: Request) -> Response:
        """List products; hidden ones and costs only on request."""
        body = await read_body(request)
        criteria = body.get("query") or {}
        if not isinstance(criteria, dict):
            raise invalid("query", "TYPE", "Expected an object")
        hidden = bool(body.get("includeHiddenProducts"))
        docs = [_searchable(doc) for doc in self.table.delayed() if hidden or doc["visible"]]
        matches, metadata, total = query.legacy_page(docs, criteria, MAX_PAGE, FIELDS)
        merchant, variants = bool(body.get("includeMerchantSpecificData")), bool(body.get("includeVariants"))
        page = [self._shown(_stored(doc), merchant=merchant, variants=variants) for doc in matches]
        return JsonResponse({"products": page, "metadata": metadata, "totalResults": total})

    async def get(self, request: Request) -> Response:
        """Return one product."""
        merchant = request.query_params.get("includeMerchantSpecificData", "").lower() == "true"
        return JsonResponse({"product": self._shown(self._known(request), merchant=merchant, variants=True)})

    async def create(self, request: Request) -> Response:
        """Add a product."""
        product = await self._read(request)
        check_new(product)
        stamp = self.site.stamp()
        doc: Doc = {"id": self.site.world.guid(), "numericId": self.site.numeric_id(), "visible": True}
        doc |= {"discount": {"type": "NONE", "value": 0}, "description": "", "ribbon": ""}
        doc |= product | {"productType": "physical", "createdDate": stamp, "manageVariants": False}
        doc["slug"] = self._free_slug(product.get("slug") or slug_of(product["name"]))
        doc |= {"productPageUrl": {"base": "https://sandbox.example", "path": f"/product-page/{doc['slug']}"}}
        doc |= {"inventoryItemId": inventory_id(doc["id"]), "collectionIds": [ALL_PRODUCTS]}
        doc |= {"stock": {"trackInventory": False, "inStock": True, "inventoryStatus": "IN_STOCK"}}
        doc |= {"media": {"items": []}, "customTextFields": [], "ribbons": [], "productOptions": []}
        doc.setdefault("additionalInfoSections", [])
        return self._saved(doc)

    async def update(self, request: Request) -> Response:
        """Update the sent fields; the type of a product never changes, without an error."""
        changes = await self._read(request)
        doc = self._known(request)
        changes.pop("productType", None)
        if "name" in changes and not changes["name"]:
            raise invalid("product.name", "REQUIRED_FIELD", "Must have a value")
        for name, value in changes.items():
            doc[name] = pruned({**doc.get(name, {}), **value}) if isinstance(value, dict) else value
        return self._saved({name: value for name, value in doc.items() if value is not None})

    async def delete(self, request: Request) -> Response:
        """Delete a product and its inventory item."""
        self.table.remove(self._known(request)["id"])
        return JsonResponse({})

    async def _read(self, request: Request) -> Doc:
        body = await read_body(request)
        product: Doc = fitted(PRODUCT, body.get("product", {}), "product")
        return product

    def _known(self, request: Request) -> Doc:
        doc = self.table.get(request.path_params["id"])
        if doc is None:
            raise reject(404, "PRODUCT_NOT_FOUND", "Product not found.")
        return doc

    def _free_slug(self, wanted: str) -> str:
        slug, number = wanted, 1
        while self.table.find("slug", slug):
            slug, number = f"{wanted}-{number}", number + 1
        return slug

    def _shown(self, doc: Doc, *, merchant: bool, variants: bool) -> Doc:
        return shown(doc, self.site.settings.currency, merchant=merchant, variants=variants)

    def _saved(self, doc: Doc) -> Response:
        doc["lastUpdated"] = self.site.stamp()
        self.table.save(doc["id"], doc, self.site.world.now())
        return JsonResponse({"product": self._shown(doc, merchant=False, variants=True)})


def _searchable(doc: Doc) -> Doc:
    """Return a product with the filter fields that the stored document lacks."""
    return doc | {
        "price": doc["priceData"]["price"],
        "inventoryStatus": doc["stock"]["inventoryStatus"],
        "collections": [{"id": one} for one in doc["collectionIds"]],
    }


def _stored(doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if name not in {"price", "inventoryStatus", "collections"}}
