"""The JSON schemas as tables of properties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from reference.markup import code, heading, prose, table

Schema = Mapping[str, Any]


def schemas() -> str:
    """Return a section for each schema: what it is about, and its objects with their properties."""
    return "".join(_schema(name, schema) for name, schema in every_schema())


def every_schema() -> Iterator[tuple[str, Schema]]:
    """Yield the schemas of the package with their file names."""
    folder = resources.files("qa_sync") / "schemas"
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".json"):
            yield path.name, json.loads(path.read_text(encoding="utf-8"))


def _schema(name: str, schema: Schema) -> str:
    parts = [heading(schema["title"]), f"``qa_sync/schemas/{name}``. {prose(schema.get('description', ''))}\n\n"]
    for title, one in objects_of(schema):
        parts += [f".. rubric:: {title}\n\n", table(("Property", "Type", "Meaning"), _rows(one), "22 26 52")]
    return "".join(parts)


def objects_of(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield every object of a schema that has properties, with a title, the whole document first."""
    yield from _objects("The document", schema)
    for name, one in schema.get("$defs", {}).items():
        yield from _objects(name, one)


def _objects(title: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    if "properties" in schema:
        yield title, schema
    for name, one in schema.get("properties", {}).items():
        choices = ((choice, "") for choice in one.get("oneOf", ()))
        for inner, end in ((one, ""), (one.get("items"), "[]"), (one.get("additionalProperties"), ".*"), *choices):
            if isinstance(inner, Mapping):
                yield from _objects(f"{title}: {name}{end}", inner)


def _rows(schema: Schema) -> Iterator[tuple[str, str, str]]:
    required = set(schema.get("required", ()))
    for name, one in schema["properties"].items():
        optional = "" if name in required else " May be absent." if required else ""
        yield code(name), _type(one), prose(one.get("description", "")) + optional


def _type(one: Schema) -> str:
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "const" in one:
        return code(json.dumps(one["const"]))
    if "enum" in one:
        return ", ".join(code(json.dumps(value)) for value in one["enum"])
    if "oneOf" in one:
        return " or ".join(map(_type, one["oneOf"]))
    kind = one.get("type", "any")
    names = " or ".join(kind) if isinstance(kind, list) else str(kind)
    items = one.get("items")
    return f"{names} of {_type(items)}" if isinstance(items, Mapping) else names
