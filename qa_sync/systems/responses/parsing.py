"""Parses the response of an operation as its connector says.

Source: docs/explanation/connector-format-facts.rst, "Operations", "What pipes add" and "Expressions".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
from msgspec import Struct

from qa_sync.systems.cards import EntityCard
from qa_sync.systems.connectors.numbers import in_status_ranges
from qa_sync.systems.connectors.operations import Operation
from qa_sync.systems.requests.rendering import RequestRenderer
from qa_sync.systems.requests.request import RenderedRequest
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.headers import ResponseHeaders
from qa_sync.values import paths
from qa_sync.values.form import Json

JSON: Final = "application/json"
GONE: Final = frozenset({404, 410})


class NotModified(Exception):
    """The response to a conditional read is 304: nothing changed since then. Source: RFC 9110, 15.4.5."""


CONDITIONS: Final = ("If-Modified-Since", "If-None-Match")
"""The headers that make a read conditional. Source: RFC 9110, 13.1."""


class SentRequest(Struct, frozen=True):
    """A request with its response, and the variables of its templates (`given`)."""

    call: RenderedRequest
    request: httpx.Request
    response: httpx.Response
    given: Mapping[str, object]

    def expression_variables(self, body: Json) -> dict[str, object]:
        """Return the variables of expressions about the response; `body` is its JSON."""
        return {**self.given, **response_variables(self.call, ResponseHeaders(self.response), body)}


class OperationResponse(Struct, frozen=True):
    """One response of an operation: the request, the whole body, and the headers as expressions see them.

    `is_ignored` is true if the operation ignores responses with that status.
    """

    call: RenderedRequest
    request: httpx.Request
    response: httpx.Response
    body: Json
    headers: Mapping[str, object]
    is_ignored: bool = False

    @property
    def variables(self) -> dict[str, object]:
        """The variables of expressions about the response."""
        return response_variables(self.call, self.headers, self.body)


def response_variables(call: RenderedRequest, headers: Mapping[str, object], body: Json) -> dict[str, object]:
    """Return the variables of expressions about the response to a request."""
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
    """Send a request and return its response; raises what `HttpExchange` raises, and NotModified.

    A response with an ignored status, or with an allowed status that is not a success, is marked as ignored. If
    `error_expression` renders to a text, raises InvalidResponse with that text.
    """
    request = call.request(exchange.client.build_request)
    response = exchange.send(request)
    headers = ResponseHeaders(response)
    if _is_ignored(operation, response):
        return OperationResponse(call, request, response, None, headers, is_ignored=True)
    if response.status_code == httpx.codes.NOT_MODIFIED and any(name in request.headers for name in CONDITIONS):
        raise NotModified
    exchange.expect_success(request, response, is_list=True)
    if operation.allowed and not in_status_ranges(response.status_code, operation.allowed):
        exchange.raise_invalid(request, response, "a status that the operation does not allow")
    is_json = _is_json(response, renderer.service.json_content_types)
    if operation.response_property and not is_json:
        raw = {operation.response_property: _text(response), "content-type": response.headers.get("content-type")}
        return OperationResponse(call, request, response, [raw], headers)
    reply = OperationResponse(call, request, response, exchange.json(request, response), headers)
    error_text = (
        has_error_expression(operation)
        and is_json
        and read_error(operation, renderer, {**variables, **reply.variables})
    )
    if error_text:
        exchange.raise_invalid(request, response, f"the system reports {exchange.redact(error_text)!r}")
    return reply


def has_error_expression(operation: Operation) -> bool:
    """Return whether an operation's `error_expression` applies; the format requires a `payload_property` with it."""
    return bool(operation.error_expression and operation.payload_property)


def read_error(operation: Operation, renderer: RequestRenderer, expression_variables: Mapping[str, object]) -> str:
    """Return the rendered `error_expression` of a response; empty if there is no error."""
    return renderer.text(operation, operation.error_expression or "", expression_variables).strip()


def select_entities(operation: Operation, body: Json) -> Json:
    """Return the part of a body that `payload_property` names: a literal member takes precedence over a dotted path.

    None if there is no such part or the body is not an object.
    """
    name = operation.payload_property
    if name is None:
        return body
    if not isinstance(body, Mapping):
        return None
    return body[name] if name in body else paths.read(body, name)


def _is_ignored(operation: Operation, response: httpx.Response) -> bool:
    status = response.status_code
    return in_status_ranges(status, operation.ignored) or (
        not response.is_success and in_status_ranges(status, operation.allowed)
    )


def _text(response: httpx.Response) -> str:
    """Return a body as text, in its declared encoding if that is known, else as UTF-8."""
    try:
        return response.content.decode(response.charset_encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        return response.content.decode("utf-8", "replace")


def _is_json(response: httpx.Response, known: tuple[str, ...]) -> bool:
    whole = response.headers.get("content-type", "")
    kind = whole.partition(";")[0].strip().lower()
    return kind == JSON or whole in known or kind in known


def is_gone(operation: Operation, response: httpx.Response) -> bool:
    """Return whether a response means that the record does not exist, by HTTP or by the operation's settings."""
    return response.status_code in GONE or in_status_ranges(response.status_code, operation.ignored)


def without_tagged_values(card: EntityCard, data: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a record with tagged values (see the card) replaced by plain ones."""
    if not card.tagged_values:
        return data
    from qa_sync.systems.responses.tagged_values import without_tags  # noqa: PLC0415  rarely needed

    return dict(without_tags(data, card.tagged_values))
