"""What an operation answered, as its connector wants it read.

Source: docs/explanation/connector-format-facts.rst, "Operations", "What pipes add" and "Expressions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.numbers import in_status_ranges
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.rendering import RequestRenderer
from qa_sync.systems.requests.request import RenderedRequest
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.values import paths
from qa_sync.values.form import Json

JSON: Final = "application/json"
GONE: Final = frozenset({404, 410})


class SentRequest(Struct, frozen=True):
    """A call that was answered, and what its templates were given."""

    call: RenderedRequest
    request: httpx.Request
    response: httpx.Response
    given: Mapping[str, object]

    def expression_variables(self, body: Json) -> dict[str, object]:
        """Return what the expressions that look at the answer know of it; `body` is what stands in it."""
        return {**self.given, **response_variables(self.call, _Headers(self.response), body)}


class OperationResponse(Struct, frozen=True):
    """One answer to an operation: the call, the whole body, and the headers as expressions see them.

    `is_ignored` says that the operation wants an answer of that status passed over.
    """

    call: RenderedRequest
    request: httpx.Request
    response: httpx.Response
    body: Json
    headers: Mapping[str, object]
    is_ignored: bool = False

    @property
    def variables(self) -> dict[str, object]:
        """What the expressions that look at an answer know of it."""
        return response_variables(self.call, self.headers, self.body)


def response_variables(call: RenderedRequest, headers: Mapping[str, object], body: Json) -> dict[str, object]:
    """Return what the expressions that look at an answer to a call know of it."""
    return {
        "body": body,
        "headers": headers,
        "response_headers": headers,
        "request_headers": httpx.Headers(dict(call.headers)),
        "request_params": call.params,
        "url": call.url,
    }


def call_operation(
    operation: Operation,
    renderer: RequestRenderer,
    exchange: HttpExchange,
    call: RenderedRequest,
    variables: Mapping[str, object],
) -> OperationResponse:
    """Send a call and return what it answered; raises what `HttpExchange` raises.

    A status that the operation allows but that is no success, and one that it ignores, is a reply that is dropped. An
    `error_expression` that renders to anything is a InvalidResponse with that text.
    """
    request = call.request(exchange.client.build_request)
    response = exchange.send(request)
    headers = _Headers(response)
    if _is_ignored(operation, response):
        return OperationResponse(call, request, response, None, headers, is_ignored=True)
    exchange.expect_success(request, response)
    if operation.allowed and not in_status_ranges(response.status_code, operation.allowed):
        exchange.raise_invalid(request, response, "a status that the operation does not allow")
    is_json = _is_json(response, renderer.service.json_content_types)
    if operation.response_property and not is_json:
        raw = {operation.response_property: _text(response), "content-type": response.headers.get("content-type")}
        return OperationResponse(call, request, response, [raw], headers)
    reply = OperationResponse(call, request, response, exchange.json(request, response), headers)
    told = (
        has_error_expression(operation)
        and is_json
        and read_error(operation, renderer, {**variables, **reply.variables})
    )
    if told:
        exchange.raise_invalid(request, response, f"the system reports {exchange.redact(told)!r}")
    return reply


def has_error_expression(operation: Operation) -> bool:
    """Tell whether an operation's `error_expression` is to be asked; the format wants a `payload_property` with it."""
    return bool(operation.error_expression and operation.payload_property)


def read_error(operation: Operation, renderer: RequestRenderer, expression_variables: Mapping[str, object]) -> str:
    """Return what `error_expression` makes of an answer, nothing when the answer is well."""
    return renderer.text(operation, operation.error_expression or "", expression_variables).strip()


def select_entities(operation: Operation, body: Json) -> Json:
    """Return the part of a body that `payload_property` names: a literal member wins over a dotted path.

    None when there is no such part, as in a body that is no object.
    """
    name = operation.payload_property
    if name is None:
        return body
    if not isinstance(body, Mapping):
        return None
    return body[name] if name in body else paths.read(body, name)


