"""Finds the resources of an API: a collection path with an item path below it, and a route for each verb."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from qa_sync.openapi.model import Resource
from qa_sync.openapi.reading.routes import Route, Routes
from qa_sync.openapi.spelling import is_copyable, joined, singular

ITEM: Final = re.compile(
    r"(?P<collection>.*[^/])(?:/\{(?P<parameter>[^{}/]+)\}/?|\((?P<quote>'?)\{(?P<in_brackets>[^{}/]+)\}(?P=quote)\))"
)
"""The path of an item: `/things/{id}`, or `/things({id})` and `/things('{id}')` as OData has it."""

PATH: Final = re.compile(r"(?:/|\{[A-Za-z_][A-Za-z0-9_-]*\}|[A-Za-z0-9._~@!$&'()*+,;=:-])*+")
VERSION: Final = re.compile(r"v?\d+(\.\d+)*|api", re.IGNORECASE)
UPDATES: Final = re.compile(r"\b(update|updates|updating|upsert)\b")


def find_resources(routes: Routes) -> list[Resource]:
    """Return the resources in the order of the document; of several item paths the one with most verbs is taken."""
    best: dict[str, tuple[int, str, str]] = {}
    for path, methods in routes.items():
        found = ITEM.fullmatch(path)
        if not found or not methods or not _is_usable(path):
            continue
        collection = _collection(found["collection"], routes)
        score = len(methods) + ("get" in methods)
        if score > best.get(collection, (0, "", ""))[0]:
            best[collection] = (score, path, found["parameter"] or found["in_brackets"])
    resources = [_resource(c, path, parameter, routes) for c, (_, path, parameter) in best.items()]
    return _with_unique_names([r for r in resources if r.routes.keys() & {"list", "lookup"}])


def _is_usable(path: str) -> bool:
    return bool(PATH.fullmatch(path)) and is_copyable(path)


def _collection(path: str, routes: Routes) -> str:
    """Return the collection's path as the document writes it, with or without a slash at its end."""
    return next((p for p in (path, f"{path}/") if p in routes), path)


def _resource(collection: str, item: str, parameter: str, routes: Routes) -> Resource:
    of_all, of_one = routes.get(collection, {}), routes[item]
    chosen: dict[str, Route] = {}
    guesses: dict[str, str] = {}
    for verb, route, guess in _choices(of_all, of_one, routes.get(f"{item.rstrip('/')}/delete", {})):
        if verb not in chosen:
            chosen[verb] = route
            if guess:
                guesses[verb] = guess
    order = [verb for verb in ("list", "lookup", "insert", "update", "delete") if verb in chosen]
    return Resource(_name(collection), collection, item, parameter, {v: chosen[v] for v in order}, guesses)


def _choices(
    of_all: Mapping[str, Route], of_one: Mapping[str, Route], deletion: Mapping[str, Route]
) -> Iterator[tuple[str, Route, str]]:
    """Yield verb, route and the reason why it is a guess, the best of each verb first."""
    if "get" in of_all:
        yield "list", of_all["get"], ""
    if "get" in of_one:
        yield "lookup", of_one["get"], ""
    yield from _inserts(of_all)
    yield from (("update", of_one[method], "") for method in ("patch", "put") if method in of_one)
    yield from _guessed_updates(of_all, of_one)
    if "delete" in of_one:
        yield "delete", of_one["delete"], ""
    if "post" in deletion:
        yield "delete", deletion["post"], "a POST to .../delete is taken for the deletion"


def _guessed_updates(of_all: Mapping[str, Route], of_one: Mapping[str, Route]) -> Iterator[tuple[str, Route, str]]:
    if "post" in of_one:
        yield "update", of_one["post"], "a POST to the item is taken for the update"
    if "put" in of_all and not _creates(of_all["put"]):
        yield "update", of_all["put"], "a PUT to the collection is taken for the update"
    if "post" in of_all and UPDATES.search(f"{of_all['post'].words} {of_all['post'].operation_id}"):
        yield "update", of_all["post"], "the document says that the POST to the collection also updates"


def _inserts(of_all: Mapping[str, Route]) -> Iterator[tuple[str, Route, str]]:
    put, post = of_all.get("put"), of_all.get("post")
    if put and _creates(put) and (not post or not _creates(post) or "update" in post.operation_id):
        yield "insert", put, f"the PUT is taken for the insert: its operationId is {put.operation.text('operationId')}"
    if post:
        yield "insert", post, ""


def _creates(route: Route) -> bool:
    return route.operation_id.startswith(("create", "add", "insert"))


def _name(collection: str) -> str:
    parts = [part for part in collection.split("/") if part and "{" not in part]
    named = [part for part in parts if not VERSION.fullmatch(part)]
    return re.sub(r"[^A-Za-z0-9_]+", "_", (named or parts or ["record"])[-1]).strip("_") or "record"


def _with_unique_names(resources: list[Resource]) -> list[Resource]:
    """Return the resources with names that differ: `users_orders` next to `orders`."""
    seen: set[str] = set()
    unique = []
    for resource in sorted(resources, key=lambda r: r.path.count("/")):
        parts = [re.sub(r"\W+", "_", p).strip("_") for p in resource.path.split("/") if p and "{" not in p]
        name, length = resource.name, 1
        while name in seen and length < len(parts):
            length += 1
            name = "_".join(parts[-length:])
        while name in seen:
            name += "_"
        seen.add(name)
        unique.append(replace(resource, name=name))
    order = {r.path: n for n, r in enumerate(resources)}
    return sorted(unique, key=lambda r: order[r.path])


def matches(resource: Resource, name: str) -> bool:
    """Return whether a name of a spec means the resource: singular or plural, in any case and spacing."""
    return joined(singular(name)) == joined(singular(resource.name))
