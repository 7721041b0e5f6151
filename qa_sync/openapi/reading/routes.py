"""The routes of a document: path and method, with parameters, body and response, for all versions alike.

Swagger 2.0 has the body among the parameters and the type of a parameter in the parameter itself. Source:
https://spec.openapis.org/oas/v2.0.html, "Parameter Object"; v3.0.4, "Operation Object".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from qa_sync.openapi.reading.node import Node
from qa_sync.openapi.reading.schema import Schema, schema_of, schema_of_example

METHODS: Final = ("get", "put", "post", "patch", "delete")
SUCCESS: Final = ("200", "201", "202", "203", "204", "2XX", "2xx", "default")
FORM: Final = "application/x-www-form-urlencoded"
MAX_PARAMETERS: Final = 200


class Parameter(Struct, frozen=True):
    """A parameter: its name, where it goes (`path`, `query`, `header`, `cookie`), and its schema."""

    name: str
    location: str
    required: bool
    schema: Schema
    description: str


class Body(Struct, frozen=True):
    """A body of a request or response: its content type and schema."""

    content_type: str
    schema: Schema


class Route(Struct, frozen=True):
    """A path with a method. `status` is that of the response that was taken, `headers` are that response's."""

    path: str
    method: str
    operation: Node
    parameters: tuple[Parameter, ...]
    body: Body | None
    response: Body | None
    headers: frozenset[str]

    @property
    def operation_id(self) -> str:
        """The operationId, in lower case."""
        return self.operation.text("operationId").lower()

    @property
    def words(self) -> str:
        """What the document says about the operation, in lower case."""
        return f"{self.operation.text('summary')} {self.operation.text('description')}".lower()

    def parameter(self, name: str, location: str) -> Parameter | None:
        """Return the parameter of that name and location, if there is one."""
        return next((p for p in self.parameters if (p.name, p.location) == (name, location)), None)


Routes = Mapping[str, Mapping[str, Route]]
"""The routes by path and method."""


def read_routes(root: Node) -> Routes:
    """Return all routes of a document by path and method, in the order of the document."""
    return {path: dict(_routes_of(path, item, root)) for path, item in root.get("paths").members()}


def _routes_of(path: str, item: Node, root: Node) -> Iterator[tuple[str, Route]]:
    for method in METHODS:
        operation = item.get(method)
        if not isinstance(operation.value, dict):
            continue
        nodes = {(p.text("name"), p.text("in")): p for p in item.get("parameters").elements()}
        nodes |= {(p.text("name"), p.text("in")): p for p in operation.get("parameters").elements()}
        response = _response(operation)
        yield (
            method,
            Route(
                path=path,
                method=method.upper(),
                operation=operation,
                parameters=tuple(_parameters(nodes.values())),
                body=_request_body(operation, list(nodes.values()), root),
                response=_content(response) if response else None,
                headers=frozenset(name.lower() for name, _ in response.get("headers").members())
                if response
                else frozenset(),
            ),
        )


def _parameters(nodes: Iterable[Node]) -> Iterator[Parameter]:
    """Yield the parameters; an object in the query stands for its members (as `Pageable` of Spring)."""
    for node in list(nodes)[:MAX_PARAMETERS]:
        place = node.text("in")
        if place not in {"path", "query", "header", "cookie"}:
            continue
        schema = schema_of(node.get("schema") or node)
        is_flat = place == "query" and schema.properties and node.text("style") != "deepObject"
        members = schema.properties.items() if is_flat and not node.get("content") else ()
        for name, member in members:
            inner = schema_of(member)
            yield Parameter(name, place, name in schema.required, inner, inner.word("description"))
        if not members:
            yield Parameter(node.text("name"), place, node.true("required"), schema, node.text("description"))


def _request_body(operation: Node, parameters: list[Node], root: Node) -> Body | None:
    if operation.get("requestBody"):
        return _content(operation.get("requestBody"))
    consumes = operation.get("consumes").value or root.get("consumes").value
    kind = (
        consumes[0] if isinstance(consumes, list) and consumes and isinstance(consumes[0], str) else "application/json"
    )
    for parameter in parameters:
        if parameter.text("in") == "body":
            return Body(kind, schema_of(parameter.get("schema")))
    fields = {p.text("name"): p for p in parameters if p.text("in") == "formData"}
    if not fields:
        return None
    required = [name for name, p in fields.items() if p.true("required")]
    members = {name: p.value for name, p in fields.items()}
    made = operation.made({"type": "object", "required": required, "properties": members})
    return Body(FORM, schema_of(made))


def _response(operation: Node) -> Node | None:
    responses = dict(operation.get("responses").members())
    found = [responses[status] for status in SUCCESS if status in responses]
    return next((node for node in found if node.get("content") or node.get("schema")), found[0] if found else None)


def _content(node: Node) -> Body | None:
    """Return the JSON content of a request body or a response, else its first one."""
    if node.get("schema"):  # Swagger 2.0
        return Body("application/json", schema_of(node.get("schema")))
    kinds = dict(node.get("content").members())
    if not kinds:
        return _examples_of_swagger(node)
    kind = min(kinds, key=_rank)
    return Body(kind, _media_schema(kinds[kind]))


def _rank(content_type: str) -> int:
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    order = ("application/json", "*/*", "application/*", FORM)
    if kind in order:
        return order.index(kind)
    return 1 if kind.endswith("+json") else len(order)


def _media_schema(media: Node) -> Schema:
    schema = schema_of(media.get("schema"))
    if schema.types or schema.properties:
        return schema
    if media.get("example"):
        return schema_of_example(media.get("example"))
    for _, example in media.get("examples").members():
        if example.get("value"):
            return schema_of_example(example.get("value"))
    return schema


def _examples_of_swagger(node: Node) -> Body | None:
    for kind, example in node.get("examples").members():
        return Body(kind, schema_of_example(example))
    return None
