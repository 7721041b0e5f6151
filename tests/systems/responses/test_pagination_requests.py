"""Each strategy and technique of paging against a server that counts: not one request too many.

The server is real (sockets, on this machine) and answers by what it is asked, not by a script.

Source: docs/explanation/connector-format-facts.rst, "Paging".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback import loopback
from small_system import OPERATIONS, START, opened

from qa_sync.clock import VirtualClock
from qa_sync.systems.connectors.validation.operation_checks import TERMINATION

Json = Any
TOTAL = 5
SIZE = 2


def rows(offset: int, total: int = TOTAL) -> list[Json]:
    """Return a page of the records 1 to `total`."""
    return [{"id": n + 1} for n in range(offset, min(offset + SIZE, total))]


def number(request: httpx.Request, name: str) -> int:
    return int(request.url.params.get(name, 0))


def after(at: int) -> int | None:
    """Return where the next page begins, None when there is none."""
    return at + SIZE if at + SIZE < TOTAL else None


def by_link(request: httpx.Request) -> Json:
    at = number(request, "from")
    follows = after(at)
    link = None if follows is None else str(request.url.copy_set_param("from", follows))
    return {"rows": rows(at), "next": {"link": link}} if link else {"rows": rows(at)}


def by_token(request: httpx.Request) -> Json:
    at = number(request, "token")
    return {"rows": rows(at), "info": {"token": after(at)} if after(at) else {}}


def by_offset(name: str) -> Callable[[httpx.Request], Json]:
    return lambda request: {"rows": rows(number(request, name)), "from": number(request, name), "count": SIZE}


def by_page(request: httpx.Request) -> Json:
    return {"rows": rows((number(request, "page[number]") - 1) * SIZE)}


def by_body(request: httpx.Request) -> Json:
    return {"rows": rows(json.loads(request.content)["paging"]["offset"])}


def by_query_language(request: httpx.Request) -> Json:
    return {"rows": rows(int(request.url.params["q"].rpartition(" ")[2]))}


def by_link_header(request: httpx.Request) -> httpx.Response:
    at = number(request, "from")
    follows = after(at)
    headers = {"link": f'<{request.url.copy_set_param("from", follows)}>; rel="next"'} if follows else {}
    return httpx.Response(200, json={"rows": rows(at)}, headers=headers)


def by_last(request: httpx.Request) -> Json:
    at = number(request, "after")
    return {"rows": rows(at), "last": min(at + SIZE, TOTAL)}


def by_stopping(request: httpx.Request) -> Json:
    """Name as the next page the last one repeatedly."""
    return {"rows": rows(number(request, "from")), "next": after(number(request, "from")) or TOTAL - 1}


def by_clamping(request: httpx.Request) -> Json:
    """Answer with the last page to whoever asks for more."""
    return {"rows": rows(min(number(request, "page") * SIZE, TOTAL - 1))}


BY_PAGE = {"from": "{{ page * 2 }}"}
BEFORE = "previous_request_headers['X-Sesam-Page']"
COUNTER = "{% if BEFORE is defined %}{{ BEFORE | int + 1 }}{% else %}0{% endif %}".replace("BEFORE", BEFORE)
TOP = "{% if is_first_page %}0{% else %}{{ previous_params['$top'] * page }}{% endif %}"
OFFSET = {"offset": "{{ page_size * page }}sesam:markjson"}
SOQL = "query?q=SELECT Id FROM T OFFSET "

PAGING: dict[str, tuple[dict[str, Any], Callable[[httpx.Request], Any], int]] = {
    # technique: what the operation says, how the server answers, how many requests five records in pages of two need
    "one page only": ({}, lambda _: {"rows": [{"id": n + 1} for n in range(TOTAL)]}, 1),
    # the six strategies; those that must see an empty or a repeated page need one more
    "next-page-link-empty": ({"next": "{{ body.next.link }}", "end": "next-page-link-empty"}, by_link, 3),
    "not-full-page": (
        {"next": "t", "params": {"from": "{{ page * 2 }}"}, "end": "not-full-page"},
        by_offset("from"),
        3,
    ),
    "empty-result": ({"next": "t", "params": BY_PAGE, "end": "empty-result"}, by_offset("from"), 4),
    "same-next-page-link": ({"next": "t?after={{ body.last }}", "end": "same-next-page-link"}, by_last, 4),
    "same-next-page-request": ({"next": "t?from={{ body.next }}", "end": "same-next-page-request"}, by_stopping, 3),
    "same-response": ({"next": "t?page={{ page + 1 }}", "end": "same-response"}, by_clamping, 4),
    # several strategies: any one ends it, the quickest wins
    "any of two": (
        {"next": "t", "params": BY_PAGE, "end": ["empty-result", "not-full-page"]},
        by_offset("from"),
        3,
    ),
    "by default": ({"next": "{{ body.next.link }}"}, by_link, 3),
    # the techniques of the public connectors
    "token from the body": (
        {"next": "{% if body.info.token is defined %}t?token={{ body.info.token }}{% endif %}"},
        by_token,
        3,
    ),
    "offset from the body": (
        {"next": "t?from={{ body.from + body.count }}", "end": "empty-result"},
        by_offset("from"),
        4,
    ),
    "page in params": (
        {"next": "t", "params": {"page[number]": "{{ page + 1 }}"}, "end": "not-full-page"},
        by_page,
        3,
    ),
    "offset in a payload": (
        {"next": "t", "method": "POST", "payload": {"paging": OFFSET}, "end": "not-full-page"},
        by_body,
        3,
    ),
    "counter in a request header": (
        {
            "next": "t",
            "headers": {"X-Sesam-Page": COUNTER},
            "params": {"$skip": "{{ headers['X-Sesam-Page'] | int * 2 }}"},
            "end": "empty-result",
        },
        by_offset("$skip"),
        4,
    ),
    "parameters of the page before": (
        {
            "next": "{{ url }}",
            "params": {
                "$top": 2,
                "$skip": TOP,
            },
            "end": "not-full-page",
        },
        by_offset("$skip"),
        3,
    ),
    "link header": ({"next": "{{ headers.Link.next }}"}, by_link_header, 3),
    "offset in a query language": (
        {"url": SOQL + "0", "next": SOQL + "{{ page_size * (page + 1) }}", "end": "not-full-page"},
        by_query_language,
        3,
    ),
    "bare parameters": ({"next": "{% if body.next is defined %}?from={{ 2 * (page + 1) }}{% endif %}"}, by_link, 3),
}


@pytest.mark.parametrize("technique", PAGING)
def test_a_list_needs_so_many_requests(tmp_path: Path, technique: str) -> None:
    reported, response, needed = PAGING[technique]
    names = {"next": "next_page_link", "end": "next_page_termination_strategy"}
    listing = {"url": "t", "method": "GET", "payload_property": "rows", "page_size": SIZE}
    listing |= {names.get(name, name): value for name, value in reported.items()}

    def serve(request: httpx.Request) -> httpx.Response:
        responded = response(request)
        return responded if isinstance(responded, httpx.Response) else httpx.Response(200, json=responded)

    with loopback(serve) as server:
        connection = opened(
            tmp_path, server.url, VirtualClock(START), {}, operations={**OPERATIONS, "thing-list": listing}
        )
        assert sorted(record.id for record in connection.system().list("thing")) == ["1", "2", "3", "4", "5"]
        connection.close()
    assert len(server.asked) == needed, server.lines


def test_every_strategy_stands_in_the_table() -> None:
    assert set(TERMINATION) <= PAGING.keys()
