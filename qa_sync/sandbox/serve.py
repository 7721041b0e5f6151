"""All vendors in one app, each under its own path; for an ASGI server such as uvicorn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send


def build_server_app(apps: Mapping[str, ASGIApp]) -> Starlette:
    """Return an app that routes `/<name>/...` to the app of that name."""
    return Starlette(routes=[Mount(f"/{name}", app=app, name=name) for name, app in apps.items()])


def delayed(app: ASGIApp, port: int, delay_s: float) -> ASGIApp:
    """Return the app with a delay before every response on the port, to simulate latency."""

    async def far_away(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["server"][1] == port:
            await asyncio.sleep(delay_s)
        await app(scope, receive, send)

    return far_away if delay_s else app
