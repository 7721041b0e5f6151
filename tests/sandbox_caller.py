"""A clock that tests can set, and a caller that speaks to one vendor of the sandbox in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from qa_sync.sandbox.vendors import Vendor

ROOTS = {"woocommerce": "/wp-json/wc/v3", "customerp": "/api/v1", "customwebshop": "/rest"}
"""Where a vendor's API begins below its base URL; the tests' paths begin there."""


class HandClock:
    """A clock that stands still until it is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def tick(self, seconds: float = 1) -> None:
        self.at += timedelta(seconds=seconds)


def credentials(vendor: Vendor) -> dict[str, Any]:
    """How a caller shows its secrets to that vendor, as httpx takes it."""
    s = vendor.secrets
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "wix": lambda: {"headers": {"Authorization": s["api_key"], "wix-site-id": s["site_id"]}},
        "woocommerce": lambda: {"auth": (s["consumer_key"], s["consumer_secret"])},
        "customerp": lambda: {"headers": {"Authorization": f"Bearer {s['token']}"}},
        "customwebshop": lambda: {"headers": {"X-Api-Key": s["api_key"]}},
    }
    return ways[vendor.name]()


class Caller:
    """Calls one vendor's app in this process; one event loop for all calls."""

    def __init__(self, vendor: Vendor, clock: HandClock, seed: str = "seed") -> None:
        self.vendor = vendor
        self.clock = clock
        self.app: Starlette = vendor.build_app(clock.now, seed)
        self.loop = asyncio.new_event_loop()

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        base: str | None = None,
        known: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            root = self.vendor.base_url + ROOTS.get(self.vendor.name, "")
            shown = credentials(self.vendor) if known is None else dict(known)
            async with httpx.AsyncClient(transport=transport, base_url=base or root, **shown) as client:
                return await client.request(method, path, json=body, **more)

        return self.loop.run_until_complete(call())
