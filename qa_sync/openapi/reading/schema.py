"""One view of a schema, whatever the version and the way it is written.

`allOf` is merged, of `anyOf` and `oneOf` the alternative that is not null is taken, `nullable` and lists of types are
one. Source: https://spec.openapis.org/oas/v3.0.4.html and v3.1.1, "Schema Object".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qa_sync.openapi.reading.node import Node
from qa_sync.values.form import Json

MAX_ALTERNATIVES: Final = 50
MAX_NESTED: Final = 12
"""How deep `allOf` and alternatives are followed."""

JSON_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


SCALARS: Final = frozenset(("string", "integer", "number"))

DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class Schema(Struct, frozen=True):
    """What a schema says.

    `types` are JSON types without `null`; `keywords` are the members that were merged, an inner one wins over an outer
    one; `place` identifies a named schema; `from_example` marks one that was derived from an example.
    """

    types: frozenset[str]
    nullable: bool
    properties: Mapping[str, Node]
    required: frozenset[str]
    items: Node | None
    keywords: Mapping[str, Json]
    place: str = ""
    alternatives: int = 1
    from_example: bool = False

    def is_a(self, *types: str) -> bool:
        """Return whether the schema allows one of these types."""
        return bool(self.types & set(types))

    def word(self, keyword: str) -> str:
        """Return a keyword that is a text, in lower case, else an empty one."""
        value = self.keywords.get(keyword)
        return value.lower() if isinstance(value, str) else ""

    def flag(self, keyword: str) -> bool:
        """Return whether a keyword is true."""
        return self.keywords.get(keyword) is True

    @property
    def enum(self) -> tuple[Json, ...]:
        """The allowed values without null, empty if any value is allowed."""
        values = self.keywords.get("enum")
        if "const" in self.keywords:
            values = [self.keywords["const"]]
        return tuple(v for v in values if v is not None) if isinstance(values, list) else ()

    @property
    def example(self) -> Json:
        """An example of the value, or None."""
        examples = self.keywords.get("examples")
        return self.keywords.get("example", examples[0] if isinstance(examples, list) and examples else None)


def schema_of(node: Node, depth: int = 0) -> Schema:
    """Return what a schema says."""
    own = _own(node)
    if depth >= MAX_NESTED or not isinstance(node.value, dict):
        return own
    parts = [schema_of(part, depth + 1) for part in node.get("allOf").elements()]
    for word in ("anyOf", "oneOf"):
        options = [schema_of(option, depth + 1) for option in list(node.get(word).elements())[:MAX_ALTERNATIVES]]
        parts += _alternative(options)
    return _merged(own, parts)


def schema_of_example(node: Node) -> Schema:
    """Return the schema that an example suggests."""
    return schema_of(node.made(_described(node.value, 0)))


def _own(node: Node) -> Schema:
    raw: Mapping[str, Json] = node.value if isinstance(node.value, dict) else {}
    kinds = raw.get("type")
    types = {t for t in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(t, str)}
    nullable = raw.get("nullable") is True or raw.get("x-nullable") is True or "null" in types
    properties = dict(node.get("properties").members())
    required = raw.get("required")
    if properties or "additionalProperties" in raw:
        types.add("object")
    if "items" in raw:
        types.add("array")
    return Schema(
        types=frozenset(types - {"null"}),
        nullable=nullable or None in _values(raw.get("enum")),
        properties=properties,
        required=frozenset(n for n in _values(required) if isinstance(n, str)),
        items=node.get("items") if "items" in raw else None,
        keywords={n: v for n, v in raw.items() if n not in {"properties", "items", "required", "allOf"}},
        place=node.place,
        from_example=raw.get("x-from-example") is True,
    )


def _values(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _alternative(options: list[Schema]) -> list[Schema]:
    """Return the alternatives as one: objects are joined loosely, the types of single values are added up."""
    real = [option for option in options if option.types or option.properties or option.keywords.get("enum")]
    if not options:
        return []
    nullable = len(real) < len(options) or any(option.nullable for option in options)
    # A body may also be a list of such records.
    places = {option.place for option in real if option.properties and option.place}
    real = [o for o in real if not (o.items is not None and schema_of(o.items).place in places)]
    # An id or the record that it names: APIs return the id unless the record is requested.
    ids = [option for option in real if option.types and option.types <= SCALARS]
    if ids and any(option.properties and option.place for option in real):
        real = ids
    if len(real) == 1:
        return [replace(real[0], nullable=nullable)]
    base = max(real, key=lambda option: len(option.properties), default=None)
    if base is None:
        return []
    types = frozenset[str]().union(*(option.types for option in real))
    properties = {name: node for option in real for name, node in option.properties.items()}
    required = frozenset.intersection(*(option.required for option in real))
    joined = Schema(types, nullable, properties, required, base.items, base.keywords, base.place, len(real))
    return [joined]


def _merged(own: Schema, parts: Iterable[Schema]) -> Schema:
    merged = own
    for part in parts:
        merged = Schema(
            types=merged.types | part.types,
            nullable=merged.nullable or part.nullable,
            properties={**part.properties, **merged.properties},
            required=merged.required | part.required,
            items=merged.items or part.items,
            keywords={**part.keywords, **merged.keywords},
            place=merged.place or part.place,
            alternatives=max(merged.alternatives, part.alternatives),
            from_example=merged.from_example or part.from_example,
        )
    return merged


def _described(value: Json, depth: int) -> dict[str, Json]:
    """Return a schema that an example value fits."""
    if value is None or depth > MAX_NESTED:
        return {"nullable": True, "x-from-example": True}
    kind = JSON_TYPES.get(type(value), "string")
    described: dict[str, Json] = {"type": kind, "x-from-example": True}
    if isinstance(value, dict):
        described["properties"] = {str(name): _described(member, depth + 1) for name, member in value.items()}
    elif isinstance(value, list):
        described["items"] = _described(value[0], depth + 1) if value else {}
    else:
        described["example"] = value
        if isinstance(value, str) and DATE_TIME.match(value):
            described["format"] = "date-time"
    return described
