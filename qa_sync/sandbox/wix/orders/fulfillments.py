"""Fulfillments of an order: which lines were shipped, and how.

Source: docs/explanation/vendors/wix.rst, "Order operations".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.shape import Many, Obj, Whole
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.wix.errors import invalid, reject
from qa_sync.sandbox.wix.orders.order_shape import TRACKING
from qa_sync.sandbox.wix.orders.orders import PATH, Orders
from qa_sync.sandbox.wix.site import fitted, read_body

LINE = Obj({"index": Whole(min=1), "quantity": Whole(min=1)})
FULFILLMENT = Obj({"lineItems": Many(LINE, min=1, max=300), "trackingInfo": TRACKING})


class Fulfillments:
    """The endpoints below an order."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        path = f"{PATH}/{{id}}/fulfillments"
        yield Route(path, self.create, methods=["POST"])
        yield Route(f"{path}/{{fulfillment}}", self.update, methods=["PUT"])
        yield Route(f"{path}/{{fulfillment}}", self.delete, methods=["DELETE"])

    async def create(self, request: Request) -> Response:
        """Add a fulfillment."""
        given = fitted(FULFILLMENT, (await read_body(request)).get("fulfillment"), "fulfillment")
        order = self.orders.known(request)
        for line in given.get("lineItems") or ():
            if line.get("index") not in {one["index"] for one in order["lineItems"]}:
                raise invalid("fulfillment.lineItems.index", "INVALID", "Expected the index of a line")
        site = self.orders.site
        made = {"id": site.world.guid(), "dateCreated": site.stamp(), **given}
        return self._saved(order, [*order.get("fulfillments", []), made])

    async def update(self, request: Request) -> Response:
        """Update a fulfillment."""
        given = fitted(FULFILLMENT, (await read_body(request)).get("fulfillment"), "fulfillment")
        order = self.orders.known(request)
        fulfillment = _fulfillment(order, request.path_params["fulfillment"])
        kept = {"trackingInfo": given["trackingInfo"]} if given.get("trackingInfo") else {}
        return self._saved(order, [one | kept if one is fulfillment else one for one in order["fulfillments"]])

    async def delete(self, request: Request) -> Response:
        """Delete a fulfillment."""
        order = self.orders.known(request)
        fulfillment = _fulfillment(order, request.path_params["fulfillment"])
        return self._saved(order, [one for one in order["fulfillments"] if one is not fulfillment])

    def _saved(self, order: Doc, fulfillments: list[Doc]) -> Response:
        order |= {"fulfillments": fulfillments, "fulfillmentStatus": _status(order, fulfillments)}
        return self.orders.saved(order)


def _fulfillment(order: Doc, id: str) -> Doc:
    for one in order.get("fulfillments", ()):
        if one["id"] == id:
            return one  # type: ignore[no-any-return]
    raise reject(404, "FULFILLMENT_NOT_FOUND", "Fulfillment not found.")


def _status(order: Doc, fulfillments: list[Doc]) -> str:
    sent: Counter[int] = Counter()
    for line in (line for one in fulfillments for line in one.get("lineItems") or ()):
        sent[line["index"]] += line.get("quantity", 1)
    if not sent:
        return "NOT_FULFILLED"
    whole = all(sent[line["index"]] >= line["quantity"] for line in order["lineItems"])
    return "FULFILLED" if whole else "PARTIALLY_FULFILLED"
