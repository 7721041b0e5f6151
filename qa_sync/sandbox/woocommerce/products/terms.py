"""Categories and tags.

Source: docs/explanation/vendors/woocommerce.rst, "Categories, tags and images as measured".
"""

from __future__ import annotations

from typing import Final

from qa_sync.sandbox.store import Doc, Table
from qa_sync.sandbox.woocommerce.errors import refuse
from qa_sync.sandbox.woocommerce.shop import Shop
from qa_sync.sandbox.woocommerce.text import entities, filtered_html, in_address, plain, slug_of, unslashed

UNCATEGORIZED: Final = 15
"""The id of the category that a product has when it has no other."""

KINDS: Final = ("categories", "tags")


def terms_of(shop: Shop, kind: str) -> Table:
    """Return the table of the categories or of the tags."""
    return shop.world.store.table(kind, lambda doc: [("slug", doc["slug"])])


def first_term(shop: Shop) -> None:
    """Add the category that every shop has."""
    _save(shop, "categories", _term(UNCATEGORIZED, "Uncategorized", "uncategorized"))


def create_term(shop: Shop, kind: str, body: Doc) -> Doc:
    """Add a term; a name that its parent has already is refused, whatever its case."""
    name = entities(plain(unslashed(body.get("name") or "")))
    if not name:
        raise refuse(400, "rest_missing_callback_param", "Missing parameter(s): name", params=["name"])
    parent = body.get("parent") or 0
    for twin in terms_of(shop, kind).all():
        if twin["name"].casefold() == name.casefold() and twin["parent"] == parent:
            message = "A term with the name provided already exists with this parent."
            raise refuse(400, "term_exists", message, resource_id=twin["id"])
    slug = in_address(slug_of(body.get("slug") or name))
    term = _term(shop.world.store.next("term", UNCATEGORIZED + 1), name, _free_slug(shop, kind, slug))
    return _save(
        shop, kind, term | {"parent": parent, "description": filtered_html(unslashed(body.get("description") or ""))}
    )


def update_term(shop: Shop, kind: str, term: Doc, body: Doc) -> Doc:
    """Change the name, the parent or the description of a term."""
    if body.get("name"):
        term["name"] = entities(plain(unslashed(body["name"])))
    if body.get("description") is not None:
        term["description"] = filtered_html(unslashed(body["description"]))
    return _save(shop, kind, term | {"parent": body.get("parent", term["parent"])})


def _term(id: int, name: str, slug: str) -> Doc:
    return {"id": id, "name": name, "slug": slug, "parent": 0, "description": ""}


def _save(shop: Shop, kind: str, term: Doc) -> Doc:
    terms_of(shop, kind).save(term["id"], term, shop.world.now())
    return term


def _free_slug(shop: Shop, kind: str, wanted: str) -> str:
    slug, number = wanted, 2
    while terms_of(shop, kind).find("slug", slug):
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def shown_term(shop: Shop, kind: str, term: Doc) -> Doc:
    """Return a term as returned by the API."""
    own = {name: term[name] for name in ("id", "name", "slug")}
    count = sum(any(t["id"] == term["id"] for t in p[kind]) for p in shop.products.all() if p["status"] == "publish")
    if kind == "tags":
        return own | {"description": term["description"], "count": count}
    shown = own | {"parent": term["parent"], "description": term["description"]}
    return shown | {"display": "default", "image": None, "menu_order": 0, "count": count}


def product_terms(shop: Shop, kind: str, posted: list[Doc]) -> list[Doc]:
    """Return a product's terms by name: unknown ids are left out, a tag that has only a name is made."""
    found: dict[int, Doc] = {}
    for entry in posted:
        term = terms_of(shop, kind).get(entry["id"]) if entry.get("id") else None
        if term is None and kind == "tags" and not entry.get("id") and entry.get("name"):
            slug = in_address(slug_of(entry["name"]))
            term = next(iter(terms_of(shop, kind).find("slug", slug)), None) or create_term(shop, kind, entry)
        if term:
            found[term["id"]] = {name: term[name] for name in ("id", "name", "slug")}
    if kind == "categories" and not found:
        return product_terms(shop, kind, [{"id": UNCATEGORIZED}])
    return sorted(found.values(), key=lambda term: term["name"].casefold())
