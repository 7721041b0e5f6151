"""Whatever stands in a connector's files: a problem with its place, or a ConnectorError, never anything else."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from folder_vendor import FOLDERS

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.capabilities import authentication_of, capabilities_of
from qa_sync.systems.connectors.load import check_connector, load_connector

Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*at, key)
        yield from places(member, (*at, key))


def replaced(value: Any, at: Place, by: Any) -> Any:
    changed = copy.deepcopy(value)
    node = changed
    for key in at[:-1]:
        node = node[key]
    node[at[-1]] = by
    return changed


def folder_of_three(tmp_path: Path) -> Path:
    """Write a connector with three datatypes: the file with the error is read again for each of its places."""
    place = tmp_path / "sharing"
    shutil.copytree(FOLDERS / "sharing", place)
    manifest = json.loads((place / "manifest.json").read_text())
    kept = {name: manifest["datatypes"][name] for name in ("plain", "patch", "child")}
    (place / "manifest.json").write_text(json.dumps({**manifest, "datatypes": kept}))
    return place


@pytest.mark.parametrize("by", [5, [], {"a": [1]}], ids=["number", "list", "object"])
@pytest.mark.parametrize("file", ["manifest.json", "templates/child.json", "templates/patch.json"])
def test_a_value_of_another_type_anywhere(tmp_path: Path, file: str, by: Any) -> None:
    place = folder_of_three(tmp_path)
    value = json.loads((place / file).read_text())
    for at in places(value):
        (place / file).write_text(json.dumps(replaced(value, at, by)))
        try:
            connector, _ = check_connector(place, env={}, payloads={})
        except ConnectorError:
            continue
        assert len(capabilities_of(connector)) == len(connector.cards)
        assert authentication_of(connector.service) == "header Authorization"


@pytest.mark.parametrize("by", [5, [], [[1]], {"a": [1]}, "x", None])
def test_a_value_of_another_type_in_a_system(tmp_path: Path, by: Any) -> None:
    place = folder_of_three(tmp_path)
    file = place / "templates" / "system.json"
    operation = {"method": "GET", "page_size": 2, "next_page_termination_strategy": ["not-full-page"]}
    choice = {"condition": "$ENV(x)", "alternatives": {"a": {"operations": {"list": operation}}}}
    retries = {"503": {"max_read_retries": 1}}
    system = {**json.loads(file.read_text()), "retry_strategy": retries, "$conditional_properties": choice}
    for at in places(system):
        file.write_text(json.dumps(replaced(system, at, by)))
        try:
            connector, _ = check_connector(place, env={}, payloads={})
        except ConnectorError:
            continue
        assert len(capabilities_of(connector)) == len(connector.cards)


def test_a_wrong_type_is_reported_with_its_place(tmp_path: Path) -> None:
    place = tmp_path / "sharing"
    shutil.copytree(FOLDERS / "sharing", place)
    pipes = json.loads((place / "templates/plain.json").read_text())
    pipes[0]["source"]["operation"] = ["list"]
    pipes[1]["transform"][0]["properties"]["primary_key"] = {"id": 1}
    (place / "templates/plain.json").write_text(json.dumps(pipes))
    _, problems = check_connector(place, env={}, payloads={})
    reported = [str(problem) for problem in problems]
    assert "templates/plain.json: [0].source.operation: expected a string, got ['list']" in reported
    want = "[1].transform[0].properties.primary_key: expected a string or a list of strings, got {'id': 1}"
    assert f"templates/plain.json: {want}" in reported


def test_a_system_that_is_not_spoken_to_over_rest_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "manifest.json").write_text('{"datatypes": {"a": {}}}')
    (tmp_path / "templates/system.json").write_text('{"type": "system:microservice", "headers": []}')
    with pytest.raises(ConnectorError) as caught:
        load_connector(tmp_path)
    assert "type: 'system:microservice' is not supported" in str(caught.value)
    assert "headers: expected an object, got []" in str(caught.value)
    assert "url_pattern: is missing" in str(caught.value)
