"""Deduces how a list comes in pages, and how it is asked for changes only.

A page size is certain only where the document gives its maximum or default: a server that silently takes less would
end a `not-full-page` list at its first page. Source: docs/explanation/openapi.rst, "Paging".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from qa_sync.openapi.reading.routes import Parameter, Route
from qa_sync.openapi.reading.schema import Schema, schema_of
from qa_sync.openapi.spelling import expression, is_copyable, is_in_template, joined
from qa_sync.values.form import Json

LINKS: Final = frozenset(
    (
        "next",
        "nextpage",
        "nexturl",
        "nexturi",
        "nextlink",
        "nextpageurl",
        "nextpageuri",
        "nextpagelink",
        "odatanextlink",
    )
)
CURSORS: Final = frozenset(
    (
        "nextcursor", "cursor", "nextoffset", "nextpagetoken", "nexttoken", "after", "nextafter", "endcursor", "next",
        "continuationtoken", "nextpage", "startafter",
    )
)  # fmt: skip
CURSOR_PARAMETERS: Final = (
    "cursor", "after", "startingafter", "pagetoken", "nexttoken", "token", "continuationtoken", "offset", "startafter",
    "start", "page",
)  # fmt: skip
PAGES: Final = frozenset(("page", "pagenumber", "pageno", "pageindex", "p", "currentpage"))
OFFSETS: Final = frozenset(("offset", "skip", "from", "start", "startindex", "startat", "first"))
SIZES: Final = ("perpage", "pagesize", "limit", "size", "count", "top", "maxresults", "take", "itemsperpage", "rows")
SINCE: Final = re.compile(
    r"(updated|modified|changed|change|lastmodified|lastupdated|lastchanged)(at|on|date|time|utc)*(since|after|from|gt|gte|min)"
    r"|(since|modifiedsince|updatedsince|changedsince|changesince|updatedafter|ifmodifiedsince)"
)
GUESSED_SIZE: Final = 100
LARGEST_SIZE: Final = 1000


class Pagination(Struct, frozen=True):
    """The members of a list operation that make pages, its parameters, and what is a guess."""

    members: Mapping[str, Json]
    params: Mapping[str, Json]
    guesses: tuple[str, ...] = ()


def pagination_of(route: Route, response: Schema, url: str) -> Pagination | None:
    """Return how a list comes in pages, or None if the document shows no pages."""
    if (link := _link(response)) is not None:
        return _with_size(route, link)
    if (cursor := _cursor(route, response, url)) is not None:
        return _with_size(route, cursor)
    if "link" in route.headers:
        return _with_size(route, Pagination(_ends("{{ headers.link.next }}"), {}))
    return _numbered(route, url)


def since_of(route: Route) -> Mapping[str, Json]:
    """Return the members by which a list gives only what changed; empty if the document shows no such parameter."""
    for parameter in route.parameters:
        if parameter.location not in {"query", "header"} or not SINCE.fullmatch(joined(parameter.name)):
            continue
        if parameter.schema.word("format") in {"date-time", ""} and is_copyable(parameter.name):
            place = {"since_property_location": "header"} if parameter.location == "header" else {}
            return {"supports_since": True, "since_property_name": parameter.name, **place}
    return {}


def _ends(link: str) -> dict[str, Json]:
    return {
        "next_page_link": link,
        "next_page_termination_strategy": ["next-page-link-empty", "same-next-page-request"],
    }


def _link(response: Schema) -> Pagination | None:
    """Return pagination by a URL in the body."""
    for names, schema in _scalars(response):
        name = joined(names[-1])
        within = joined(".".join(names[:-1]))
        is_link = name in LINKS or (name in {"uri", "url", "href", "link"} and "next" in within)
        is_url = schema.word("format") in {"uri", "url", "uri-reference"} or any(
            w in name for w in ("ur", "link", "href")
        )
        if is_link and (is_url or _looks_like_url(schema.example)) and schema.is_a("string"):
            return Pagination(_ends(_optional(names, "{{ %s }}")), {})
    return None


def _looks_like_url(example: Json) -> bool:
    return isinstance(example, str) and example.startswith(("http://", "https://", "/"))


def _cursor(route: Route, response: Schema, url: str) -> Pagination | None:
    """Return pagination by a cursor in the body that a parameter takes."""
    parameters = {joined(p.name): p for p in route.parameters if p.location == "query" and is_copyable(p.name)}
    for names, schema in _scalars(response):
        name = joined(names[-1])
        if name not in CURSORS or not schema.is_a("string", "integer"):
            continue
        for known in CURSOR_PARAMETERS:
            parameter = parameters.get(known)
            if parameter is None or (known in PAGES | OFFSETS and not parameter.schema.is_a("string")):
                continue
            template = f"{url}?{parameter.name}={{{{ %s | urlencode }}}}"
            sure = known in name or name.removeprefix("next") in known
            guess = () if sure else (f"the cursor {'.'.join(names)} is taken for the parameter {parameter.name}",)
            return Pagination(_ends(_optional(names, template)), {}, guess)
    return None


def _optional(names: Sequence[str], template: str) -> str:
    """Return a template over a member of the body; it renders to nothing where the member is absent or null."""
    steps = [expression("body", names[: n + 1]) for n in range(len(names))]
    tests = " and ".join(f"{step} is defined and {step}" for step in steps)
    return f"{{% if {tests} %}}{template % steps[-1]}{{% endif %}}"


def _scalars(response: Schema) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Yield the single values of a response outside its rows, by their names, at most three levels deep."""

    def walk(schema: Schema, at: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Schema]]:
        for name, node in schema.properties.items():
            if not is_in_template(name):
                continue
            inner = schema_of(node)
            if inner.properties and depth:
                yield from walk(inner, (*at, name), depth - 1)
            elif not inner.is_a("array", "object"):
                yield (*at, name), inner

    yield from walk(response, (), 3)


