"""All vendors on one server, each below its own name; for an ASGI server such as uvicorn."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp


def build_server_app(apps: Mapping[str, ASGIApp]) -> Starlette:
    """Return one app that answers `/<name>/...` with the app of that name."""
    return Starlette(routes=[Mount(f"/{name}", app=app, name=name) for name, app in apps.items()])
