"""The Wix site: credentials, its APIs, and the responses of a Catalog V1 site to V3 requests.

Source: docs/explanation/vendors/wix.rst, "Catalog version".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse, build
from qa_sync.sandbox.lag import LateTable
from qa_sync.sandbox.load import NO_LOAD, Load, RateMeter
from qa_sync.sandbox.store import Doc, Keys
from qa_sync.sandbox.wix import products
from qa_sync.sandbox.wix.contacts import contacts, members
from qa_sync.sandbox.wix.contacts.contacts import Contacts
from qa_sync.sandbox.wix.contacts.labels import Labels
from qa_sync.sandbox.wix.contacts.members import Members
from qa_sync.sandbox.wix.contacts.merging import Merging
from qa_sync.sandbox.wix.errors import no_route, reject, too_many
from qa_sync.sandbox.wix.inventory import Inventory
from qa_sync.sandbox.wix.orders.fulfillments import Fulfillments
from qa_sync.sandbox.wix.orders.orders import Orders
from qa_sync.sandbox.wix.products import Products
from qa_sync.sandbox.wix.settings import SiteSettings
from qa_sync.sandbox.wix.site import Site
from qa_sync.sandbox.world import new_world

API_KEY = "sandbox-wix-key-not-a-secret"
SITE_ID = "5a4db0c5-0000-4000-8000-000000000001"
EVERY_METHOD = ["GET", "POST", "PATCH", "DELETE"]


def build_app(
    now: Callable[[], datetime], seed: str, load: Load = NO_LOAD, settings: SiteSettings | None = None
) -> Starlette:
    """Return a Wix site with an empty database."""
    world = new_world("wix", now, seed)

    def table(kind: str, keys: Keys) -> LateTable:
        return LateTable(world.store, kind, keys, now, load.lag)

    site = Site(
        world=world,
        settings=settings or SiteSettings(),
        contacts=table("contacts", contacts.keys),
        orders=table("orders", _by_id),
        products=table("products", products.keys),
        members=table("members", members.keys),
        labels=world.store.table("labels"),
        fields=world.store.table("fields"),
        merged=world.store.table("merged"),
    )
    people = Contacts(site)
    orders = Orders(site, people)
    apis = (
        *(people, Labels(site, people), Merging(people), Members(site, people)),
        *(orders, Fulfillments(orders), Products(site), Inventory(site)),
    )
    routes = [route for api in apis for route in api.routes()]
    routes.append(Route("/stores/v3/provision/version", _version, methods=["GET"]))
    routes.append(Route("/stores/v3/{rest:path}", _wrong_catalog, methods=EVERY_METHOD))
    return build(world, routes, _check_under(load, now), no_route)


def _by_id(_doc: Doc) -> tuple[()]:
    """Return no lookup keys: the id is the only one."""
    return ()


def _check_under(load: Load, now: Callable[[], datetime]) -> Callable[[Request], None]:
    """Return the check of every request: credentials and rate limit."""
    meter = RateMeter(load.rate, now) if load.rate else None

    def check(request: Request) -> None:
        _check_credentials(request)
        if meter and not _is_exempt(request, load) and not meter.allows():
            raise too_many()

    return check


def _is_exempt(request: Request, load: Load) -> bool:
    server = request.scope.get("server")
    return load.exempt_port is not None and server is not None and server[1] == load.exempt_port


def _check_credentials(request: Request) -> None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key != API_KEY:
        raise reject(401, "UNAUTHENTICATED", "A valid API key is required.")
    if request.headers.get("wix-site-id") != SITE_ID:
        raise reject(403, "PERMISSION_DENIED", "The key has no permission for this site.")


async def _version(_request: Request) -> Response:
    return JsonResponse({"catalogVersion": "V1_CATALOG"})


async def _wrong_catalog(_request: Request) -> Response:
    raise reject(428, "CATALOG_V1_SITE_CALLING_CATALOG_V3_API", "The site's catalog is V1.")
