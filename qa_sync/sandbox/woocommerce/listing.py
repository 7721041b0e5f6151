"""Lists: arguments, the filters that all resources share, pages and their headers.

Source: docs/explanation/vendors/woocommerce.rst, "Lists".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request

from qa_sync.sandbox.store import Doc
from qa_sync.sandbox.woocommerce.args import Arg, checked
from qa_sync.sandbox.woocommerce.shop import Resource, Shop

IDS = Arg("array", of=Arg("integer"))
LIST_ARGS: Mapping[str, Arg] = {
    "page": Arg("integer", low=1),
    "per_page": Arg("integer", low=1, high=100),
    "offset": Arg("integer", low=0),
    "order": Arg(choices=("asc", "desc")),
    "search": Arg(),
    "include": IDS,
    "exclude": IDS,
    "dp": Arg("integer", low=0),
}


def list_args(resource: Resource, given: QueryParams) -> Doc:
    """Return the checked arguments of a list; unknown and empty ones are ignored."""
    args = {**LIST_ARGS, **resource.list_args}
    return checked(args, {name: value for name, value in given.items() if value != ""})


def chosen(resource: Resource, given: QueryParams, args: Doc) -> list[Doc]:
    """Return all records that the arguments select, sorted."""
    docs = resource.select(args, given)
    if "include" in args:
        docs = [doc for doc in docs if doc["id"] in args["include"]]
    elif "exclude" in args:  # measured: with include it is ignored
        docs = [doc for doc in docs if doc["id"] not in args["exclude"]]
    docs = [doc for doc in docs if _in_time(resource.shop, doc, args)]
    orderby, order = args.get("orderby", resource.default_sort[0]), args.get("order", resource.default_sort[1])
    if orderby == "include" and "include" in args:
        return sorted(docs, key=lambda d: args["include"].index(d["id"]))
    # Equal values are sorted by id, in the same direction.
    return sorted(docs, key=lambda d: (resource.sort_key(d, orderby), d["id"]), reverse=order == "desc")


def _in_time(shop: Shop, doc: Doc, args: Doc) -> bool:
    gmt = bool(args.get("dates_are_gmt"))
    for prefix, field in (("", "date_created"), ("modified_", "date_modified")):
        for side, sign in (("after", 1), ("before", -1)):
            bound = args.get(f"{prefix}{side}")
            if bound is not None:
                stamp = shop.two_dates(field, doc[field])[f"{field}_gmt" if gmt else field]
                if (stamp > (mark := _mark(shop, bound))) - (stamp < mark) != sign:
                    return False
    return True


def _mark(shop: Shop, bound: str) -> str:
    """Return a time limit as the shop compares it: as local time, even when the column is UTC (measured)."""
    at = datetime.fromisoformat(bound)
    return (at.astimezone(shop.settings.time_zone) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M:%S")


def page_of(docs: list[Doc], args: Doc) -> tuple[list[Doc], int, int]:
    """Return the page, its number and the number of pages."""
    size, page = args.get("per_page", 10), args.get("page", 1)
    start = args.get("offset", (page - 1) * size)
    return docs[start : start + size], page, -(-len(docs) // size)


def headers(request: Request, address: str, total: int, page: int, pages: int) -> dict[str, str]:
    """Return the paging headers; `prev` of a page past the end is the last one."""
    links = []
    if page > 1:
        links.append(f'<{_page_address(request, address, min(page - 1, pages))}>; rel="prev"')
    if page < pages:
        links.append(f'<{_page_address(request, address, page + 1)}>; rel="next"')
    found = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    return found | ({"Link": ", ".join(links)} if links else {})


def _page_address(request: Request, address: str, page: int) -> str:
    kept = [(n, v) for n, v in request.query_params.multi_items() if n != "page" and "secret" not in n]
    return f"{address}?{urlencode([*kept, ('page', page)])}"


def only(doc: Doc, fields: Iterable[str]) -> Doc:
    """Return the fields that `_fields` selects."""
    wanted = {name.strip() for name in fields if name.strip()}
    return {name: value for name, value in doc.items() if not wanted or name in wanted}
