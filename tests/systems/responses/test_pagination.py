from __future__ import annotations

from typing import Any

import httpx
import pytest
from fake_vendor import Answers, speak

from qa_sync.errors import ConnectorError, InvalidResponse
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.responses import pagination as paging
from qa_sync.systems.responses.lists import missing_member
from qa_sync.systems.responses.parsing import select_entities
from qa_sync.systems.rest.rest_system import RestSystem


def pages_of(system: RestSystem, operation: Operation) -> list[list[Any]]:
    """Return the entities of each page of a list."""
    renderer, exchange = system._services.of(operation)
    return [page for page, _ in paging.pages_with_cursor(operation, renderer, exchange, {})]


def listed(name: str, datatype: str, *responses: Answers) -> tuple[list[str], list[str], list[Any]]:
    system, fake = speak(name, *responses)
    return [record.id for record in system.list(datatype)], fake.lines, fake.bodies


def orders(first: int, count: int) -> list[Any]:
    return [{"id": n} for n in range(first, first + count)]


def test_a_page_that_is_not_full_is_the_last() -> None:
    ids, lines, _ = listed("woocommerce", "order", orders(1, 100), orders(101, 3))
    assert ids == [str(n) for n in range(1, 104)]
    assert [httpx.URL(line.split()[1]).params["page"] for line in lines] == ["1", "2"]


def test_an_empty_page_after_a_full_one_is_the_last() -> None:
    ids, lines, _ = listed("woocommerce", "order", orders(1, 100), [])
    assert (len(ids), len(lines)) == (100, 2)


def test_the_offset_in_a_payload_moves_on() -> None:
    full = {"products": [{"id": f"p{n}"} for n in range(100)]}
    _, lines, bodies = listed("wix", "products", full, {"products": []})
    assert lines == ["POST https://api.example.test/stores/v1/products/query"] * 2
    assert [body["query"]["paging"] for body in bodies] == [{"limit": 100, "offset": 0}, {"limit": 100, "offset": 100}]


def test_a_cursor_in_a_header_is_followed_until_it_is_not_there() -> None:
    first = httpx.Response(200, json=orders(1, 2), headers={"X-Next-Cursor": "a+/="})
    ids, lines, _ = listed("customwebshop", "order", first, orders(3, 1))
    assert ids == ["1", "2", "3"]
    assert lines == [
        "GET https://api.example.test/rest/orders?limit=100",
        "GET https://api.example.test/rest/orders?after=a%2B%2F%3D&limit=100",
    ]


def test_a_record_on_two_pages_is_yielded_once() -> None:
    ids, _, _ = listed("woocommerce", "order", orders(1, 100), orders(100, 2))
    assert (len(ids), ids[-1]) == (101, "101")


def test_a_page_that_repeats_the_one_before_is_an_error() -> None:
    with pytest.raises(InvalidResponse, match="order-list: page 2 repeats page 1; the paging does not advance"):
        listed("woocommerce", "order", orders(1, 100), orders(1, 100))


def test_there_is_an_end_whatever_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 3)
    with pytest.raises(InvalidResponse, match="more than 3 pages"):
        listed("woocommerce", "order", *(orders(n * 100, 100) for n in range(4)))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"items": {"a": 1}}, "expected a list in 'items'"),
        ([1, 2], "expected a list in 'items'"),
        ({"items": [{"name": "x"}]}, "a record without a valid 'contactId'"),
        ({"items": ["C-1"]}, "a record without a valid 'contactId'"),
    ],
)
def test_a_response_of_another_shape_is_an_error(answer: Answers, why: str) -> None:
    with pytest.raises(InvalidResponse, match=why):
        listed("customerp", "contact", answer)


def test_a_list_without_records_is_empty() -> None:
    assert listed("customerp", "contact", {"items": []})[0] == []


@pytest.mark.parametrize("body", [{"page": 1, "people": []}, {"people": [{"id": "1"}], "page": 1}])
def test_a_list_without_the_named_member_is_an_error_that_names_the_others(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidResponse, match=f"has no `items`; it has: {', '.join(body)}"):
        listed("customerp", "contact", body)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"data": {"nodes": []}}, "nodes"),
        ({"rows": []}, "rows"),
        ({"data": {}}, "no members"),
        ({"data": {"edges": None}}, None),
    ],
)
def test_a_dotted_member_is_searched_for_where_it_should_be(body: dict[str, Any], told: str | None) -> None:
    problem = missing_member(Operation("x-list", "GET", "x", payload_property="data.edges"), body)
    assert problem == (told and f"the response has no `data.edges`; it has: {told}")


