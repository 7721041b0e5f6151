"""The shop: credentials and three resources (docs/explanation/vendors/woocommerce.rst)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette

from qa_sync.sandbox.desk import build
from qa_sync.sandbox.woocommerce import customers, orders, products
from qa_sync.sandbox.woocommerce.auth import Door
from qa_sync.sandbox.woocommerce.customers import Customers
from qa_sync.sandbox.woocommerce.endpoints import Endpoints
from qa_sync.sandbox.woocommerce.errors import no_route
from qa_sync.sandbox.woocommerce.orders import Orders
from qa_sync.sandbox.woocommerce.products import Products
from qa_sync.sandbox.woocommerce.shop import Resource, Shop
from qa_sync.sandbox.world import new_world


def build_app(now: Callable[[], datetime], seed: str) -> Starlette:
    """Return a shop with an empty database."""
    world = new_world("woocommerce", now, seed)
    shop = Shop(
        world,
        world.store.table("customers", customers.keys),
        world.store.table("products", products.keys),
        world.store.table("orders", orders.keys),
    )
    resources: tuple[Resource, ...] = (Customers(shop), Products(shop), Orders(shop))
    routes = [route for resource in resources for route in Endpoints(resource).routes()]
    return build(world, routes, Door(now).check, no_route)
