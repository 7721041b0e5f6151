"""A list of one page whose response names a next page is not whole, which is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from people_api import KEY, write_connector

from qa_sync.errors import InvalidResponse
from qa_sync.systems.connectors.load import load_connector
from qa_sync.systems.responses.unread_pages import FLAGS, LINKS, next_page_named
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values import paths


def body_with(path: str, value: Any) -> Any:
    return {path: value} if path.startswith("@") or path == "odata.nextLink" else paths.write({}, path, value)


@pytest.mark.parametrize("path", LINKS)
def test_a_member_that_leads_to_the_next_page(path: str) -> None:
    assert next_page_named(httpx.Response(200), body_with(path, "https://a.test/2")) == f"`{path}`"
    ends: tuple[Any, ...] = (None, "", 0, {}, [], False)
    for last in ends:
        assert next_page_named(httpx.Response(200), body_with(path, last)) is None


@pytest.mark.parametrize("path", FLAGS)
def test_a_member_that_says_that_there_are_more(path: str) -> None:
    assert next_page_named(httpx.Response(200), body_with(path, True)) == f"`{path}`"
    assert next_page_named(httpx.Response(200), body_with(path, False)) is None


def test_a_link_header() -> None:
    named = httpx.Response(200, headers={"link": '<https://a.test/2>; rel="next", <https://a.test/9>; rel="last"'})
    assert next_page_named(named, []) is not None
    assert next_page_named(httpx.Response(200, headers={"link": '<https://a.test/1>; rel="prev"'}), []) is None


@pytest.mark.parametrize("body", [[], [{"next": "x"}], {"next": "Mrs. Next"}, {"rows": [{"next_cursor": "x"}]}, None])
def test_other_members_are_data(body: Any) -> None:
    assert next_page_named(httpx.Response(200), body) is None


@pytest.mark.parametrize("pages", [False, True])
def test_a_list_that_is_not_whole_is_an_error_unless_the_connector_pages(tmp_path: Path, *, pages: bool) -> None:
    def change(system: dict[str, Any]) -> None:
        listing = system["operations"]["person-list"]
        listing["payload_property"] = "value"
        if pages:
            listing["next_page_link"] = "{{ body['@odata.nextLink'] }}"

    write_connector(tmp_path / "alpha", change=change)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("page") == "2":
            return httpx.Response(200, json={"value": [{"id": 2}]})
        return httpx.Response(200, json={"value": [{"id": 1}], "@odata.nextLink": f"{request.url}?page=2"})

    connector = load_connector(tmp_path / "alpha")
    system = RestSystem("Alpha", connector, "http://127.0.0.1:1", {"api_key": KEY}, httpx.MockTransport(answer))
    if pages:
        assert [record.id for record in system.list("person")] == ["1", "2"]
    else:
        with pytest.raises(InvalidResponse, match=r"`@odata\.nextLink` of the response says that there is a next page"):
            list(system.list("person"))