def test_a_literal_payload_property_wins_over_the_dotted_path() -> None:
    operation = Operation("x-list", "GET", "x", payload_property="a.b")
    assert select_entities(operation, {"a.b": [1], "a": {"b": [2]}}) == [1]
    assert select_entities(operation, {"a": {"b": [2]}}) == [2]


STRATEGIES: list[tuple[str, list[Answers], int]] = [
    ("empty-result", [orders(1, 2), []], 2),
    ("same-response", [orders(1, 2), orders(1, 2)], 2),
    ("same-next-page-link", [orders(1, 2), orders(3, 2)], 2),
    ("same-next-page-request", [orders(1, 2), orders(3, 2)], 2),
]


@pytest.mark.parametrize(("strategy", "answers", "requests"), STRATEGIES)
def test_the_other_strategies_end_too(strategy: str, answers: list[Answers], requests: int) -> None:
    system, fake = speak("customwebshop", *answers)
    operation = Operation("x-list", "GET", "first", next_page_link="more", termination=(strategy,))
    assert sum(map(len, pages_of(system, operation))) >= 2
    assert len(fake.asked) == requests


def test_a_link_header_gives_the_next_page() -> None:
    link = '<https://api.example.test/rest/x?page=2>; rel="next", <https://api.example.test/>; rel="first"'
    system, fake = speak("customwebshop", httpx.Response(200, json=orders(1, 1), headers={"Link": link}), orders(2, 1))
    operation = Operation("x-list", "GET", "x", params={"q": 1}, next_page_link="{{ headers.link.next }}")
    assert pages_of(system, operation) == [orders(1, 1), orders(2, 1)]
    assert fake.lines[1] == "GET https://api.example.test/rest/x?page=2&q=1"


def test_a_wrong_expression_is_reported_with_its_operation_and_without_secrets() -> None:
    system, _ = speak("customwebshop")
    operation = Operation("x-list", "GET", "x", headers={"X-Key": "$SECRET(api_key) {{ nobody }}"})
    with pytest.raises(ConnectorError) as caught:
        pages_of(system, operation)
    text = "customwebshop: operation 'x-list': the expression '(hidden) {{ nobody }}' cannot be rendered: "
    assert str(caught.value) == text + "'nobody' is undefined"


@pytest.mark.parametrize("link", ["{{ body.next }}", "{{ body.links.next }}", "{{ body.next | tojson }}"])
def test_a_link_that_is_null_is_none(link: str) -> None:
    system, fake = speak("customwebshop", {"rows": [1], "next": None, "links": {"next": None}})
    operation = Operation("x-list", "GET", "x", payload_property="rows", next_page_link=link)
    assert pages_of(system, operation) == [[1]]
    assert len(fake.asked) == 1


def test_a_wrong_link_is_reported_with_its_operation_and_without_secrets() -> None:
    system, _ = speak("customwebshop", {"rows": [1], "at": "x"})
    link = "x?key=$SECRET(api_key)&from={{ body.at / 2 }}"
    operation = Operation("x-list", "GET", "x", payload_property="rows", next_page_link=link)
    with pytest.raises(ConnectorError) as caught:
        pages_of(system, operation)
    text = "customwebshop: operation 'x-list': the expression 'x?key=(hidden)&from={{ body.at / 2 }}' cannot be "
    assert str(caught.value).startswith(text)


def test_a_page_knows_the_one_before() -> None:
    system, fake = speak("customwebshop", {"rows": [1], "at": 5}, {"rows": []})
    operation = Operation(
        "x-list",
        "GET",
        "x",
        params={
            "from": "{% if is_first_page %}0{% else %}{{ previous_body.at + previous_body.rows | length }}{% endif %}"
        },
        payload_property="rows",
        next_page_link="x",
        termination=("empty-result",),
    )
    assert pages_of(system, operation) == [[1], []]
    assert [str(r.url.params) for r in fake.asked] == ["from=0", "from=6"]
