"""A request that is repeated is rendered once, if nothing but its variables can change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_system import OPERATIONS, URL, Small, small

from qa_sync.errors import ConnectorError
from qa_sync.systems.requests import resolved_operation
from qa_sync.systems.rest.rest_system import RestSystem
from qa_sync.values.form import Json

THING = {"id": "1"}


def looked_up(place: Path, ids: list[str], **operation: Any) -> tuple[Small, RestSystem]:
    operations = {**OPERATIONS, "thing-lookup": {**OPERATIONS["thing-lookup"], **operation}}
    world = small(place, *({"id": each} for each in ids), operations=operations)
    system = world.connection.system()
    for each in ids:
        system.lookup("thing", each)
    return world, system


def test_a_repeated_lookup_is_the_same_request(tmp_path: Path) -> None:
    world, _ = looked_up(tmp_path, ["1", "2", "1", "2"], headers={"X-Id": "{{ id }}"}, params={"p": "{{ entity.id }}"})
    assert [str(request.url) for request in world.server.asked] == [f"{URL}/things/{n}?p={n}" for n in (1, 2, 1, 2)]
    assert [request.headers["x-id"] for request in world.server.asked] == ["1", "2", "1", "2"]


def test_it_is_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[object] = []
    render = resolved_operation.TemplateTree.render

    def note(tree: resolved_operation.TemplateTree, known: Mapping[str, object]) -> Json:
        rendered.append(known)
        return render(tree, known)

    monkeypatch.setattr(resolved_operation.TemplateTree, "render", note)
    _, system = looked_up(tmp_path, ["1"])
    once = len(rendered)
    assert once
    with pytest.raises(IndexError):  # the server has no further response
        system.lookup("thing", "1")
    assert len(rendered) == once


@pytest.mark.parametrize(
    "operation",
    [
        {"params": {"at": "{{ now() }}"}},
        {"headers": {"X-At": "{{ now().isoformat() }}"}},
        {"method": "POST", "payload": {"at": ["{{ now() }}"]}},
        {"url": "things/{{ entity.id }}?at={{ now().isoformat() }}"},
    ],
)
def test_a_request_with_the_time_is_rendered_each_time(tmp_path: Path, operation: dict[str, Any]) -> None:
    operations = {**OPERATIONS, "thing-lookup": {**OPERATIONS["thing-lookup"], **operation}}
    world = small(tmp_path, THING, THING, operations=operations)
    system = world.connection.system()
    system.lookup("thing", "1")
    world.clock.sleep(10)
    system.lookup("thing", "1")
    first, second = ((str(r.url), r.headers.get("x-at"), r.content) for r in world.server.asked)
    assert first != second


def test_a_list_since_another_time_is_another_request(tmp_path: Path) -> None:
    operation = {"url": "things?from={{ since }}", "method": "GET"}
    world = small(tmp_path, [], [], [], operations={**OPERATIONS, "thing-list": operation})
    system, start = world.connection.system(), datetime(2024, 11, 13, tzinfo=UTC)
    for days in (0, 1, 0):
        list(system.list("thing", start + timedelta(days=days)))
    assert [request.url.params["from"][:10] for request in world.server.asked] == [
        f"2024-11-{day}" for day in (13, 14, 13)
    ]


def test_an_invalid_id_is_refused_each_time(tmp_path: Path) -> None:
    system = small(tmp_path).connection.system()
    for _ in range(2):
        with pytest.raises(ConnectorError, match="invalid URL"):
            system.lookup("thing", "..")


def test_only_the_latest_requests_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolved_operation, "MAX_REPEATED", 2)
    world, _ = looked_up(tmp_path, ["1", "2", "3", "1", "3"])
    assert world.server.lines == [f"GET /things/{n}" for n in (1, 2, 3, 1, 3)]
