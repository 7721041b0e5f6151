"""Images of products, by the ids of a shop's media.

Source: docs/explanation/vendors/woocommerce.rst, "Categories, tags and images as measured".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.shop import STAMP, Shop

UPLOADS: Final = "https://shop.example/wp-content/uploads"
UNREACHABLE: Final = (".example", ".invalid", ".test", "localhost")
"""Ends of hosts that no shop can reach."""


def images_of(shop: Shop) -> Table:
    """Return the table of images."""
    return shop.world.store.table("images")


def add_image(shop: Shop, file: str, id: int | None = None) -> Doc:
    """Add an image to the media of the shop."""
    at = shop.stamp()
    image = {
        "id": id or shop.next_post(),
        "date": at,
        "src": f"{UPLOADS}/{at[:4]}/{at[5:7]}/{file}",
        "name": "",
        "alt": "",
    }
    images_of(shop).save(image["id"], image, shop.world.now())
    return image


def product_images(shop: Shop, posted: list[Doc]) -> list[Doc]:
    """Return the images of a product from what was posted: an id, or an address that the shop loads."""
    return [_shown(shop, _known(shop, given) | _named(given)) for given in posted]


def _known(shop: Shop, given: Doc) -> Doc:
    if given.get("id"):
        image = images_of(shop).get(given["id"])
        if image is None:
            raise refuse(400, "woocommerce_product_invalid_image_id", f"#{given['id']} is an invalid image ID.")
        return image
    address = urlsplit(given.get("src") or "")
    if address.scheme not in ("http", "https") or (address.hostname or "localhost").endswith(UNREACHABLE):
        message = f"Error getting remote image {given.get('src')}. Error: A valid URL was not provided."
        raise refuse(400, "woocommerce_product_image_upload_error", message)
    return add_image(shop, address.path.rpartition("/")[2] or "image.png")


def _named(given: Doc) -> dict[str, Any]:
    return {name: given[name] for name in ("name", "alt") if given.get(name) is not None}


def _shown(shop: Shop, image: Doc) -> Doc:
    """Return an image as a product shows it; its local times have the offset of the zone twice (measured)."""
    at = datetime.strptime(image["date"], STAMP).replace(tzinfo=UTC)
    local = at.astimezone(shop.settings.time_zone)
    twice = (local + (local.utcoffset() or at - at)).strftime(STAMP)
    dates = {
        f"date_{what}{zone}": when
        for what in ("created", "modified")
        for zone, when in (("", twice), ("_gmt", image["date"]))
    }
    sizes = {"srcset": "", "sizes": "(max-width: 1px) 100vw, 1px", "thumbnail": image["src"]}
    return {"id": image["id"], **dates, **{name: image[name] for name in ("src", "name", "alt")}, **sizes}
