"""Forms of connector folders that the format documents: file names, keys, and templates of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from people_api import write_connector

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.folder import Severity
from qa_sync.systems.connectors.load import check_connector, load_connector


def manifest_with(folder: Path, **keys: Any) -> Path:
    write_connector(folder)
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **keys}))
    return folder


def test_a_leading_slash_stands_for_the_folder(tmp_path: Path) -> None:
    datatypes = {"person": {"template": "/templates/person.json"}}
    folder = manifest_with(tmp_path / "alpha", **{"system-template": "/templates/system.json", "datatypes": datatypes})
    connector, problems = check_connector(folder, env={}, payloads={})
    assert not problems
    assert "insert" not in connector.cards["person"].cannot


@pytest.mark.parametrize("name", ["../system.json", "/../system.json", "templates/../../system.json"])
def test_no_file_outside_the_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "system.json").write_text("{}")
    with pytest.raises(ConnectorError, match="is outside the connector's folder"):
        load_connector(manifest_with(tmp_path / "alpha", **{"system-template": name}))


def test_the_system_template_in_its_other_spelling(tmp_path: Path) -> None:
    folder = manifest_with(tmp_path / "alpha", system_template="templates/sys.json")
    (folder / "templates/system.json").rename(folder / "templates/sys.json")
    assert not check_connector(folder, env={}, payloads={})[1]


def test_a_template_of_its_own_is_named(tmp_path: Path) -> None:
    write_connector(tmp_path / "alpha")
    path = tmp_path / "alpha/templates/person.json"
    pipes = json.loads(path.read_text())
    pipes[2]["transform"][-1]["template"] = {"type": "dtl", "rules": {"default": [["copy", "*"]]}}
    path.write_text(json.dumps(pipes))
    connector, problems = check_connector(tmp_path / "alpha", env={}, payloads={})
    (problem,) = problems
    assert problem.key == "[2].transform[0].template"
    assert problem.severity is Severity.MISSING
    assert "a template of its own" in problem.message
    assert "insert" in connector.cards["person"].cannot


def test_the_lookup_of_deletes_is_known(tmp_path: Path) -> None:
    properties = {"operation_lookup_delete": "person-lookup", "operation_lookup_delete_properties": {"x": 1}}
    write_connector(tmp_path / "alpha", collect_properties=properties)
    assert not check_connector(tmp_path / "alpha", env={}, payloads={})[1]


def test_the_properties_of_default_values_are_known(tmp_path: Path) -> None:
    def add(system: dict[str, Any]) -> None:
        system["operations"]["person-defaults"] = {"method": "GET", "url": "people/default"}

    given = {"rest_system": "x", "primary_key": "id", "operation": "person-defaults", "operaton_properties": {}}
    template = {"type": "template", "template": "transform-defaults-rest", "properties": given}
    write_connector(tmp_path / "alpha", share=[template], change=add)
    (problem,) = check_connector(tmp_path / "alpha", env={}, payloads={})[1]
    assert problem.key == "[2].transform[0].properties.operaton_properties"
    assert "operation_properties" in problem.message
