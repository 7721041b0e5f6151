"""The webshop's API: bare arrays with a cursor, partial updates.

Source: docs/explanation/vendors/custom-webshop.rst, "The API".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.customwebshop.entities import ENTITIES, Entity, Tables
from qa_sync.sandbox.customwebshop.errors import bad_json, no_route, reject
from qa_sync.sandbox.customwebshop.fields import complete
from qa_sync.sandbox.desk import JsonResponse, build, json_body
from qa_sync.sandbox.shape import Obj, ShapeError
from qa_sync.sandbox.store import Doc, Keys
from qa_sync.sandbox.world import new_world

PREFIX = "/rest"
API_KEY = "sandbox-webshop-key-not-a-secret"
MAX_PAGE = 100


def build_app(now: Callable[[], datetime], seed: str) -> Starlette:
    """Return the webshop with an empty database."""
    world = new_world("customwebshop", now, seed)
    tables = Tables(world, {e.path: world.store.table(e.path, _keys(e)) for e in ENTITIES})
    routes = [route for entity in ENTITIES for route in Endpoints(tables, entity).routes()]
    return build(world, routes, _check, no_route)


def _keys(entity: Entity) -> Keys:
    name = entity.unique
    return lambda doc: [(name, doc[name].casefold())] if name and doc[name] else []


def _check(request: Request) -> None:
    if request.headers.get("x-api-key") != API_KEY:
        raise reject(401, "unauthorized", "a valid X-Api-Key header is required")


class Endpoints:
    """One entity's endpoints."""

    def __init__(self, tables: Tables, entity: Entity) -> None:
        self.tables = tables
        self.entity = entity
        self.table = tables.by_path[entity.path]
        self.world = tables.world

    def routes(self) -> Iterable[Route]:
        """Return the entity's routes."""
        path = f"{PREFIX}/{self.entity.path}"
        yield Route(path, self.browse, methods=["GET"])
        yield Route(path, self.create, methods=["POST"])
        yield Route(f"{path}/{{id}}", self.get, methods=["GET"])
        yield Route(f"{path}/{{id}}", self.patch, methods=["PATCH"])
        if self.entity.deletable:
            yield Route(f"{path}/{{id}}", self.delete, methods=["DELETE"])

    async def browse(self, request: Request) -> Response:
        """Return the records after the cursor, and the next cursor."""
        limit = _limit(request)
        after = _cursor(request.query_params.get("after"))
        docs = self.table.after(after, limit + 1)
        page = docs[:limit]
        more = len(docs) > limit
        return JsonResponse(page, headers={"X-Next-Cursor": _cursor_of(page[-1])} if more else None)

    async def get(self, request: Request) -> Response:
        """Return one record."""
        return JsonResponse(self._known(request))

    async def create(self, request: Request) -> Response:
        """Add a record; the response has only its id."""
        body = complete(self.entity.shape, await self._read(request, self.entity.shape))
        self._check_unique(body, None)
        new = {"id": None, **body, self.entity.created: self.tables.stamp()}
        new["id"] = self.world.store.next(self.entity.path)
        self.entity.finish(self.tables, new)
        self._save(new)
        return JsonResponse({"id": new["id"]})

    async def patch(self, request: Request) -> Response:
        """Update the sent fields."""
        changes = await self._read(request, self.entity.patch or self.entity.shape)
        doc = self._known(request)
        for name, value in changes.items():
            doc[name] = {**doc[name], **value} if isinstance(value, dict) else value
        doc |= complete(self.entity.shape, doc)
        self._check_unique(doc, doc["id"])
        self.entity.finish(self.tables, doc)
        return JsonResponse(self._save(doc))

    async def delete(self, request: Request) -> Response:
        """Remove a record."""
        self.table.remove(self._known(request)["id"])
        return JsonResponse({"deleted": True})

    async def _read(self, request: Request, shape: Obj) -> Doc:
        body = await json_body(request, bad_json)
        if not isinstance(body, dict):
            raise bad_json("expected a JSON object")
        if self.entity.patch is shape and (strange := sorted(set(body) - set(shape.fields))):
            raise reject(422, "not_editable", f"{', '.join(strange)}: only {', '.join(shape.fields)} can be changed")
        try:
            return shape.fit(body, "")
        except ShapeError as misfit:
            raise reject(422, "invalid", str(misfit)) from None

    def _known(self, request: Request) -> Doc:
        doc = self.table.get(request.path_params["id"])
        if doc is None:
            raise reject(404, "not_found", f"there is no {request.path_params['id']} among the {self.entity.path}")
        return doc

    def _check_unique(self, doc: Doc, id: int | None) -> None:
        name = self.entity.unique
        if not name or not doc[name]:
            return
        for twin in self.table.find(name, doc[name].casefold()):
            if twin["id"] != id:
                raise reject(409, f"duplicate_{name}", f"{name}: {doc[name]!r} belongs to {twin['id']}")

    def _save(self, doc: Doc) -> Doc:
        doc["updated"] = self.tables.stamp()
        self.table.save(doc["id"], doc, self.world.now())
        return doc


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(MAX_PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE):
        raise reject(400, "bad_limit", f"limit: expected 1 to {MAX_PAGE}, got {text!r}")
    return int(text)


def _cursor_of(doc: Doc) -> str:
    return base64.urlsafe_b64encode(f"after:{doc['id']}".encode()).decode()


def _cursor(text: str | None) -> int:
    if not text:
        return 0
    try:
        return int(base64.urlsafe_b64decode(text).removeprefix(b"after:"))
    except (ValueError, binascii.Error):
        raise reject(400, "bad_cursor", f"after: {text!r} is no cursor of ours") from None
