"""Swagger 2.0, OpenAPI 3.2 and YAML 1.2: read like the other versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from drafting import DOCUMENTS, drafted, written

from qa_sync.errors import UsageError
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.reading import node
from qa_sync.openapi.reading.node import Document, load_document
from qa_sync.openapi.reading.yaml12 import read_json_or_yaml


def test_swagger_2(tmp_path: Path) -> None:
    draft = drafted("swagger-20.yaml", tmp_path)
    assert draft.draft.url == "https://parts.invalid/api/v1"
    assert draft.draft.version == "1.1"
    listing = draft.operation("parts-list")
    assert listing["url"] == "parts/"
    assert listing["params"] == {"page": "{{ page }}", "page_size": "{{ page_size }}"}
    assert (listing["page_size"], listing["next_page_termination_strategy"]) == (50, "not-full-page")
    assert (listing["payload_property"], listing["since_property_name"]) == ("results", "modified_since")
    assert draft.operation("parts-lookup")["url"] == "parts/{{ entity.id }}/"
    card = draft.cards["parts"]
    assert (card["send"], card["omit"], card["modified"]) == ("whole", ["id", "updated"], "updated")
    assert card["modified_form"] == {"style": "z"}
    assert card["properties"]["name"] == {"concept": "name", "required": True, "max_length": 30}
    assert card["properties"]["country"]["values"] == {"NO": "NO", "SE": "SE", "on": "on"}
    assert card["properties"]["price"]["places"] == 2
    assert "empty" not in card["properties"]["note"]
    oauth = draft.system["oauth2"]
    assert (oauth["token_url"], oauth["scope"]) == ("https://parts.invalid/token", ["parts.read", "parts.write"])


def test_swagger_2_with_forms_and_examples(tmp_path: Path) -> None:
    draft = drafted("swagger-20.yaml", tmp_path)
    assert draft.operation("tags-insert")["payload-type"] == "form"
    properties = draft.cards["tags"]["properties"]
    assert properties["code"]["max_length"] == 5
    assert set(properties) == {"code", "on", "since"}
    assert "taken from an example" in draft.toml


def test_openapi_3_2(tmp_path: Path) -> None:
    draft = drafted("openapi-32.yaml", tmp_path)
    assert draft.draft.problems == ()
    listing = draft.operation("notes-list")
    assert listing["payload_property"] == "notes"
    assert listing["params"] == {"offset": "{{ page * page_size }}", "limit": "{{ page_size }}"}
    assert listing["page_size"] == 25
    assert draft.draft.authentication.secrets == ("token",)
    properties = draft.cards["notes"]["properties"]
    assert properties["text"] == {"required": True, "max_length": 100}
    assert properties["kind"]["values"] == {"memo": "memo"}
    assert (properties["done"]["type"], "required" in properties["done"]) == ("boolean", False)
    assert draft.cards["notes"]["cannot"] == {"delete": "the document has no such operation"}


@pytest.mark.parametrize("name", ["swagger-20.yaml", "openapi-32.yaml", "01-envelope-wrapper-page.yaml"])
def test_json_and_yaml_give_the_same_draft(name: str, tmp_path: Path) -> None:
    value = read_json_or_yaml((DOCUMENTS / name).read_text())
    texts = []
    for kind, text in (("yaml", (DOCUMENTS / name).read_text()), ("json", json.dumps(value))):
        document = Document(text, "api", None)
        folder = tmp_path / kind
        folder.mkdir()
        draft = written(draft_connector(document, [Choice(r) for r in resources_of(document)]), folder)
        texts.append((draft.toml, draft.system))
    assert texts[0] == texts[1]


def test_a_document_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    for text in ("{}", "[]", "a: 1", "", "3", "openapi:\n", "\0"):
        (tmp_path / "x.yaml").write_text(text)
        with pytest.raises(UsageError, match=r"x\.yaml: "):
            load_document(str(tmp_path / "x.yaml"))


def test_a_chain_of_references_through_files_ends(tmp_path: Path) -> None:
    for number in range(node.MAX_CHAIN + 5):
        (tmp_path / f"{number}.json").write_text(json.dumps({"$ref": f"{number + 1}.json"}))
    rows = {"content": {"application/json": {"schema": {"$ref": "0.json"}}}}
    paths = {f"/a{end}": {"get": {"responses": {"200": rows}}} for end in ("", "/{id}")}
    (tmp_path / "main.json").write_text(json.dumps({"openapi": "3.0.0", "paths": paths}))
    document = load_document(str(tmp_path / "main.json"))
    draft = draft_connector(document, [Choice(r) for r in resources_of(document)])
    assert any("without end" in problem for problem in draft.problems)


def test_a_file_that_references_make_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "MAX_BYTES", 500)
    (tmp_path / "large.json").write_text(json.dumps({"type": "object", "x": "y" * 600}))
    rows = {"content": {"application/json": {"schema": {"$ref": "large.json"}}}}
    paths = {f"/a{end}": {"get": {"responses": {"200": rows}}} for end in ("", "/{id}")}
    (tmp_path / "main.json").write_text(json.dumps({"openapi": "3.0.0", "paths": paths}))
    document = load_document(str(tmp_path / "main.json"))
    draft = draft_connector(document, [Choice(r) for r in resources_of(document)])
    assert any("large.json" in problem and "500" in problem for problem in draft.problems)


def test_a_record_of_a_thousand_levels_ends(tmp_path: Path) -> None:
    inner: dict[str, object] = {"type": "string"}
    for _ in range(300):
        inner = {"type": "object", "properties": {"x": inner}}
    record = {"type": "object", "properties": {"id": {"type": "string"}, "deep": inner}}
    body = {"content": {"application/json": {"schema": record}}}
    paths = {f"/a{end}": {"get": {"responses": {"200": body}}} for end in ("", "/{id}")}
    document = Document(json.dumps({"openapi": "3.0.0", "paths": paths}), "x", None)
    draft = written(draft_connector(document, [Choice(r) for r in resources_of(document)]), tmp_path)
    assert set(draft.cards) == {"a"}
