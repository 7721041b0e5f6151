"""What the Wix APIs share: the site's database, its clock, and the reading of bodies."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from starlette.requests import Request

from qa_sync.sandbox.desk import json_body
from qa_sync.sandbox.lag import LateTable
from qa_sync.sandbox.shape import Shape, ShapeError
from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.wix.errors import bad_json, invalid, misfit
from qa_sync.sandbox.wix.settings import SiteSettings
from qa_sync.sandbox.world import World


class Site(Struct, frozen=True):
    """A Wix site: its world, settings and tables; `merged` maps the id of a merged contact to the remaining one."""

    world: World
    settings: SiteSettings
    contacts: LateTable
    orders: LateTable
    products: LateTable
    members: LateTable
    labels: Table
    fields: Table
    merged: Table

    def stamp(self) -> str:
        """Return the time in Wix's format, `2019-10-30T17:22:10.299Z`."""
        return self.world.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def numeric_id(self) -> str:
        """Return the creation time in ms * 1000 (docs/explanation/vendors/wix.rst, "Product fields")."""
        return str(int(self.world.now().timestamp() * 1000) * 1000)


async def read_body(request: Request) -> Doc:
    """Return the request's JSON object, `{}` when there is no body."""
    body = await json_body(request, bad_json)
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise invalid("", "TYPE", "Expected an object")
    return body


def fitted(shape: Shape, value: Any, path: str) -> Any:
    """Return the value with its shape applied; raises the vendor's 400."""
    try:
        return shape.fit(value, path)
    except ShapeError as problem:
        raise misfit(problem) from None


def pruned(value: Any) -> Any:
    """Return the value without empty fields: Wix omits them and never returns null.

    Source: docs/explanation/vendors/wix.rst, "Common rules".
    """
    if isinstance(value, dict):
        parts = {name: pruned(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in (None, "", {}, [])}
    if isinstance(value, list):
        return [pruned(part) for part in value]
    return value
