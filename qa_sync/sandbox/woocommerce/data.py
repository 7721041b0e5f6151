"""The data of a shop: its currency, and its countries with their regions.

Source: docs/explanation/vendors/woocommerce.rst, "Regions as measured"; `states.json` is the vendor's own list,
https://github.com/woocommerce/woocommerce, plugins/woocommerce/i18n/states.php (10.5).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_sync.sandbox.desk import JsonResponse
from qa_sync.sandbox.woocommerce import money
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.values.conversions.countries import country_name

PREFIX = "/wp-json/wc/v3/data"
OWN_NAMES: Final = {"US": "United States (US)", "GB": "United Kingdom (UK)"}
CURRENCIES: Final = {"NOK": "Norwegian krone", "KWD": "Kuwaiti dinar", "JPY": "Japanese yen", "EUR": "Euro"}


@cache
def _states() -> Mapping[str, Mapping[str, str]]:
    """Return the names of regions by country and code."""
    table: Mapping[str, Mapping[str, str]] = json.loads(Path(__file__).with_name("states.json").read_text("utf-8"))
    return table


def data_routes(shop: Shop) -> Iterator[Route]:
    """Yield the routes of a shop's data."""

    async def country(request: Request) -> Response:
        code = request.path_params["code"].upper()
        name = OWN_NAMES.get(code) or country_name(code)
        if name is None:
            raise refuse(
                404, "woocommerce_rest_data_invalid_location", "There are no locations matching these parameters."
            )
        states = [{"code": own, "name": text} for own, text in _states().get(code, {}).items()]
        return _answer(request, {"code": code, "name": name, "states": states}, f"countries/{code.lower()}")

    async def currency(request: Request) -> Response:
        code = shop.settings.currency
        symbol = "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in money.SYMBOLS.get(code, code))
        names = {"code": code, "name": CURRENCIES.get(code, code), "symbol": symbol}
        return _answer(request, names, f"currencies/{code}")

    yield Route(f"{PREFIX}/countries/{{code}}", country, methods=["GET"])
    yield Route(f"{PREFIX}/currencies/current", currency, methods=["GET"])


def _answer(request: Request, body: Mapping[str, Any], place: str) -> Response:
    root = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}{PREFIX}"
    own = [{"href": f"{root}/{place}", "targetHints": {"allow": ["GET"]}}]
    links = {"self": own, "collection": [{"href": f"{root}/{place.partition('/')[0]}"}]}
    return JsonResponse({**body, "_links": links})
