"""What stands in the place of a list is an error, except where the card or the paging says that it is an empty list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from small_system import CARDS, OPERATIONS, connector

from qa_sync.errors import ConnectorError, InvalidResponse
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.form import Json

NAMED: dict[str, Any] = {"payload_property": "data.rows"}

# What is answered: (the list operation's settings, the JSON), the problem, and the word by which the card allows it.
NO_LISTS: tuple[tuple[dict[str, Any], Json, str, str | None], ...] = (
    (NAMED, {}, "the response has no `data.rows`; it has: no members", "missing"),
    (NAMED, {"data": {}}, "the response has no `data.rows`; it has: no members", "missing"),
    (NAMED, {"data": {"page": 1}}, "the response has no `data.rows`; it has: page", "missing"),
    (NAMED, {"rows": []}, "the response has no `data.rows`; it has: rows", "missing"),
    (NAMED, {"data": None, "errors": []}, "the response has no `data.rows`; it has: data, errors", "missing"),
    (NAMED, {"data": []}, "the response has no `data.rows`", "missing"),
    (NAMED, {"data": {"rows": None}}, "expected a list in 'data.rows', got null", "null"),
    (NAMED, {"data.rows": None}, "expected a list in 'data.rows', got null", "null"),
    (NAMED, {"data": {"rows": {}}}, "expected a list in 'data.rows', got an empty object", "object"),
    (NAMED, {"data": {"rows": {"id": 1}}}, "expected a list in 'data.rows'", None),
    (NAMED, {"data": {"rows": "none"}}, "expected a list in 'data.rows'", None),
    (NAMED, {"data": {"rows": False}}, "expected a list in 'data.rows'", None),
    (NAMED, {"data": {"rows": 0}}, "expected a list in 'data.rows'", None),
    ({}, None, "expected a list, got null", "null"),
    ({}, {}, "expected a list, got an empty object", "object"),
    ({}, {"error": "no"}, "expected a list", None),
    ({}, "", "expected a list", None),
)
NAMES = [f"{'named' if told else 'whole'} {json.dumps(body)}" for told, body, *_ in NO_LISTS]


def system(place: Path, *answers: Any, empty_list: tuple[str, ...] = (), **of_list: Any) -> RestSystem:
    """Return a system that answers so; `empty_list` is what its card says, `of_list` belongs to its list operation."""
    operations = {**OPERATIONS, "thing-list": {**OPERATIONS["thing-list"], **of_list}}
    made = connector(place, operations=operations)
    if empty_list:
        (place / "small" / "entities.toml").write_text(
            CARDS.replace("[thing.properties]", f"empty_list = {json.dumps(empty_list)}\n[thing.properties]")
        )
        made = connector_again(place)
    left = list(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        one = left.pop(0)
        return one if isinstance(one, httpx.Response) else httpx.Response(200, json=one)

    return RestSystem("Small", made, "https://small.test", {}, httpx.MockTransport(answer))


def connector_again(place: Path) -> Connector:
    from qa_sync.systems.connectors.load import load_connector  # noqa: PLC0415 - after the card has changed

    return load_connector(place / "small")


def ids(system: RestSystem) -> list[str]:
    return [record.id for record in system.list("thing")]


@pytest.mark.parametrize(("of_list", "body", "problem", "word"), NO_LISTS, ids=NAMES)
def test_no_list_is_an_error_that_says_how_to_allow_it(
    tmp_path: Path, of_list: dict[str, Any], body: Json, problem: str, word: str | None
) -> None:
    with pytest.raises(InvalidResponse) as caught:
        ids(system(tmp_path, body, **of_list))
    assert problem in caught.value.message
    assert (f'empty_list = ["{word}"] in entities.toml' in (caught.value.hint or "")) is bool(word)


@pytest.mark.parametrize("case", NO_LISTS, ids=NAMES)
@pytest.mark.parametrize("said", ["missing", "null", "object"])
def test_a_card_allows_only_what_it_says(tmp_path: Path, case: tuple[Any, Json, str, str | None], said: str) -> None:
    of_list, body, problem, word = case
    read = system(tmp_path, body, empty_list=(said,), **of_list)
    if said == word:
        assert ids(read) == []
    else:
        with pytest.raises(InvalidResponse, match=problem.partition("`")[0].partition(",")[0]):
            ids(read)


@pytest.mark.parametrize("body", [{"data": {"rows": []}}, {"data.rows": []}, httpx.Response(204)])
def test_an_empty_list_is_no_error(tmp_path: Path, body: Any) -> None:
    assert ids(system(tmp_path, body, **NAMED)) == []


PAGED: dict[str, Any] = {
    "payload_property": "rows",
    "next_page_link": "things?page={{ page }}",
    "next_page_termination_strategy": ["empty-result"],
}


@pytest.mark.parametrize("last", [{}, {"rows": None}, {"rows": []}, {"page": 2}])
def test_a_missing_list_ends_the_paging_where_the_connector_says_so(tmp_path: Path, last: Json) -> None:
    assert ids(system(tmp_path, {"rows": [{"id": 1}]}, last, **PAGED)) == ["1"]


def test_a_missing_list_on_the_first_page_is_an_error_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(InvalidResponse, match="no `rows`"):
        ids(system(tmp_path, {"items": [{"id": 1}]}, **PAGED))


def test_a_later_page_without_its_list_is_an_error_where_nothing_else_ends_the_paging(tmp_path: Path) -> None:
    paged = {**PAGED, "next_page_termination_strategy": ["next-page-link-empty"]}
    with pytest.raises(InvalidResponse, match="no `rows`"):
        ids(system(tmp_path, {"rows": [{"id": 1}]}, {"error": "try later"}, **paged))


def test_an_unknown_word_is_a_mistake_in_the_card(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"thing.empty_list: 'nul' is not one of missing, null, object; did you"):
        system(tmp_path, empty_list=("nul",))


def search(place: Path, answer: Any, empty_list: tuple[str, ...] = ()) -> RestSystem:
    """Return a system whose look-up is a search, as in connectors with keys of several members."""
    made = system(place, answer, empty_list=empty_list)
    operations: dict[str, Operation] = dict(made._operations)
    found = operations["thing-lookup"]
    operations["thing-lookup"] = replace(found, payload_property="rows", primary_key=("id",))
    made._operations = operations
    return made


@pytest.mark.parametrize("answer", [{"rows": []}, httpx.Response(204), httpx.Response(404)])
def test_a_search_that_finds_nothing_says_so_with_an_empty_list(tmp_path: Path, answer: Any) -> None:
    assert search(tmp_path, answer).lookup("thing", "1") is None


@pytest.mark.parametrize(
    ("answer", "word"),
    [({}, "missing"), ({"items": []}, "missing"), ({"rows": None}, "null"), ({"rows": {}}, "object")],
)
def test_a_search_without_a_list_is_no_missing_record(tmp_path: Path, answer: Json, word: str) -> None:
    with pytest.raises(InvalidResponse):
        search(tmp_path, answer).lookup("thing", "1")
    assert search(tmp_path, answer, (word,)).lookup("thing", "1") is None
