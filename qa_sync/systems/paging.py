"""Page after page of a list operation. Source: facts/SESAM.md 1.4."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from qa_sync.errors import BadAnswer
from qa_sync.systems.answers import Exchange
from qa_sync.systems.calls import Call, Calls
from qa_sync.systems.connector import Operation
from qa_sync.systems.expressions import render_link
from qa_sync.values import paths
from qa_sync.values.form import Json

MAX_PAGES: Final = 100_000
"""Where a list ends whatever the system says: 5 million records at 50 a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a list operation: the call, the whole body, the headers and the entities in the body."""

    call: Call
    body: Json
    headers: Mapping[str, object]
    entities: list[Json]
    link: str | None = None


def pages(
    operation: Operation, calls: Calls, exchange: Exchange, variables: Mapping[str, object]
) -> Iterator[list[Json]]:
    """Yield the entities of each page until a termination strategy says stop.

    Raises BadAnswer when a page repeats the one before it, and after MAX_PAGES pages.
    """
    previous: Page | None = None
    link: str | None = None
    for number in range(MAX_PAGES):
        known = {**variables, "page": number, "is_first_page": number == 0, **_previous(previous)}
        call = calls.make(operation, known, link=link)
        if previous and _ends("same-next-page-request", operation) and call == previous.call:
            return
        page = _fetch(operation, call, exchange, link)
        _refuse_standstill(operation, exchange, page, previous, number)
        yield page.entities
        link = _next_link(operation, page, known)
        if link is None or _is_last(operation, page, previous, link):
            return
        previous = page
    raise BadAnswer(f"{exchange.label}: {operation.name} has more than {MAX_PAGES} pages; the paging does not end")


def entities_of(operation: Operation, body: Json) -> Json:
    """Return the part of a body that `payload_property` names: a literal member wins over a dotted path.

    None when there is no such part, as in a body that is no object.
    """
    name = operation.payload_property
    if name is None:
        return body
    if not isinstance(body, Mapping):
        return None
    return body[name] if name in body else paths.read(body, name)


def _fetch(operation: Operation, call: Call, exchange: Exchange, link: str | None) -> Page:
    request = call.request(exchange.client)
    response = exchange.send(request)
    exchange.expect(request, response)
    body = exchange.json(request, response)
    entities = entities_of(operation, body)
    # Some systems leave an empty list out; a body without any object around it is another thing.
    if entities is None and (isinstance(body, Mapping) or response.status_code == httpx.codes.NO_CONTENT):
        entities = []
    if not isinstance(entities, list):
        where = f" in {operation.payload_property!r}" if operation.payload_property else ""
        exchange.bad(request, response, f"expected a list{where}")
    return Page(call, body, _Headers(response), entities, link)


def _previous(page: Page | None) -> dict[str, object]:
    if page is None:
        return {}
    return {
        "previous_body": page.body,
        "previous_headers": page.headers,
        "previous_request_headers": httpx.Headers(dict(page.call.headers)),
        "previous_params": page.call.params,
    }


def _next_link(operation: Operation, page: Page, known: Mapping[str, object]) -> str | None:
    if operation.next_page_link is None:
        return None
    answer = {
        "body": page.body,
        "headers": page.headers,
        "response_headers": page.headers,
        "request_headers": page.call.headers,
        "request_params": page.call.params,
        "url": page.call.url,
        "page_size": operation.page_size,
    }
    return render_link(operation.next_page_link, {"properties": {}, **known, **answer})


def _is_last(operation: Operation, page: Page, previous: Page | None, link: str) -> bool:
    return any(
        LAST[strategy](operation, page, previous, link) for strategy in operation.termination if strategy in LAST
    )


LAST: Final[Mapping[str, Callable[[Operation, Page, Page | None, str], bool]]] = {
    "same-next-page-link": lambda _operation, page, _previous, link: page.link == link,
    "same-response": lambda _operation, page, previous, _link: previous is not None and page.body == previous.body,
    "empty-result": lambda _operation, page, _previous, _link: not page.entities,
    "not-full-page": lambda operation, page, _previous, _link: len(page.entities) < (operation.page_size or 0),
}
"""The termination strategies that look at an answer; the others are about the next request."""


def _ends(strategy: str, operation: Operation) -> bool:
    return strategy in operation.termination


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


class _Headers(Mapping[str, object]):
    """An answer's headers as expressions see them: in any case, and `link.next` as the URL of `rel="next"`."""

    def __init__(self, response: httpx.Response) -> None:
        self._headers = response.headers
        self._links = {rel: link["url"] for rel, link in response.links.items()}

    def __getitem__(self, name: str) -> object:
        return self._links if name.lower() == "link" else self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)
