"""An empty text for what is optional is nothing at all: the format's own skeleton writes those.

Source: docs/explanation/connector-format-facts.rst, "Operations".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_system import OPERATIONS, connector, small

from qa_sync.systems.connectors.load import check_connector, load_connector
from qa_sync.systems.connectors.validation.object_types import OPERATION, SHARE, SYSTEM, USE

OPTIONAL = [name for name in SYSTEM if name not in {"url_pattern", "operations"}]
LISTING = {"url": "things", "method": "GET"}


@pytest.mark.parametrize("name", [*OPTIONAL, "verify_ssl", "ignore_invalid_content_length_response_header"])
def test_in_a_system(tmp_path: Path, name: str) -> None:
    plain = connector(tmp_path / "without")
    made = connector(tmp_path / "with", **{name: ""})
    assert (made.service, made.operations) == (plain.service, plain.operations)
    assert check_connector(tmp_path / "with" / "small", env={}, payloads={})[1] == []


@pytest.mark.parametrize("name", [*(name for name in OPERATION if name not in {"url", "method"}), "payload"])
def test_in_an_operation(tmp_path: Path, name: str) -> None:
    plain = connector(tmp_path / "without", operations={**OPERATIONS, "thing-list": LISTING})
    made = connector(tmp_path / "with", operations={**OPERATIONS, "thing-list": {**LISTING, name: ""}})
    assert made.operations == plain.operations


def test_an_empty_payload_is_no_body(tmp_path: Path) -> None:
    made = small(tmp_path, [], operations={**OPERATIONS, "thing-list": {**LISTING, "payload": ""}})
    assert list(made.connection.system().list("thing")) == []
    assert made.server.asked[0].content == b""
    assert "content-type" not in made.server.asked[0].headers


def test_in_a_manifest_and_in_pipes(tmp_path: Path) -> None:
    def written(place: Path, kind: dict[str, Any], source: dict[str, Any], share: dict[str, Any]) -> Any:
        (place / "templates").mkdir(parents=True)
        template = {
            "type": "template",
            "template": "transform-share-rest",
            "properties": {"primary_key": "id", **share},
        }
        pipes = [
            {"source": {"type": "rest", "operation": "thing-list", **source}},
            {"source": "", "transform": [template]},
            {"transform": ""},
        ]
        manifest = {"datatypes": {"thing": {"template": "templates/thing.json", **kind}}, "additional_parameters": ""}
        system = {"url_pattern": "https://small.test/%s", "operations": {**OPERATIONS, "thing-list": LISTING}}
        files = {"manifest.json": manifest, "templates/thing.json": pipes, "templates/system.json": system}
        for name, value in files.items():
            (place / name).write_text(json.dumps(value))
        return load_connector(place)

    plain = written(tmp_path / "a" / "x", {}, {}, {})
    source = dict.fromkeys(name for name in (*USE, "payload") if name not in {"type", "operation"})
    made = written(
        tmp_path / "b" / "x",
        {"label": "", "parent": "", "parameters": ""},
        dict.fromkeys(source, ""),
        dict.fromkeys((name for name in SHARE if name != "primary_key"), ""),
    )
    assert made.operations == plain.operations
    assert made.cards == plain.cards
