"""One resource over HTTP: list, create, get, update, delete, batch.

Source: docs/explanation/vendors/woocommerce.rst, "Common rules".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse, Rejection, json_body
from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce import listing
from qa_sync.sandbox.woocommerce.args import Arg, checked, loose
from qa_sync.sandbox.woocommerce.errors import Crash, bad_json, refuse
from qa_sync.sandbox.woocommerce.shop import Resource

PREFIX = "/wp-json/wc/v3"
UPDATES = ["PUT", "POST", "PATCH"]
ALLOWED = {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}
MAX_BATCH = 100
MAX_DECIMALS = 8


class Endpoints:
    """The endpoints of one resource."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource

    def routes(self) -> Iterable[Route]:
        """Return the routes; an id that is not a number matches no route."""
        path = f"{PREFIX}/{self.resource.path}"
        yield Route(path, self.browse, methods=["GET"])
        yield Route(path, self.create, methods=["POST"])
        yield Route(f"{path}/batch", self.batch, methods=UPDATES)
        yield Route(f"{path}/{{id:int}}", self.get, methods=["GET"])
        yield Route(f"{path}/{{id:int}}", self.update, methods=UPDATES)
        yield Route(f"{path}/{{id:int}}", self.delete, methods=["DELETE"])

    async def browse(self, request: Request) -> Response:
        """Return a page."""
        given = request.query_params
        args = listing.list_args(self.resource, given)
        docs = listing.chosen(self.resource, given, args)
        page, number, pages = listing.page_of(docs, args)
        shown = [self._shown(request, doc, view=True) for doc in page]
        total = len(docs)
        if self.resource.path == "orders" and not page and self.resource.shop.settings.orders == "tables":
            total = pages = 0  # measured: past the end, orders in tables of their own have no total
        headers = listing.headers(request, self._address(request), total, number, pages)
        fields = given.get("_fields", "").split(",")
        return JsonResponse([listing.only(doc, fields) for doc in shown], headers=headers)

    async def create(self, request: Request) -> Response:
        """Add a record."""
        body = await body_of(request)
        if body.get("id"):
            raise self.resource.exists()
        doc = self.resource.create(checked(self.resource.args, body))
        address = f"{self._address(request)}/{doc['id']}"
        return self._one(request, doc, view=False, status=201, headers={"Location": address})

    async def get(self, request: Request) -> Response:
        """Return one record."""
        return self._one(request, self._known(request, {}), view=True)

    async def update(self, request: Request) -> Response:
        """Update a record."""
        body = await body_of(request)
        changes = checked(self.resource.args, body)
        return self._one(request, self.resource.update(self._known(request, body), changes), view=False)

    async def delete(self, request: Request) -> Response:
        """Delete a record or move it to the trash; the response is the record before."""
        args = checked({"force": Arg("boolean")}, dict(request.query_params) | await body_of(request))
        doc = self._known(request, {})
        shown = self._shown(request, doc, view=False)
        if self.resource.path == "customers":
            shown["_links"]["self"][0].pop("targetHints")  # measured: a deleted customer has no hints
        self.resource.delete(doc, force=bool(args.get("force")))
        return JsonResponse(listing.only(shown, fields_of(request)))

    async def batch(self, request: Request) -> Response:
        """Run several operations; a failed one has its error in the response."""
        body = await body_of(request)
        given = {name: body[name] for name in ("create", "update", "delete") if isinstance(body.get(name), list)}
        if sum(len(items) for items in given.values()) > MAX_BATCH:
            message = f"Unable to accept more than {MAX_BATCH} items for this request."
            raise refuse(413, "woocommerce_rest_request_entity_too_large", message)
        return JsonResponse({n: [self._item(request, n, i) for i in items] for n, items in given.items()} or [])

    def _item(self, request: Request, operation: str, item: Any) -> Doc:
        fields = item if isinstance(item, dict) else {"id": item}
        try:
            return self._shown(request, self._done(operation, fields), view=False)
        except Crash:
            raise
        except Rejection as rejection:
            return {"id": 0 if operation == "create" else fields.get("id"), "error": rejection.body}

    def _done(self, operation: str, fields: Doc) -> Doc:
        if operation == "create":
            return self.resource.create(loose(self.resource.args, fields))
        doc = self.resource.table.get(fields.get("id"))
        if doc is None:
            raise self.resource.missing("PUT" if operation == "update" else "DELETE")
        if operation == "update":
            return self.resource.update(doc, loose(self.resource.args, fields))
        self.resource.delete(doc, force=True)
        return doc

    def _known(self, request: Request, body: Doc) -> Doc:
        # Measured: an id in the body or the query overrides the one in the path.
        sought = body.get("id") or request.query_params.get("id") or request.path_params["id"]
        doc = self.resource.table.get(sought)
        if doc is None:
            raise self.resource.missing(request.method)
        return doc

    def _one(
        self, request: Request, doc: Doc, *, view: bool, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        return JsonResponse(listing.only(self._shown(request, doc, view=view), fields_of(request)), status, headers)

    def _shown(self, request: Request, doc: Doc, *, view: bool) -> Doc:
        dp = request.query_params.get("dp", "")
        decimals = min(int(dp), MAX_DECIMALS) if dp.isdecimal() else self.resource.shop.settings.decimals
        shown = self.resource.shown(doc, view=view, decimals=decimals)
        address = self._address(request)
        own = [{"href": f"{address}/{doc['id']}", "targetHints": ALLOWED}]
        links = {"self": own, "collection": [{"href": address}]}
        return shown | {"_links": links | self.resource.links(doc, address.rpartition("/")[0])}

    def _address(self, request: Request) -> str:
        root = request.scope.get("root_path", "")
        return f"{request.url.scheme}://{request.url.netloc}{root}{PREFIX}/{self.resource.path}"


def fields_of(request: Request) -> list[str]:
    """Return the fields of a single record; `_links` is always among them (measured: OTHER)."""
    fields = request.query_params.get("_fields", "")
    return [*fields.split(","), "_links"] if fields else []


async def body_of(request: Request) -> Doc:
    """Return the JSON object of a body; any other body counts as empty (measured: PARAMS)."""
    if "json" not in request.headers.get("content-type", ""):
        return {}
    body = await json_body(request, bad_json)
    return body if isinstance(body, dict) else {}
