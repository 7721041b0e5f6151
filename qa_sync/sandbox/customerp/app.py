"""The ERP's API: list, get, create, full replace with a row version, delete.

Source: docs/explanation/vendors/customerp.rst, "The API".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.customerp.entities import ENTITIES, Entity, Tables
from qa_sync.sandbox.customerp.errors import bad_json, no_route, reject
from qa_sync.sandbox.customerp.fields import complete
from qa_sync.sandbox.desk import JsonResponse, build, json_body
from qa_sync.sandbox.shape import ShapeError
from qa_sync.sandbox.store import Doc, Keys
from qa_sync.sandbox.world import new_world

PREFIX = "/api/v1"
TOKEN = "sandbox-erp-token-not-a-secret"  # noqa: S105 - a sandbox has no secrets
OFFICE = ZoneInfo("Europe/Oslo")
MAX_PAGE = 200


def build_app(now: Callable[[], datetime], seed: str) -> Starlette:
    """Return the ERP with an empty database."""
    world = new_world("customerp", now, seed)
    by_path = {e.path: world.store.table(e.path, _keys(e)) for e in ENTITIES}
    tables = Tables(world, by_path)
    routes = [route for entity in ENTITIES for route in Endpoints(tables, entity).routes()]
    return build(world, routes, _check, no_route)


def _keys(entity: Entity) -> Keys:
    return lambda doc: [(name, str(doc[name]).casefold()) for name in entity.filters if doc[name]]


def _check(request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise reject(401, "UNAUTHORIZED", "a valid bearer token is required")


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
        yield Route(f"{path}/{{id}}", self.replace, methods=["PUT"])
        yield Route(f"{path}/{{id}}", self.delete, methods=["DELETE"])

    async def browse(self, request: Request) -> Response:
        """Return one page."""
        page, size = _whole(request, "page", 1), _whole(request, "pageSize", 50)
        if size > MAX_PAGE:
            raise reject(400, "BAD_PARAMETER", f"pageSize: at most {MAX_PAGE}, got {size}")
        docs = self._found(request)
        start = (page - 1) * size
        return JsonResponse({"items": docs[start : start + size], "page": page, "pageSize": size, "total": len(docs)})

    def _found(self, request: Request) -> list[Doc]:
        since = _instant(request, "modifiedSince")
        docs = self.table.all(since)
        for name in self.entity.filters:
            if (wanted := request.query_params.get(name)) is not None:
                docs = [doc for doc in docs if str(doc[name] or "").casefold() == wanted.casefold()]
        return docs

    async def get(self, request: Request) -> Response:
        """Return one record."""
        return _answer(self._known(request))

    async def create(self, request: Request) -> Response:
        """Add a record."""
        new = await self._read(request)
        self.entity.finish(self.tables, new, None)
        number = self.world.store.next(self.entity.path, 1001)
        return _answer(self._save(f"{self.entity.prefix}-{number}", new, 1, self._stamp()), 201)

    async def replace(self, request: Request) -> Response:
        """Replace a whole record: a field that is not sent becomes empty."""
        new = await self._read(request)
        old = self._known(request)
        _match(request, old)
        self.entity.finish(self.tables, new, old)
        return _answer(self._save(old[self.entity.id], new, old["rowVersion"] + 1, old["createdAt"]))

    async def delete(self, request: Request) -> Response:
        """Remove a record."""
        self.table.remove(self._known(request)[self.entity.id])
        return Response(status_code=204)

    async def _read(self, request: Request) -> Doc:
        body = await json_body(request, bad_json)
        if not isinstance(body, dict):
            raise bad_json("expected a JSON object")
        try:
            return complete(self.entity.shape, self.entity.shape.fit(body, ""))
        except ShapeError as misfit:
            raise reject(422, f"INVALID_{misfit.rule}", str(misfit)) from None

    def _known(self, request: Request) -> Doc:
        sought = request.path_params["id"]
        doc = self.table.get(sought)
        if doc is None:
            raise reject(404, "NOT_FOUND", f"there is no {sought!r} among the {self.entity.path}")
        return doc

    def _save(self, id: str, new: Doc, version: int, created: str) -> Doc:
        doc = {self.entity.id: id, **new, "rowVersion": version, "createdAt": created, "modifiedAt": self._stamp()}
        self.table.save(id, doc, self.world.now().replace(microsecond=0))
        return doc

    def _stamp(self) -> str:
        return self.world.now().astimezone(OFFICE).isoformat(timespec="seconds")


def _answer(doc: Doc, status: int = 200) -> Response:
    return JsonResponse(doc, status, {"ETag": f'"{doc["rowVersion"]}"'})


def _match(request: Request, old: Doc) -> None:
    sent = request.headers.get("if-match")
    if sent is None:
        raise reject(428, "PRECONDITION_REQUIRED", "If-Match with the record's ETag is required")
    if sent.strip('"') != str(old["rowVersion"]):
        raise reject(412, "STALE", f"the record is at row version {old['rowVersion']}, If-Match says {sent}")


def _whole(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise reject(400, "BAD_PARAMETER", f"{name}: expected a number from 1, got {text!r}")
    return int(text)


def _instant(request: Request, name: str) -> datetime | None:
    text: Any = request.query_params.get(name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise reject(400, "BAD_PARAMETER", f"{name}: expected an instant with zone, got {text!r}")
    return at
