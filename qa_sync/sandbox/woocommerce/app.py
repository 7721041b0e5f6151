"""The shop: credentials and three resources (docs/explanation/vendors/woocommerce.rst)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from starlette.applications import Starlette

from qa_sync.sandbox.desk import build
from qa_sync.sandbox.woocommerce import customers, products
from qa_sync.sandbox.woocommerce.auth import Door
from qa_sync.sandbox.woocommerce.customers import Customers
from qa_sync.sandbox.woocommerce.data import data_routes
from qa_sync.sandbox.woocommerce.endpoints import Endpoints
from qa_sync.sandbox.woocommerce.errors import no_route
from qa_sync.sandbox.woocommerce.orders import orders
from qa_sync.sandbox.woocommerce.orders.orders import Orders
from qa_sync.sandbox.woocommerce.products import Products
from qa_sync.sandbox.woocommerce.settings import ShopSettings
from qa_sync.sandbox.woocommerce.shop import Resource, Shop
from qa_sync.sandbox.world import new_world

OWNER = "owner@shop.example"
"""The e-mail address of the administrator that every shop has."""


def build_app(now: Callable[[], datetime], seed: str, settings: ShopSettings | None = None) -> Starlette:
    """Return a shop with an empty database, except for its administrator; the shop is at `app.state.shop`."""
    world = new_world("woocommerce", now, seed)
    shop = Shop(
        world,
        settings or ShopSettings(),
        Random(f"shuffle/{seed}"),  # noqa: S311 - repeatable, no secrets
        world.store.table("customers", customers.keys),
        world.store.table("products", products.keys),
        world.store.table("orders", orders.keys),
    )
    people = Customers(shop)
    people.add_staff("administrator", OWNER, id=1)
    world.store.writes = 0
    resources: tuple[Resource, ...] = (people, Products(shop), Orders(shop))
    routes = [route for resource in resources for route in Endpoints(resource).routes()]
    app = build(world, [*routes, *data_routes(shop)], Door(now).check, no_route)
    app.state.shop = shop
    return app
