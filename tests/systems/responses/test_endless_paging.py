"""A list whose pages stay empty is reported, and a few empty pages on the way are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_system import OPERATIONS, Small, small

from qa_sync.errors import InvalidResponse

LIST: dict[str, Any] = {
    "url": "things",
    "method": "GET",
    "next_page_link": "things?page={{ page + 1 }}",
    "next_page_termination_strategy": "next-page-link-empty",
}


def listing(place: Path, *pages: list[dict[str, Any]], **operation: Any) -> Small:
    """Return a system with these pages, and empty ones after them."""

    def respond(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", 0))
        return httpx.Response(200, text=json.dumps(pages[number] if number < len(pages) else []))

    return small(place, handler=respond, operations={**OPERATIONS, "thing-list": {**LIST, **operation}})


def test_pages_that_stay_empty_are_not_requested_without_end(tmp_path: Path) -> None:
    world = listing(tmp_path, [{"id": 1}], [{"id": 2}])
    with pytest.raises(InvalidResponse, match="page 8 repeats page 7; the paging does not advance"):
        list(world.connection.system().list("thing"))
    assert len(world.server.asked) == 8


def test_a_few_empty_pages_are_on_the_way_to_a_full_one(tmp_path: Path) -> None:
    pages: list[list[dict[str, Any]]] = [[{"id": 1}], [], [], [], [], [{"id": 2}]]
    end = "{{ '' if page == 5 else 'things?page=' ~ (page + 1) }}"
    world = listing(tmp_path, *pages, next_page_link=end)
    assert [record.id for record in world.connection.system().list("thing")] == ["1", "2"]
