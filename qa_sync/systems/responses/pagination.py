"""Pages through list operations. Source: docs/explanation/connector-format-facts.rst, "Paging"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.errors import ConnectorError, InvalidResponse
from qa_sync.systems.connectors.operations import ENTITY_PAYLOAD, Operation
from qa_sync.systems.http.redirects import is_same_origin, parse_url
from qa_sync.systems.requests.rendering import RequestRenderer
from qa_sync.systems.requests.request import RenderedRequest
from qa_sync.systems.requests.url_values import dotted_segments
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.lists import EMPTY_RESULT, list_entities
from qa_sync.systems.responses.parsing import OperationResponse, call_operation
from qa_sync.systems.responses.unread_pages import next_page_named
from qa_sync.systems.templates.jinja import render_optional
from qa_sync.values.form import Json

MAX_EMPTY_PAGES: Final = 5
"""The number of identical pages without entities after which the paging does not advance."""

MAX_PAGES: Final = 100_000
"""The largest number of pages: 5 million records with 50 per page."""


class Page(Struct, frozen=True):
    """One response of a list operation, its entities, and the link by which it was requested.

    `empty_repeats` is the number of pages before it that were the same, without entities.
    """

    reply: OperationResponse
    entities: list[Json]
    link: str | None = None
    empty_repeats: int = 0


class PageCursor(Struct, frozen=True):
    """The position in a list: the 0-based number of the next page, and its link."""

    page: int
    link: str | None


def pages_with_cursor(
    operation: Operation,
    renderer: RequestRenderer,
    exchange: HttpExchange,
    variables: Mapping[str, object],
    start: PageCursor | None = None,
) -> Iterator[tuple[list[Json], PageCursor | None]]:
    """Yield the entities of each page until a termination strategy applies, with a cursor for a later read.

    The cursor is None after the last page, and if requests depend on more than the link of the previous page. Raises
    InvalidResponse if a page repeats the previous one, if the next page is on another host, and after MAX_PAGES pages,
    and NotModified for a conditional read that is answered with 304.
    """
    previous: Page | None = None
    link = start.link if start else None
    for number in range(start.page if start else 0, MAX_PAGES):
        known = {**variables, "page": number, "is_first_page": number == 0, **_previous_page_variables(previous)}
        call = renderer.make(operation, known, body=variables.get(ENTITY_PAYLOAD), link=link)
        if previous:
            if _has_strategy("same-next-page-request", operation) and call.is_same_request(previous.reply.call):
                return
            _reject_other_place(operation, exchange, call, previous.reply.call)
        elif link:  # a cursor of an earlier read, whose next page was never requested
            first = renderer.make(operation, known, body=variables.get(ENTITY_PAYLOAD))
            _reject_other_place(operation, exchange, call, first)
        reply = call_operation(operation, renderer, exchange, call, known)
        entities = list_entities(operation, renderer, exchange, reply, known, is_first_page=previous is None)
        if operation.next_page_link is None and entities:
            _reject_unread_pages(operation, exchange, reply)
        page = Page(reply, entities, link, _empty_repeats(reply, entities, previous))
        _reject_repeated_page(operation, exchange, page, previous, number)
        link = _next_link(operation, renderer, page, known)
        last = link is None or _is_last(operation, page, previous, link)
        yield page.entities, None if last or _uses_previous_page(operation) else PageCursor(number + 1, link)
        if last:
            return
        previous = page
    raise InvalidResponse(
        f"{exchange.label}: {operation.name} has more than {MAX_PAGES} pages; the paging does not end"
    )


def _reject_unread_pages(operation: Operation, exchange: HttpExchange, reply: OperationResponse) -> None:
    """Raise InvalidResponse if the response names a next page that the connector does not ask for."""
    if named := next_page_named(reply.response, reply.body):
        raise InvalidResponse(
            f"{exchange.label}: {operation.name}: {named} of the response says that there is a next page, "
            "and the connector does not ask for one, so the list is not whole",
            hint=f"add next_page_link to {operation.name} in the connector",
        )


def _uses_previous_page(operation: Operation) -> bool:
    """Return whether the request of a page depends on more of the previous page than its link."""
    texts = (operation.url, operation.params, operation.headers, operation.payload)
    return any("previous_" in str(part) for part in texts)


def _previous_page_variables(page: Page | None) -> dict[str, object]:
    if page is None:
        return {}
    return {
        "previous_body": page.reply.body,
        "previous_headers": page.reply.headers,
        "previous_request_headers": httpx.Headers(dict(page.reply.call.headers)),
        "previous_params": page.reply.call.params,
        "previous_url": page.reply.call.url,
    }


def _next_link(operation: Operation, renderer: RequestRenderer, page: Page, known: Mapping[str, object]) -> str | None:
    if operation.next_page_link is None or page.reply.is_ignored:
        return None
    if "{" not in operation.next_page_link and "$" not in operation.next_page_link:
        return operation.next_page_link.strip() or None  # no template: no template engine
    variables = {**renderer.known(operation, known), **page.reply.variables}
    if operation.children and isinstance(page.reply.body, Mapping):
        # In a list that is read for a parent's record, `entity` is the response
        # (docs/explanation/connector-format-facts.rst, "Expressions").
        parent = known.get("source_entity")
        variables["entity"] = {**(parent if isinstance(parent, Mapping) else {}), **page.reply.body}
    try:
        return render_optional(renderer.references.text(operation.next_page_link), variables)
    except ConnectorError as error:
        raise renderer.with_operation_name(operation, error) from None


def _is_last(operation: Operation, page: Page, previous: Page | None, link: str) -> bool:
    return any(
        LAST_PAGE_TESTS[strategy](operation, page, previous, link)
        for strategy in operation.termination
        if strategy in LAST_PAGE_TESTS
    )


LAST_PAGE_TESTS: Final[Mapping[str, Callable[[Operation, Page, Page | None, str], bool]]] = {
    "same-next-page-link": lambda _operation, page, _previous_page_variables, link: page.link == link,
    "same-response": lambda _operation, page, previous, _link: bool(
        previous and page.reply.body == previous.reply.body
    ),
    EMPTY_RESULT: lambda _operation, page, _previous_page_variables, _link: not page.entities,
    "not-full-page": lambda operation, page, _previous_page_variables, _link: (
        len(page.entities) < (operation.page_size or 0)
    ),
}
"""The termination strategies that examine a response; the others examine the next request."""


def _has_strategy(strategy: str, operation: Operation) -> bool:
    return strategy in operation.termination


def _reject_other_place(
    operation: Operation, exchange: HttpExchange, call: RenderedRequest, before: RenderedRequest
) -> None:
    """Raise InvalidResponse if the next page would send credentials to another origin, without TLS, or up the path."""
    here, there = parse_url(before.url), parse_url(call.url)
    if here is None or there is None:  # the message omits it, because it may contain anything
        exchange.raise_unexpected_shape(operation.name, "the link to the next page is not a valid URL")
    if not set(dotted_segments(call.url)) <= set(dotted_segments(before.url)):
        exchange.raise_unexpected_shape(operation.name, "the link to the next page contains '.' or '..'")
    if not is_same_origin(here, there):
        raise InvalidResponse(
            f"{exchange.label}: {operation.name}: the next page is at {_origin(there)}, "
            f"this page is at {_origin(here)}",
            hint=f"set the url of {exchange.label} to the one that the system uses itself",
        )


def _origin(url: httpx.URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"


def _empty_repeats(reply: OperationResponse, entities: list[Json], previous: Page | None) -> int:
    """Return how many pages in a row had this body and no entities; a few of them may be on the way to a full one."""
    is_repeated = previous is not None and not entities and not previous.entities and reply.body == previous.reply.body
    return previous.empty_repeats + 1 if previous is not None and is_repeated else 0


def _reject_repeated_page(
    operation: Operation, exchange: HttpExchange, page: Page, previous: Page | None, number: int
) -> None:
    """Raise InvalidResponse for a page that repeats the previous one, because the pagination would not end."""
    if previous is None or _has_strategy("same-response", operation):
        return
    is_repeated = page.entities == previous.entities if page.entities else page.empty_repeats >= MAX_EMPTY_PAGES
    if is_repeated:
        raise InvalidResponse(
            f"{exchange.label}: {operation.name}: page {number + 1} repeats page {number}; the paging does not advance",
            hint="check that the system supports the pagination parameters of this operation",
        )
