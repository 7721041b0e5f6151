"""Routes of a shop besides its three resources: terms, coupons, variations, and what belongs to an order.

Source: docs/explanation/vendors/woocommerce.rst, "Coupons, fees and refunds as measured", "Kinds of products as
measured" and "Categories, tags and images as measured".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce import listing
from qa_sync.sandbox.woocommerce.args import checked
from qa_sync.sandbox.woocommerce.endpoints import PREFIX, UPDATES, body_of, fields_of
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.orders import coupons, refunds
from qa_sync.sandbox.woocommerce.orders.order_lines import shown_product_line
from qa_sync.sandbox.woocommerce.orders.orders import Orders
from qa_sync.sandbox.woocommerce.products import terms, variations
from qa_sync.sandbox.woocommerce.products.products import Products
from qa_sync.sandbox.woocommerce.shop import Shop


class Collection(Struct, frozen=True):
    """One collection: its path, the record that it belongs to, and what can be done.

    `owner` returns the record of the path (None: the collection is the shop's own); all functions get it. `location` is
    the path in the header `Location`, which WooCommerce does not fill everywhere.
    """

    path: str
    location: str
    table: Table
    browse: Callable[[Doc], list[Doc]]
    create: Callable[[Doc, Doc], Doc]
    shown: Callable[[Doc, Doc], Doc]
    owner: Callable[[int], Doc] | None = None
    update: Callable[[Doc, Doc], Doc] | None = None
    remove: Callable[[Doc], None] | None = None

    def routes(self) -> Iterator[Route]:
        """Yield the routes of the collection."""
        yield Route(PREFIX + self.path, self.list, methods=["GET"])
        yield Route(PREFIX + self.path, self.add, methods=["POST"])
        one = f"{PREFIX}{self.path}/{{id:int}}"
        yield Route(one, self.get, methods=["GET"])
        if self.update:
            yield Route(one, self.change, methods=UPDATES)
        yield Route(one, self.delete, methods=["DELETE"])

    def _owner(self, request: Request) -> Doc:
        return self.owner(request.path_params["owner"]) if self.owner else {}

    def _known(self, request: Request) -> Doc:
        record = self.table.get(request.path_params["id"])
        if record is None:
            raise refuse(404, "woocommerce_rest_invalid_id", "Invalid ID.")
        return record

    def _answer(self, request: Request, record: Doc, status: int = 200, **headers: str) -> Response:
        shown = self.shown(self._owner(request), record)
        return JsonResponse(listing.only(shown, fields_of(request)), status, headers)

    async def list(self, request: Request) -> Response:
        """Return a page."""
        owner = self._owner(request)
        args = checked(listing.LIST_ARGS, {n: v for n, v in request.query_params.items() if v})
        records = self.browse(owner)
        page, number, pages = listing.page_of(records, args)
        headers = listing.headers(request, _root(request) + request.url.path, len(records), number, pages)
        fields = request.query_params.get("_fields", "").split(",")
        return JsonResponse([listing.only(self.shown(owner, record), fields) for record in page], headers=headers)

    async def add(self, request: Request) -> Response:
        """Add a record."""
        owner = self._owner(request)
        record = self.create(owner, await body_of(request))
        location = self.location.replace("{owner}", str(owner.get("id")))
        return self._answer(request, record, 201, Location=f"{_root(request)}{PREFIX}{location}/{record['id']}")

    async def get(self, request: Request) -> Response:
        """Return one record."""
        return self._answer(request, self._known(request))

    async def change(self, request: Request) -> Response:
        """Update a record."""
        record, body = self._known(request), await body_of(request)
        return self._answer(request, self.update(record, body) if self.update else record)

    async def delete(self, request: Request) -> Response:
        """Delete a record; it has no trash."""
        record = self._known(request)
        answer = self._answer(request, record)
        if self.remove:
            self.remove(record)
        else:
            self.table.remove(record["id"])
        return answer


def more_routes(shop: Shop, products: Products, orders: Orders) -> Iterator[Route]:
    """Yield the routes of all further collections; they come before those of the resources."""
    for kind in terms.KINDS:
        yield from _term_collection(shop, kind).routes()
    yield from _coupon_collection(shop).routes()
    yield from _variation_collection(products).routes()
    yield from _note_collection(shop, orders).routes()
    yield from _refund_collection(shop, orders).routes()


def _term_collection(shop: Shop, kind: str) -> Collection:
    table = terms.terms_of(shop, kind)
    return Collection(
        f"/products/{kind}",
        f"/products/{kind}",
        table,
        lambda _owner: sorted(table.all(), key=lambda term: term["name"].casefold()),
        lambda _owner, body: terms.create_term(shop, kind, body),
        lambda _owner, term: terms.shown_term(shop, kind, term),
        update=partial(terms.update_term, shop, kind),
    )


def _coupon_collection(shop: Shop) -> Collection:
    table = coupons.coupons_of(shop)
    return Collection(
        "/coupons",
        "/coupons",
        table,
        lambda _owner: table.all()[::-1],
        lambda _owner, body: coupons.create_coupon(shop, body),
        lambda _owner, coupon: coupon,
    )


def _variation_collection(products: Products) -> Collection:
    def remove(doc: Doc) -> None:
        products.table.remove(doc["id"])
        products.save(_found(products, doc["parent_id"]))

    return Collection(
        "/products/{owner:int}/variations",
        r"/products/(?P<product_id>[\d]+)/variations",
        products.table,
        lambda parent: products.table.find("parent", str(parent["id"]))[::-1],
        partial(variations.create_variation, products),
        lambda _parent, doc: variations.shown_variation(products, doc),
        partial(_found, products),
        partial(variations.update_variation, products),
        remove,
    )


def _note_collection(shop: Shop, orders: Orders) -> Collection:
    table = refunds.notes_of(shop)
    return Collection(
        "/orders/{owner:int}/notes",
        "/orders/{owner}/notes",
        table,
        lambda order: table.find("order", str(order["id"]))[::-1],
        partial(refunds.create_note, shop),
        lambda _order, note: refunds.shown_note(shop, note),
        partial(_found, orders),
    )


def _refund_collection(shop: Shop, orders: Orders) -> Collection:
    return Collection(
        "/orders/{owner:int}/refunds",
        r"/orders/(?P<order_id>[\d]+)/refunds",
        refunds.refunds_of(shop),
        partial(refunds.order_refunds, shop),
        orders.refund,
        partial(_shown_refund, shop),
        partial(_found, orders),
    )


def _shown_refund(shop: Shop, order: Doc, refund: Doc) -> Doc:
    decimals = shop.settings.decimals
    return {
        "id": refund["id"],
        **shop.two_dates("date_created", refund["date_created"]),
        **{name: refund[name] for name in ("amount", "reason")},
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": refund["meta_data"],
        "line_items": [shown_product_line(shop, order, line, decimals) for line in refund["line_items"]],
        **{name: [] for name in ("shipping_lines", "tax_lines", "fee_lines")},
    }


def _found(resource: Products | Orders, id: int) -> Doc:
    doc = resource.table.get(id)
    if doc is None:
        raise resource.missing("GET")
    return doc


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