def list_entities(
    operation: Operation,
    renderer: RequestRenderer,
    exchange: HttpExchange,
    reply: OperationResponse,
    variables: Mapping[str, object],
) -> list[Json]:
    """Return the entities of an answer to a list operation; raises InvalidResponse when it holds no list of them."""
    if reply.is_ignored:
        return []
    entities = reply.body if _is_plain_text(operation, reply) else select_entities(operation, reply.body)
    if operation.rows:
        entities = paths.read(entities, operation.rows)
    if operation.one_is_list and isinstance(entities, Mapping):
        entities = [entities]
    # Some systems leave an empty list out; a body without any object around it is another thing.
    if entities is None and (isinstance(reply.body, Mapping) or reply.response.status_code == httpx.codes.NO_CONTENT):
        entities = []
    if not isinstance(entities, list):
        where = f" in {operation.payload_property!r}" if operation.payload_property else ""
        exchange.raise_invalid(reply.request, reply.response, f"expected a list{where}")
    return list(_with_added_members(operation, renderer, reply, entities, variables))


def _is_plain_text(operation: Operation, reply: OperationResponse) -> bool:
    """Whether the body is text that stands in an entity of its own."""
    first = reply.body[0] if isinstance(reply.body, list) and len(reply.body) == 1 else None
    return isinstance(first, Mapping) and first.keys() == {operation.response_property, "content-type"}


def _with_added_members(
    operation: Operation,
    renderer: RequestRenderer,
    reply: OperationResponse,
    rows: list[Json],
    variables: Mapping[str, object],
) -> Iterator[Json]:
    """Give each entity the members that the operation adds: `_id`, the headers and the status of the answer."""
    adds = {
        operation.response_headers_property: dict(reply.response.headers),
        operation.response_status_property: reply.response.status_code,
    }
    common = {name: value for name, value in adds.items() if name}
    if not common and not operation.id_expression:
        yield from rows
        return
    known = {**variables, **reply.variables}
    for row in rows:
        if not isinstance(row, Mapping):
            yield row
        elif operation.id_expression and "_id" not in row:
            key = renderer.text(operation, operation.id_expression, {**known, **row, "entity": row})
            yield {**row, **common, "_id": key}
        else:
            yield {**row, **common}


def _is_ignored(operation: Operation, response: httpx.Response) -> bool:
    status = response.status_code
    return in_status_ranges(status, operation.ignored) or (
        not response.is_success and in_status_ranges(status, operation.allowed)
    )


def _text(response: httpx.Response) -> str:
    """Return a body as text, in the encoding that it is said to have when there is such a one."""
    try:
        return response.content.decode(response.charset_encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        return response.content.decode("utf-8", "replace")


def _is_json(response: httpx.Response, known: tuple[str, ...]) -> bool:
    whole = response.headers.get("content-type", "")
    kind = whole.partition(";")[0].strip().lower()
    return kind == JSON or whole in known or kind in known


class _Headers(Mapping[str, object]):
    """An answer's headers as expressions see them: in any case, and `link.next` as the URL of `rel="next"`."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._headers = response.headers

    def __getitem__(self, name: str) -> object:
        if name.lower() != "link":
            return self._headers[name]
        return {rel: link["url"] for rel, link in self._response.links.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def is_gone(operation: Operation, response: httpx.Response) -> bool:
    """Tell whether an answer says that there is no such record: as HTTP does, or as the operation says it does."""
    return response.status_code in GONE or in_status_ranges(response.status_code, operation.ignored)


def without_tagged_values(card: EntityCard, data: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a record whose values are plain where its card says that some are answered as objects."""
    if not card.tagged_values:
        return data
    from qa_sync.systems.responses.tagged_values import without_tags  # noqa: PLC0415  few systems need it, all runs would load it

    return dict(without_tags(data, card.tagged_values))
