"""The vendors of the sandbox: an explicit table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from msgspec import Struct
from msgspec.structs import replace
from starlette.applications import Starlette

from qa_sync.sandbox.customerp import app as customerp
from qa_sync.sandbox.customwebshop import app as customwebshop
from qa_sync.sandbox.load import Load
from qa_sync.sandbox.wix import app as wix
from qa_sync.sandbox.wix.settings import SiteSettings
from qa_sync.sandbox.woocommerce import app as woocommerce
from qa_sync.sandbox.woocommerce import auth as woocommerce_auth
from qa_sync.sandbox.woocommerce.settings import ShopSettings

BuildApp = Callable[[Callable[[], datetime], str], Starlette]
"""Given the time (UTC) and a seed for ids: a fresh app with an empty store (`app.state.store`)."""


class Vendor(Struct, frozen=True):
    """One vendor: the URL of its API, the sandbox's credentials (no secrets), and the function that builds its app."""

    name: str
    base_url: str
    secrets: Mapping[str, str]
    build_app: BuildApp


VENDORS: Mapping[str, Vendor] = {
    v.name: v
    for v in (
        Vendor(
            "wix",
            "https://www.wixapis.com",
            {"api_key": wix.API_KEY, "site_id": wix.SITE_ID},
            wix.build_app,
        ),
        Vendor(
            "woocommerce",
            "https://shop.example",
            {"consumer_key": woocommerce_auth.KEY, "consumer_secret": woocommerce_auth.SECRET},
            woocommerce.build_app,
        ),
        Vendor("customerp", "https://erp.example", {"token": customerp.TOKEN}, customerp.build_app),
        Vendor("customwebshop", "https://webshop.example", {"api_key": customwebshop.API_KEY}, customwebshop.build_app),
    )
}


def vendors_under(
    load: Load, shop: ShopSettings | None = None, site: SiteSettings | None = None
) -> Mapping[str, Vendor]:
    """Return the vendors under a load, of which only Wix documents its behavior, a shop and a site with these settings.

    Source: docs/explanation/vendors/wix.rst, "Common rules".
    """
    own = {
        "wix": partial(wix.build_app, load=load, settings=site),
        "woocommerce": partial(woocommerce.build_app, settings=shop),
    }
    return {**VENDORS, **{name: replace(VENDORS[name], build_app=build) for name, build in own.items()}}
