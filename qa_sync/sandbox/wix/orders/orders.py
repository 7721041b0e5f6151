"""Stores orders v2: query, get, create; no full update and no delete.

Source: docs/explanation/vendors/wix.rst, "Orders".
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix import query
from qa_sync.sandbox.wix.contacts.contacts import Contacts
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.orders.buyers import buyer_of
from qa_sync.sandbox.wix.orders.order_shape import ADDRESS, ORDER, check_complete, with_defaults
from qa_sync.sandbox.wix.orders.sales import after_order
from qa_sync.sandbox.wix.site import Site, fitted, pruned, read_body

PATH = "/stores/v2/orders"
MAX_PAGE = 100
ORDERED = ("$eq", "$ne", "$hasSome", "$lt", "$lte", "$gt", "$gte")
CHOSEN = ("$eq", "$ne", "$hasSome")
FIELDS = query.Fields(
    filters={
        **dict.fromkeys(("dateCreated", "lastUpdated", "number", "numericId"), ORDERED),
        **dict.fromkeys(("paymentStatus", "fulfillmentStatus", "id", "buyerInfo.id", "enteredBy.id"), CHOSEN),
        **dict.fromkeys(("channelInfo.type", "channelInfo.externalOrderId"), CHOSEN),
        "archived": ("$eq", "$ne"),
        **dict.fromkeys(("lineItems.productId", "lineItems.name"), (*CHOSEN, "$hasAll")),
        "billingInfo.address.fullName.": (*CHOSEN, "$contains", "$startsWith"),
    },
    sorts=("dateCreated", "lastUpdated", "number", "numericId"),
)


class Orders:
    """The endpoints of orders."""

    def __init__(self, site: Site, people: Contacts) -> None:
        self.site = site
        self.people = people
        self.table = site.orders

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(PATH, self.create, methods=["POST"])
        yield Route(f"{PATH}/query", self.query, methods=["POST"])
        yield Route(f"{PATH}/{{id}}", self.get, methods=["GET"])
        yield Route(f"{PATH}/{{id}}/updateEmail", self.update_email, methods=["PATCH"])
        yield Route(f"{PATH}/{{id}}/updateShippingAddress", self.update_shipping_address, methods=["PUT"])

    async def query(self, request: Request) -> Response:
        """List orders."""
        body = await read_body(request)
        criteria = body.get("query") or {}
        if not isinstance(criteria, dict):
            raise invalid("query", "TYPE", "Expected an object")
        page, metadata, total = query.legacy_page(self.table.delayed(), criteria, MAX_PAGE, FIELDS)
        return JsonResponse({"orders": page, "metadata": metadata, "totalResults": total})

    async def get(self, request: Request) -> Response:
        """Return one order."""
        return JsonResponse({"order": self.known(request)})

    async def create(self, request: Request) -> Response:
        """Add an order."""
        body = await read_body(request)
        order = pruned(fitted(ORDER, body.get("order", {}), "order"))
        check_complete(order)
        stamp = self.site.stamp()
        number = self.site.world.store.next("order", 10001)
        doc: Doc = {"id": self.site.world.guid(), "number": number, "numericId": self.site.numeric_id()}
        doc |= {"dateCreated": stamp} | with_defaults(order, stamp, self.site.settings)
        if buyer := buyer_of(self.people, doc):
            doc["buyerInfo"] = buyer
        after_order(self.site, doc)
        return self.saved(doc)

    async def update_email(self, request: Request) -> Response:
        """Update the buyer's e-mail address."""
        email = (await read_body(request)).get("email")
        if not isinstance(email, str) or "@" not in email:
            raise invalid("email", "FORMAT", "Expected an e-mail address")
        doc = self.known(request)
        doc["buyerInfo"] = doc.get("buyerInfo", {}) | {"email": email}
        return self.saved(doc)

    async def update_shipping_address(self, request: Request) -> Response:
        """Update the shipping address."""
        body = await read_body(request)
        address = pruned(fitted(ADDRESS, body.get("shippingAddress"), "shippingAddress"))
        doc = self.known(request)
        details = doc.setdefault("shippingInfo", {}).setdefault("shipmentDetails", {})
        details["address"] = address
        return self.saved(doc)

    def known(self, request: Request) -> Doc:
        """Return the order of a request path; raises the vendor's 404."""
        doc = self.table.get(request.path_params["id"])
        if doc is None:
            raise reject(404, "ORDER_NOT_FOUND", "Order not found.")
        return doc

    def saved(self, doc: Doc) -> Response:
        """Save a changed order, and return it."""
        doc["lastUpdated"] = self.site.stamp()
        self.table.save(doc["id"], doc, self.site.world.now())
        return JsonResponse({"order": doc})
