"""Page after page of a list operation. Source: facts/SESAM.md 1.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import httpx

from qa_sync.errors import BadAnswer, ConnectorError
from qa_sync.frozen import dataclass
from qa_sync.systems.connectors.operations import ENTITY_PAYLOAD, Operation
from qa_sync.systems.http.redirects import same_place
from qa_sync.systems.requests.rendering import Calls
from qa_sync.systems.requests.request import Call
from qa_sync.systems.responses.exchange import Exchange
from qa_sync.systems.responses.parsing import Reply, ask, rows_of
from qa_sync.systems.templates.jinja import render_found
from qa_sync.values.form import Json

MAX_PAGES: Final = 100_000
"""Where a list ends whatever the system says: 5 million records at 50 a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a list operation, its entities, and the link by which it was asked for."""

    reply: Reply
    entities: list[Json]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a list goes on: the 0-based number of the next page, and the link that leads there."""

    page: int
    link: str | None


def pages(
    operation: Operation, calls: Calls, exchange: Exchange, variables: Mapping[str, object]
) -> Iterator[list[Json]]:
    """Yield the entities of each page until a termination strategy says stop.

    Raises BadAnswer when a page repeats the one before it, when the next page is on another host, and after MAX_PAGES
    pages.
    """
    for entities, _ in marked_pages(operation, calls, exchange, variables):
        yield entities


def marked_pages(
    operation: Operation,
    calls: Calls,
    exchange: Exchange,
    variables: Mapping[str, object],
    start: Bookmark | None = None,
) -> Iterator[tuple[list[Json], Bookmark | None]]:
    """Yield the entities of each page as `pages` does, each with where another reading could go on after it.

    The bookmark is None after the last page, and where each page is asked for by what stood on the one before.
    """
    previous: Page | None = None
    link = start.link if start else None
    for number in range(start.page if start else 0, MAX_PAGES):
        known = {**variables, "page": number, "is_first_page": number == 0, **_previous(previous)}
        call = calls.make(operation, known, body=variables.get(ENTITY_PAYLOAD), link=link)
        if previous:
            if _ends("same-next-page-request", operation) and call == previous.reply.call:
                return
            _refuse_stranger(operation, exchange, call, previous.reply.call)
        reply = ask(operation, calls, exchange, call, known)
        page = Page(reply, rows_of(operation, calls, exchange, reply, known), link)
        _refuse_standstill(operation, exchange, page, previous, number)
        link = _next_link(operation, calls, page, known)
        last = link is None or _is_last(operation, page, previous, link)
        yield page.entities, None if last or _looks_back(operation) else Bookmark(number + 1, link)
        if last:
            return
        previous = page
    raise BadAnswer(f"{exchange.label}: {operation.name} has more than {MAX_PAGES} pages; the paging does not end")


def _looks_back(operation: Operation) -> bool:
    """Tell whether a page is asked for by more of the page before than the link on it."""
    asked = (operation.url, operation.params, operation.headers, operation.payload)
    return any("previous_" in str(part) for part in asked)


def _previous(page: Page | None) -> dict[str, object]:
    if page is None:
        return {}
    return {
        "previous_body": page.reply.body,
        "previous_headers": page.reply.headers,
        "previous_request_headers": httpx.Headers(dict(page.reply.call.headers)),
        "previous_params": page.reply.call.params,
        "previous_url": page.reply.call.url,
    }


def _next_link(operation: Operation, calls: Calls, page: Page, known: Mapping[str, object]) -> str | None:
    if operation.next_page_link is None or page.reply.dropped:
        return None
    if "{" not in operation.next_page_link and "$" not in operation.next_page_link:
        return operation.next_page_link.strip() or None  # no template: no template engine
    variables = {**calls.known(operation, known), **page.reply.variables}
    if operation.children and isinstance(page.reply.body, Mapping):
        # In a list that is read for a parent's record, `entity` is what was answered (facts/SESAM.md 1.5).
        parent = known.get("source_entity")
        variables["entity"] = {**(parent if isinstance(parent, Mapping) else {}), **page.reply.body}
    try:
        return render_found(calls.filler.text(operation.next_page_link), variables)
    except ConnectorError as error:
        raise calls.told(operation, error) from None


def _is_last(operation: Operation, page: Page, previous: Page | None, link: str) -> bool:
    return any(
        LAST[strategy](operation, page, previous, link) for strategy in operation.termination if strategy in LAST
    )


LAST: Final[Mapping[str, Callable[[Operation, Page, Page | None, str], bool]]] = {
    "same-next-page-link": lambda _operation, page, _previous, link: page.link == link,
    "same-response": lambda _operation, page, previous, _link: bool(
        previous and page.reply.body == previous.reply.body
    ),
    "empty-result": lambda _operation, page, _previous, _link: not page.entities,
    "not-full-page": lambda operation, page, _previous, _link: len(page.entities) < (operation.page_size or 0),
}
"""The termination strategies that look at an answer; the others are about the next request."""


def _ends(strategy: str, operation: Operation) -> bool:
    return strategy in operation.termination


def _refuse_stranger(operation: Operation, exchange: Exchange, call: Call, before: Call) -> None:
    """Raise BadAnswer when an answer sends our credentials to another host or port, or over a line without TLS."""
    try:
        here, there = httpx.URL(before.url), httpx.URL(call.url)
    except httpx.InvalidURL:  # it is not told: nobody knows what stands in it
        exchange.shapeless(operation.name, "the next page is at no url that HTTP knows")
    if not same_place(here, there):
        raise BadAnswer(
            f"{exchange.label}: {operation.name}: the next page would be at {_origin(there)}, "
            f"this one is at {_origin(here)}",
            hint=f"give the url of {exchange.label} as the system itself calls it",
        )


def _origin(url: httpx.URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}"


def _refuse_standstill(
    operation: Operation, exchange: Exchange, page: Page, previous: Page | None, number: int
) -> None:
    """Raise BadAnswer for a page that says again what the page before said: it would go on for ever."""
    if previous is None or not page.entities or _ends("same-response", operation):
        return
    if page.entities == previous.entities:
        raise BadAnswer(
            f"{exchange.label}: {operation.name}: page {number + 1} repeats page {number}; the paging does not advance",
            hint="does the system know the paging parameters of this operation?",
        )
