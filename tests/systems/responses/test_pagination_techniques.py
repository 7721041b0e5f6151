"""Each paging technique of the public connectors, with exactly the requests that it needs.

Source: docs/explanation/connector-format-facts.rst, "Paging".
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from fake_vendor import Answers
from folder_vendor import BASE, listed, speak_folder

from qa_sync.errors import InvalidResponse
from qa_sync.systems.responses.pagination import PageCursor


def rows(*ids: int) -> list[Any]:
    return [{"id": n} for n in ids]


def linked(body: Any, link: str | None) -> httpx.Response:
    return httpx.Response(200, json=body, headers={"link": f'<{link}>; rel="next"'} if link else {})


V1 = f"{BASE}/v1"
SOQL = "query?q=SELECT Id FROM Soql LIMIT 2 OFFSET "
TECHNIQUES: list[tuple[str, list[Answers], list[str]]] = [
    (
        "cursor",
        [{"results": rows(1), "paging": {"next": {"link": f"{V1}/cursor?after=1"}}}, {"results": rows(2)}],
        ["cursor?q=x", "cursor?after=1&q=x"],
    ),
    (
        "token",
        [{"data": rows(1), "info": {"next_page_token": "t"}}, {"data": rows(2), "info": {}}],
        ["token?fields=a,b", "token?fields=a,b&page_token=t"],
    ),
    (
        "offset",
        [{"from": 0, "count": 2, "values": rows(1, 2)}, {"from": 2, "count": 0, "values": []}],
        ["offset", "offset?from=2"],
    ),
    (
        "pagenumber",
        [rows(1, 2), rows(3)],
        [f"pagenumber?page[size]=2&page[number]={n}&active=false&$top=42" for n in (1, 2)],
    ),
    ("payload", [{"items": rows(1, 2)}, {"items": rows(3)}], ["payload", "payload"]),
    ("counter", [rows(1, 2), rows(3, 4), []], [f"counter?$skip={n}" for n in (0, 2, 4)]),
    ("top", [rows(1, 2), rows(3)], ["top?$top=2&$skip=0", "top?$top=2&$skip=2"]),
    ("link", [linked(rows(1), f"{V1}/link?page=2"), linked(rows(2), None)], ["link", "link?page=2"]),
    ("bare", [{"rows": rows(1), "more": True}, {"rows": rows(2), "more": False}], ["bare", "bare?page=2"]),
    ("relative", [rows(1, 2), []], ["api/biz/relative", "api/biz/relative?skip=2"]),
    (
        "soql",
        [{"records": rows(1, 2)}, {"records": rows(3)}],
        [SOQL + "0", SOQL + "2"],
    ),
    (
        "samelink",
        [{"rows": rows(1), "last": 1}, {"rows": rows(2), "last": 1}],
        ["samelink", "samelink?after=1"],
    ),
    ("sameresponse", [{"rows": rows(1)}, {"rows": rows(1)}], ["sameresponse", "sameresponse?page=1"]),
    ("onepage", [[{"code": "a", "year": 1}]], [""]),
]


@pytest.mark.parametrize(("datatype", "answers", "urls"), TECHNIQUES, ids=[t[0] for t in TECHNIQUES])
def test_a_technique_reads_all_and_asks_no_more(datatype: str, answers: list[Answers], urls: list[str]) -> None:
    ids, fake = listed("paging", datatype, *answers)
    assert [unquote(str(r.url)) for r in fake.asked] == [f"{V1}/{url}" for url in urls]
    assert ids == (["a-1"] if datatype == "onepage" else sorted(set(ids)))
    assert all(r.headers["x-key"] == "s-api_key" for r in fake.asked)


def test_blanks_in_a_url_are_encoded() -> None:
    _, fake = listed("paging", "soql", {"records": []})
    assert "q=SELECT%20Id%20FROM" in str(fake.asked[0].url)


def test_the_counter_stands_in_the_request_headers() -> None:
    _, fake = listed("paging", "counter", rows(1, 2), rows(3, 4), [])
    assert [r.headers["X-Sesam-Page"] for r in fake.asked] == ["1", "2", "3"]


def test_the_offset_in_a_payload_is_a_number_and_the_filter_falls_away() -> None:
    _, fake = listed("paging", "payload", {"items": rows(1, 2)}, {"items": []})
    assert fake.bodies == [{"paging": {"offset": n, "limit": 2}} for n in (0, 2)]


def test_the_filter_in_a_payload_takes_the_time() -> None:
    system, fake = speak_folder("paging", {"items": []})
    assert list(system.list("payload", datetime(2024, 1, 2, tzinfo=UTC))) == []
    assert fake.bodies[0]["filter"]["at"]["$gte"].startswith("2024-01-02T00:00:00")


def test_a_next_page_on_another_host_is_refused_before_it_is_requested() -> None:
    system, fake = speak_folder(
        "paging", {"results": rows(1), "paging": {"next": {"link": "https://evil.example.test/cursor"}}}
    )
    with pytest.raises(InvalidResponse, match=r"the next page is at https://evil\.example\.test"):
        list(system.list("cursor"))
    assert len(fake.asked) == 1


def test_a_next_page_at_another_port_is_refused() -> None:
    there = "https://api.example.test:8443/v1/cursor"
    system, fake = speak_folder("paging", {"results": rows(1), "paging": {"next": {"link": there}}})
    with pytest.raises(InvalidResponse, match=r"is at https://api\.example\.test:8443, this page is at"):
        list(system.list("cursor"))
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    "link",
    [
        "../admin",
        "..",
        "people/../../admin",
        "https://api.example.test/v1/../admin",
        "https://api.example.test/v1/%2e%2e/admin",
        "https://api.example.test/v1/..;/admin",
        "\ud800",
        "https://xn--a/v1",
        "https://[::1",
        "https://api.example.test:port/",
        "people\r\nX-Other: 1",
    ],
)
def test_a_next_page_outside_of_the_collection_is_refused(link: str) -> None:
    answer = {"results": rows(1), "paging": {"next": {"link": link}}}
    system, fake = speak_folder("paging", httpx.Response(200, content=json.dumps(answer)))
    with pytest.raises(InvalidResponse, match=r"the link to the next page (is not a valid URL|contains '\.')"):
        list(system.list("cursor"))
    assert len(fake.asked) == 1


def test_a_later_read_does_not_begin_on_another_host() -> None:
    system, fake = speak_folder("paging")
    with pytest.raises(InvalidResponse, match=r"the next page is at https://evil\.example\.test"):
        list(system.list_pages("cursor", start=PageCursor(1, "https://evil.example.test/cursor")))
    assert fake.asked == []


def test_a_next_page_without_tls_is_refused() -> None:
    system, _ = speak_folder(
        "paging", {"results": rows(1), "paging": {"next": {"link": "http://api.example.test/v1/cursor"}}}
    )
    with pytest.raises(InvalidResponse, match="is at http://"):
        list(system.list("cursor"))
