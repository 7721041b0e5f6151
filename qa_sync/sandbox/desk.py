"""The frame of every vendor's app: checks credentials, converts rejections to responses, reads JSON strictly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from qa_sync.sandbox.world import World
from qa_sync.values.json_text import write_json


class JsonResponse(Response):
    """A response in JSON; that of Starlette takes several times as long to write."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the text of the body."""
        return write_json(content)


class Rejection(Exception):
    """An error response: its status and the body in the vendor's format."""

    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers

    def response(self) -> Response:
        """Return the HTTP response."""
        return JsonResponse(self.body, self.status, self.headers)


class RequestGuard:
    """ASGI middleware: `check` raises a Rejection for invalid credentials; every Rejection becomes the response."""

    def __init__(self, app: ASGIApp, check: Callable[[Request], None]) -> None:
        self.app = app
        self.check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self.check(Request(scope))
            await self.app(scope, receive, send)
        except Rejection as rejection:
            await rejection.response()(scope, receive, send)


def build(
    world: World, routes: Sequence[BaseRoute], check: Callable[[Request], None], no_route: Callable[[int], Rejection]
) -> Starlette:
    """Return an app; `no_route` gets 404 or 405. The store of the app is at `app.state.store`."""

    async def not_found(_request: Request, problem: Exception) -> Response:
        return no_route(getattr(problem, "status_code", 404)).response()

    app = Starlette(
        routes=routes,
        middleware=[Middleware(RequestGuard, check=check)],
        exception_handlers={404: not_found, 405: not_found},
    )
    app.router.redirect_slashes = False
    app.state.store = world.store
    return app


async def json_body(request: Request, wrong: Callable[[str], Rejection]) -> Any:
    """Return the request's JSON (None for no body); raises `wrong(reason)` when it is invalid."""
    raw = await request.body()
    if not raw.strip():
        return None
    try:
        data = json.loads(raw, parse_constant=_no_such_number)
        if b"\\u" in raw:
            json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair is not valid text
    except ValueError as error:
        raise wrong(str(error)) from None
    return data


def _no_such_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
