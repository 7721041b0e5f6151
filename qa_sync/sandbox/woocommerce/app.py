"""The shop: credentials and three resources (docs/explanation/vendors/woocommerce.rst)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from starlette.applications import Starlette
from starlette.requests import Request

from qa_sync.sandbox.desk import build
from qa_sync.sandbox.woocommerce import customers
from qa_sync.sandbox.woocommerce.auth import Door
from qa_sync.sandbox.woocommerce.customers import Customers
from qa_sync.sandbox.woocommerce.data import data_routes
from qa_sync.sandbox.woocommerce.endpoints import Endpoints
from qa_sync.sandbox.woocommerce.errors import maintenance, no_route
from qa_sync.sandbox.woocommerce.more_routes import more_routes
from qa_sync.sandbox.woocommerce.orders import orders
from qa_sync.sandbox.woocommerce.orders.orders import Orders
from qa_sync.sandbox.woocommerce.products import products
from qa_sync.sandbox.woocommerce.products.products import Products
from qa_sync.sandbox.woocommerce.products.terms import first_term
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
    first_term(shop)
    world.store.writes = 0
    goods, sales = Products(shop), Orders(shop)
    resources: tuple[Resource, ...] = (people, goods, sales)
    routes = [route for resource in resources for route in Endpoints(resource).routes()]
    door = Door(now)

    def check(request: Request) -> None:
        if shop.settings.maintenance:
            raise maintenance(request)
        door.check(request)

    app = build(world, [*more_routes(shop, goods, sales), *routes, *data_routes(shop)], check, no_route)
    app.state.shop = shop
    app.state.people = people
    return app
