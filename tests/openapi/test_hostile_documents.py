"""Nothing of a document leaves its place: in TOML, JSON, templates, secrets, parameters, paths, the terminal."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from drafting import written
from example_counts import many
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sync.errors import UsageError
from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.reading import node, yaml12
from qa_sync.openapi.reading.node import Document, load_document
from qa_sync.openapi.reading.yaml12 import UnreadableText, read_json_or_yaml
from qa_sync.openapi.writing import files_of

BAD = [
    "x\n[evil]\nkey",
    'x" }\nevil = { concept = "name',
    "{{ secret('token') }}",
    "{% for x in y %}",
    "$SECRET(token)",
    "$ENV(HOME)",
    "{{@ base_url @}}",
    "a\x1b[31mred",
    "../../etc",
    "a\u202eb",
    "x\\",
    "'''",
    "sesam:markjson",
    "#\u0085evil",
]


def document_with(bad: str) -> dict[str, Any]:
    """Return a document that has a text in every place of it."""
    schema = {
        "type": "object",
        "title": bad,
        "required": [bad, "name"],
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string", "description": bad, "example": bad},
            bad: {"type": "string"},
            "kind": {"type": "string", "enum": [bad, "b"]},
        },
    }
    body = {"content": {"application/json": {"schema": schema}}}
    rows = {"content": {"application/json": {"schema": {"type": "array", "items": schema}}}}
    parameters = [
        {"name": bad, "in": "query", "required": True, "schema": {"type": "string", "enum": [bad]}},
        {"name": "h", "in": "header", "required": True, "schema": {"type": "string", "enum": [bad]}},
    ]
    item = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    flows = {"clientCredentials": {"tokenUrl": bad, "scopes": {bad: bad}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": bad, "version": bad},
        "servers": [{"url": f"https://{bad}"}],
        "security": [{bad: [bad]}, {"key": []}],
        "paths": {
            "/things": {
                "get": {"operationId": bad, "parameters": parameters, "responses": {"200": rows}},
                "post": {"description": bad, "requestBody": body, "responses": {"201": body}},
            },
            "/things/{id}": {"get": {"parameters": [item], "responses": {"200": body}}},
            f"/{bad}": {"get": {"responses": {"200": rows}}},
            f"/{bad}/{{id}}": {"get": {"parameters": [item], "responses": {"200": body}}},
        },
        "components": {
            "securitySchemes": {
                bad: {"type": "oauth2", "flows": flows},
                "key": {"type": "apiKey", "in": "header", "name": bad, "description": f"prefix '{bad}'"},
            }
        },
    }


def harmless(text: str, folder: Path) -> None:
    document = Document(json.dumps(document_with(text)), "evil.json", None)
    draft = draft_connector(document, [Choice(r) for r in resources_of(document)])
    files = files_of(draft, f"a file called {text}")
    cards = tomllib.loads(files["entities.toml"])
    names = set(json.loads(files["manifest.json"])["datatypes"])
    assert "things" in names
    assert set(cards) == names
    assert all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names)
    system = files["templates/system.json"]
    expressions = set(re.findall(r"\{\{.*?\}\}|\{%.*?%\}|\$[A-Z]+\(.*?\)", system))
    names_of_secrets = "token|api_key|second_key|client_id|client_secret|username|password"
    known = (
        r"\{\{@? ?(base_url|entity\.id|id|h|[a-z_]+|page( [+*] (1|page_size))?) ?@?\}\}"
        rf"|\$SECRET\(({names_of_secrets})\)"
    )
    assert all(re.fullmatch(known, found) for found in expressions), expressions
    assert all(character.isprintable() or character == "\n" for character in "".join(files.values()))
    written(draft, folder)


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_text_of_a_document_stays_in_its_place(bad: str, tmp_path: Path) -> None:
    harmless(bad, tmp_path)


@settings(max_examples=many(10), deadline=None)
@given(bad=st.text(min_size=1, max_size=30))
def test_any_text_of_a_document_stays_in_its_place(bad: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    if bad.encode("utf-8", "surrogatepass").decode("utf-8", "replace") == bad:
        harmless(bad, tmp_path_factory.mktemp("draft"))


def test_references_stay_in_the_folder_of_the_document(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("type: object\nproperties: {leaked: {type: string}}\n")
    api = tmp_path / "api"
    api.mkdir()
    (api / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    for reference in (
        "../secret.yaml",
        "link.yaml",
        "https://x.invalid/a.yaml",
        "file:///etc/hostname",
        "%2e%2e/secret.yaml",
    ):
        rows = {"type": "array", "items": {"$ref": reference}}
        listing = {"get": {"responses": {"200": {"content": {"application/json": {"schema": rows}}}}}}
        paths = {"/things": listing, "/things/{id}": {"get": {"responses": {"200": {"content": {}}}}}}
        (api / "main.json").write_text(json.dumps({"openapi": "3.0.0", "paths": paths}))
        document = load_document(str(api / "main.json"))
        draft = draft_connector(document, [Choice(r) for r in resources_of(document)])
        assert "leaked" not in "".join(files_of(draft, "").values())
        assert any("cannot be followed" in problem for problem in draft.problems)


def test_references_that_follow_one_another_end() -> None:
    schemas = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    paths = {f"/a{end}": {"get": {"responses": {"200": body}}} for end in ("", "/{id}")}
    document = Document(json.dumps({"openapi": "3.0.0", "paths": paths, "components": {"schemas": schemas}}), "x", None)
    draft = draft_connector(document, [Choice(r) for r in resources_of(document)])
    assert any("without end" in problem for problem in draft.problems)


def test_bounds_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableText, match="levels deep"):
        read_json_or_yaml("a: " + "[" * (yaml12.MAX_DEPTH + 1) + "]" * (yaml12.MAX_DEPTH + 1))
    monkeypatch.setattr(yaml12, "MAX_NODES", 50)
    with pytest.raises(UnreadableText, match="more than 50 values"):
        read_json_or_yaml("\n".join(f"- {n}" for n in range(60)))
    merged = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(20)) + "}\nb: [" + ", ".join(["{<<: *a}"] * 5) + "]"
    with pytest.raises(UnreadableText, match="more than 50 values"):
        read_json_or_yaml(merged)


def test_a_document_that_leads_to_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "MAX_STEPS", 100)
    document = Document(json.dumps(document_with("x")), "x.json", None)
    with pytest.raises(UsageError, match="leads to more than 100 values"):
        draft_connector(document, [Choice(r) for r in resources_of(document)])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("2026-01-02", "2026-01-02"),
        ("1.10", 1.1),
        ("0o17", 15),
        ("0x1F", 31),
        ("~", None),
        ("'5'", "5"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("{200: ok, true: 1}", {"200": "ok", "true": 1}),
        ('{"a": 1}', {"a": 1}),
        ("&x [1]", [1]),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert read_json_or_yaml(text) == value


def test_no_text_makes_a_pattern_slow(tmp_path: Path) -> None:
    """Each text is long and ends so that a pattern fails; with a pattern that tries all ways, none would end."""
    long = 3_000
    names = [
        "updated" + "datetime" * long + "x",
        "changed" + "dateutc" * long + "x",
        "since" * long,
        "a." * long,
        "A" * long,
    ]
    members: dict[str, Any] = {name: {"type": "string", "format": "date-time"} for name in names}
    record = {"type": "object", "properties": members}
    members["id"] = {"type": "string", "pattern": "\\\\.\\\\d{1" * long}
    body = {"content": {"application/json": {"schema": record}}}
    scheme = {"type": "apiKey", "in": "header", "name": "X-Key", "description": "prefix" * long * 10}
    paths: dict[str, Any] = {"/things": {"get": {"responses": {"200": body}}}}
    for path in (
        "/things",
        "/" + "a" * long + "%",
        "/" + "a/" * long,
        "/" + "{a}" * long,
        "(" * long,
        "/x" + "/" * long,
    ):
        paths[f"{path}/{{id}}"] = {"get": {"responses": {"200": body}, "security": [{"key": []}]}}
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    paths["/things"]["get"]["parameters"] = parameters
    document = {"openapi": "3.0.0", "paths": paths, "components": {"securitySchemes": {"key": scheme}}}
    loaded = Document(json.dumps(document), "x", None)
    draft = written(draft_connector(loaded, [Choice(r) for r in resources_of(loaded)]), tmp_path)
    assert "things" in draft.cards