def _size(route: Route) -> tuple[Parameter, int, str] | None:
    """Return the parameter of the page size, the size to ask for, and why that is a guess."""
    known = {joined(p.name): p for p in route.parameters if p.location == "query" and is_copyable(p.name)}
    parameter = next((known[name] for name in SIZES if name in known), None)
    if parameter is None or not parameter.schema.is_a("integer", "number", "string"):
        return None
    for keyword in ("maximum", "default"):
        value = parameter.schema.keywords.get(keyword)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1:
            return parameter, min(int(value), LARGEST_SIZE), ""
    return parameter, GUESSED_SIZE, f"the document gives no largest {parameter.name}"


def _with_size(route: Route, pagination: Pagination) -> Pagination:
    """Return pagination by links with the size of a page, where the document gives one."""
    found = _size(route)
    if found is None or found[2]:
        return pagination
    parameter, size, _ = found
    members = {"page_size": size, **pagination.members}
    return Pagination(members, {parameter.name: "{{ page_size }}", **pagination.params}, pagination.guesses)


def _numbered(route: Route, url: str) -> Pagination | None:
    """Return pagination by the number of a page, or by an offset."""
    known = {joined(p.name): p for p in route.parameters if p.location == "query" and is_copyable(p.name)}
    page = next((p for name, p in known.items() if name in PAGES), None)
    offset = next((p for name, p in known.items() if name in OFFSETS and p.schema.is_a("integer", "number")), None)
    size = _size(route)
    chosen = page or (offset if size else None)
    if chosen is None:
        return None
    guesses = [size[2]] if size and size[2] else []
    if page is not None:
        first, why = _first_page(page)
        guesses += [why] if why else []
        number = "{{ page + 1 }}" if first else "{{ page }}"
    else:
        number = "{{ page * page_size }}"
    params = {chosen.name: number} | ({size[0].name: "{{ page_size }}"} if size else {})
    strategy = "not-full-page" if size and not size[2] else ["empty-result", "same-response"]
    members = ({"page_size": size[1]} if size else {}) | {
        "next_page_link": url,
        "next_page_termination_strategy": strategy,
    }
    return Pagination(members, params, tuple(guesses))


def _first_page(parameter: Parameter) -> tuple[int, str]:
    """Return the number of the first page, and why it is a guess."""
    for keyword in ("minimum", "default", "exclusiveMinimum"):
        value = parameter.schema.keywords.get(keyword)
        if isinstance(value, int) and not isinstance(value, bool):
            return (1 if value >= 1 or keyword == "exclusiveMinimum" else 0), ""
    return 1, "pages are counted from 1"
