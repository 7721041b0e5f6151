"""What an update sends, and members whose names are not plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drafting import Drafted, written

from qa_sync.openapi.deducing.draft import Choice, draft_connector, resources_of
from qa_sync.openapi.reading.node import Document
from qa_sync.systems.requests.bodies import update_body

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def schema(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def body(of: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": of}}}


def draft(
    folder: Path,
    read: Any,
    *,
    method: str = "put",
    sent: Any,
    key: str = "id",
    headers: tuple[dict[str, Any], ...] = (),
    schemas: dict[str, Any] | None = None,
) -> Drafted:
    """Draft `/things` with a record as read, and the body of an update."""
    item = {"name": key, "in": "path", "required": True, "schema": TEXT}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "components": {"schemas": schemas or {}},
        "paths": {
            "/things": {
                "get": {"responses": {"200": body({"type": "array", "items": read})}},
                "post": {"requestBody": body(sent), "responses": {"201": body(read)}},
            },
            f"/things/{{{key}}}": {
                "parameters": [item],
                "get": {"responses": {"200": body(read)}},
                method: {"parameters": list(headers), "requestBody": body(sent), "responses": {"200": body(read)}},
                "delete": {"parameters": list(headers), "responses": {"204": {"description": "gone"}}},
            },
        },
    }
    loaded = Document(json.dumps(document), "x.json", None)
    folder.mkdir(exist_ok=True)
    return written(draft_connector(loaded, [Choice(r) for r in resources_of(loaded)]), folder)


def test_a_whole_update_leaves_out_what_its_body_does_not_take(tmp_path: Path) -> None:
    place = {"city": TEXT, "geo": TEXT}
    lines = {"sku": TEXT, "sum": NUMBER}
    read = schema(
        id=TEXT,
        name=TEXT,
        made={**TEXT, "readOnly": True},
        links={"type": "array", "items": schema(href=TEXT)},
        origin=TEXT,
        place=schema(**place),
        lines={"type": "array", "items": schema(**lines)},
    )
    sent = schema(
        "name",
        name=TEXT,
        made=TEXT,
        place=schema(city=TEXT),
        lines={"type": "array", "items": schema(sku=TEXT)},
    )
    found = draft(tmp_path / "a", read, sent=sent)
    card = found.connector.cards["things"]
    assert card.send == "whole"
    assert card.omit == ("id", "made", "links", "origin", "place.geo", "lines.sum")
    record = {
        "id": "1",
        "name": "Ada",
        "made": "x",
        "links": [{"href": "/"}],
        "origin": "web",
        "place": {"city": "Oslo", "geo": "1,2"},
        "lines": [{"sku": "a", "sum": 3}],
        "unknown": True,
    }
    assert update_body(card, record, {"name": "Eve"}) == {
        "name": "Eve",
        "place": {"city": "Oslo"},
        "lines": [{"sku": "a"}],
        "unknown": True,
    }


def test_members_that_the_body_of_an_update_requires_always_go_with_it(tmp_path: Path) -> None:
    read = schema(id=TEXT, code=TEXT, name=TEXT, owner=schema(id=TEXT))
    sent = schema("code", "id", id=TEXT, code=TEXT, name=TEXT)
    for method in ("patch", "post"):
        found = draft(tmp_path / method, read, method=method, sent=sent)
        assert found.cards["things"]["update_always"] == ["id", "code"]
        assert "send" not in found.cards["things"]
    # An object is read and a text is written: what was read cannot be sent back.
    other = draft(tmp_path / "differs", read, sent=schema("code", code=TEXT, owner=TEXT))
    assert (other.cards["things"]["send"], other.cards["things"]["update_always"]) == ("changed", ["code"])
    assert "# guessed: the PUT is taken to keep what it does not get" in other.toml


def test_a_put_that_requires_nothing_is_a_guess(tmp_path: Path) -> None:
    found = draft(tmp_path / "a", schema(id=TEXT, name=TEXT), sent=schema(name=TEXT))
    assert 'send = "changed"  # guessed: ' in found.toml


def test_names_with_dots_and_other_signs_stand_in_quotes(tmp_path: Path) -> None:
    odd = {"@odata.type": TEXT, "e.mail": {**TEXT, "format": "email"}, "first name": TEXT, "a[b]": TEXT, "größe": TEXT}
    read = schema(id=TEXT, **odd, inner=schema(**{"c.d": TEXT}))
    found = draft(tmp_path / "a", read, method="patch", sent=read)
    card = found.connector.cards["things"]
    assert set(card.properties) >= {'"@odata.type"', '"e.mail"', '"first name"', '"a[b]"', "größe", 'inner."c.d"'}
    assert card.properties['"e.mail"'].concept == "email"
    data = {"id": "1", "e.mail": "a@b.example", "inner": {"c.d": "x", "kept": 1}}
    assert update_body(card, data, {'inner."c.d"': "y", '"e.mail"': "e@b.example"}) == {
        "inner": {"c.d": "y", "kept": 1},
        "e.mail": "e@b.example",
    }


def test_a_key_with_a_dot_in_its_name(tmp_path: Path) -> None:
    found = draft(tmp_path / "a", schema(**{"x.id": TEXT, "name": TEXT}), sent=schema(name=TEXT), key="xId")
    assert found.cards["things"]["key"] == '"x.id"'
    assert found.operation("things-lookup")["url"] == "things/{{ entity['x.id'] }}"


PLAIN = schema(id=TEXT, name=TEXT)
MATCH = {"name": "If-Match", "in": "header", "required": True, "schema": TEXT}


def test_the_revision_that_an_update_must_name(tmp_path: Path) -> None:
    read = schema(id=TEXT, name=TEXT, **{"@odata.etag": TEXT})
    found = draft(tmp_path / "a", read, method="patch", sent=schema(name=TEXT), headers=(MATCH,))
    assert found.cards["things"]["revision"] == {"read": '"@odata.etag"', "header": "If-Match"}
    assert "headers" not in found.operation("things-update")
    assert found.operation("things-delete")["headers"] == {"If-Match": "*"}
    assert found.draft.parameters == {}
    without = draft(
        tmp_path / "b", schema(id=TEXT, name=TEXT), method="patch", sent=schema(name=TEXT), headers=(MATCH,)
    )
    assert without.operation("things-update")["headers"] == {"If-Match": "*"}
    assert without.operation("things-update")["description"].startswith("guessed: any revision")


@pytest.mark.parametrize("name", ["@odata.nextLink", "next.url", "nextUrl"])
def test_a_link_to_the_next_page_whose_name_has_a_dot(tmp_path: Path, name: str) -> None:
    page = schema(value={"type": "array", "items": schema(id=TEXT, name=TEXT)}, **{name: TEXT})
    document = {
        "openapi": "3.0.3",
        "paths": {
            "/things": {"get": {"responses": {"200": body(page)}}},
            "/things/{id}": {"get": {"responses": {"200": body(schema(id=TEXT, name=TEXT))}}},
        },
    }
    loaded = Document(json.dumps(document), "x.json", None)
    found = written(draft_connector(loaded, [Choice(r) for r in resources_of(loaded)]), tmp_path)
    member = f"body['{name}']" if "." in name else f"body.{name}"
    assert f"{{{{ {member} }}}}" in found.operation("things-list")["next_page_link"]


OWNER = {"oneOf": [TEXT, {"$ref": "#/components/schemas/Owner"}]}
KEYS: list[tuple[str, dict[str, str], bool]] = [
    ("id", TEXT, False),
    ("ref", {**TEXT, "format": "uuid"}, False),
    ("code", TEXT, True),
]


@pytest.mark.parametrize(("key", "kind", "is_given"), KEYS)
def test_one_schema_for_both_directions_does_not_say_who_gives_the_key(
    tmp_path: Path, key: str, kind: dict[str, str], is_given: bool
) -> None:
    shared = {"$ref": "#/components/schemas/Thing"}
    sent = {"oneOf": [{"type": "array", "items": shared}, shared]}
    thing = schema(key, "name", **{key: kind, "name": TEXT, "owner": OWNER})
    schemas = {"Thing": thing, "Owner": schema(id=TEXT, label=TEXT)}
    found = draft(tmp_path / "a", shared, method="patch", sent=sent, key=key, schemas=schemas)
    card = found.cards["things"]
    assert (key in card["properties"]) == is_given
    assert card["update_always"] == ["name"]
    assert card["properties"]["name"]["required"] is True
    assert "# owner = {" in found.toml or "owner" in card["properties"]
    assert '"owner.' not in found.toml  # an id, unless the record is requested


def test_responses_that_are_not_described(tmp_path: Path) -> None:
    body_only = {"requestBody": body(schema("name", name=TEXT, email={**TEXT, "format": "email"}))}
    told = {"responses": {"200": {"description": ""}}}
    item = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    document = {
        "openapi": "3.0.0",
        "paths": {
            "/cats": {"get": told, "post": {**told, **body_only}},
            "/cats/{id}": {"parameters": [item], "get": told, "patch": {**told, **body_only}, "delete": told},
        },
    }
    loaded = Document(json.dumps(document), "x.json", None)
    found = written(draft_connector(loaded, [Choice(r) for r in resources_of(loaded)]), tmp_path)
    card = found.cards["cats"]
    assert card["key"] == "id"
    assert 'key = "id"  # guessed: no response shows the record' in found.toml
    assert card["properties"]["email"]["concept"] == "email"
    assert card["properties"]["name"]["required"] is True
    assert "the document does not show the rows of the list" in found.operation("cats-list")["description"]


@pytest.mark.parametrize("path", ["/Customers({id})", "/Customers('{id}')", "/companies({company})/customers({id})"])
def test_keys_in_brackets(tmp_path: Path, path: str) -> None:
    item = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    company = {"name": "company", "in": "path", "required": True, "schema": TEXT}
    page = schema(value={"type": "array", "items": schema(id=TEXT, displayName=TEXT, **{"@odata.etag": TEXT})})
    etag = {"name": "If-Match", "in": "header", "required": True, "schema": TEXT}
    one = body(schema(id=TEXT, displayName=TEXT, **{"@odata.etag": TEXT}))
    paths = {
        path.rpartition("(")[0]: {"get": {"parameters": [company], "responses": {"200": body(page)}}},
        path: {
            "parameters": [item, company],
            "get": {"responses": {"200": one}},
            "patch": {"parameters": [etag], "requestBody": one, "responses": {"200": one}},
        },
    }
    loaded = Document(json.dumps({"openapi": "3.0.1", "paths": paths}), "x.json", None)
    found = written(draft_connector(loaded, [Choice(r) for r in resources_of(loaded)]), tmp_path)
    (name,) = found.cards
    assert name.lower() == "customers"
    filled = path.lstrip("/").replace("{id}", "{{ entity.id }}").replace("{company}", "{{@ company @}}")
    assert found.operation(f"{name}-lookup")["url"] == filled
    assert found.operation(f"{name}-list")["payload_property"] == "value"
    assert found.cards[name]["revision"] == {"read": '"@odata.etag"', "header": "If-Match"}
