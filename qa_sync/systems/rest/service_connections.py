"""The connections to a connector's services: how requests of an operation are rendered, sent and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import httpx

from qa_sync.clock import Clock
from qa_sync.errors import InvalidResponse, RequestRejected
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.operations import Operation, Service
from qa_sync.systems.requests.rendering import RequestRenderer, find_url_rebase
from qa_sync.systems.requests.request import parsed_headers
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.exchange_log import ExchangeLog
from qa_sync.systems.responses.parsing import SentRequest, has_error_expression, read_error, select_entities
from qa_sync.systems.rest.clients import make_exchange
from qa_sync.systems.templates.filters import READER
from qa_sync.systems.templates.jwt import JwtReader
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.values.form import Json


class ServiceConnections:
    """One connection per service; `renderer` and `exchange` are those of the connector's main service.

    `transports` are those of the further services by name, `transport` is the main one and the default. `functions` are
    those of the templates. Without an `auth_clock` requests are not authenticated.
    """

    def __init__(
        self,
        connector: Connector,
        references: ReferenceResolver,
        transport: httpx.BaseTransport,
        transports: Mapping[str, httpx.BaseTransport],
        *,
        base_url: str,
        exchange_log: ExchangeLog,
        functions: Mapping[str, Callable[..., object]],
        auth_clock: Clock | None,
    ) -> None:
        self.label = references.system
        redact = exchange_log.redact
        site = str(references.env["base_url"]) if base_url else ""  # without the path of the API
        url_rebase = find_url_rebase(references.text(connector.service.url_pattern), site)

        def connect(service: Service, out: httpx.BaseTransport) -> tuple[RequestRenderer, HttpExchange]:
            exchange = make_exchange(service, out, references, exchange_log, auth_clock)
            reader = JwtReader(redact, cache(exchange.fetch_public))
            return RequestRenderer(service, references, redact, {**functions, READER: reader}, url_rebase), exchange

        self.renderer, self.exchange = connect(connector.service, transport)
        self._further = {
            name: connect(service, transports.get(name, transport)) for name, service in connector.further.items()
        }

    def close(self) -> None:
        """Close all connections."""
        for exchange in (self.exchange, *(exchange for _, exchange in self._further.values())):
            exchange.client.close()

    def of(self, operation: Operation) -> tuple[RequestRenderer, HttpExchange]:
        """Return renderer and exchange of an operation's service; most connectors have only one service."""
        return self._further.get(operation.system, (self.renderer, self.exchange))

    def send(
        self,
        operation: Operation,
        variables: Mapping[str, object],
        body: Json = None,
        headers: Mapping[str, str] | None = None,
        *,
        idempotent: bool = True,
    ) -> SentRequest:
        """Send the request of an operation, and return it with its response, of whatever status."""
        renderer, exchange = self.of(operation)
        call = renderer.make(operation, variables, body=body)
        request = call.request(exchange.client.build_request)
        if headers:
            request.headers.update(parsed_headers(operation.name, headers))
        return SentRequest(call, request, exchange.send(request, idempotent=idempotent), variables)

    def expect_success(self, operation: Operation, sent: SentRequest, *, uncertain: bool = False) -> None:
        """Return if a request was a success, by its status and, with an `error_expression`, by its body."""
        self.exchange.expect_success(sent.request, sent.response, uncertain=uncertain)
        if has_error_expression(operation):
            self.raise_reported_error(operation, sent, self.exchange.json(sent.request, sent.response))

    def shown(self, operation: Operation, sent: SentRequest) -> Json:
        """Return the entities in the response to a write, None where it is not JSON."""
        try:
            return select_entities(operation, self.exchange.json(sent.request, sent.response))
        except InvalidResponse:
            return None

    def read_object(self, operation: Operation) -> Mapping[str, Json]:
        """Return the object that an operation without variables reads; raises InvalidResponse for anything else."""
        sent = self.send(operation, {"entity": {"$source": {}}})
        self.expect_success(operation, sent)
        found = select_entities(operation, self.exchange.json(sent.request, sent.response))
        if not isinstance(found, Mapping):
            self.exchange.raise_invalid(sent.request, sent.response, "expected one object")
        return found

    def raise_reported_error(self, operation: Operation, sent: SentRequest, body: Json) -> None:
        """Raise RequestRejected if the body of a successful response reports an error."""
        if not has_error_expression(operation):
            return
        renderer, exchange = self.of(operation)
        if error_text := read_error(operation, renderer, sent.expression_variables(body)):
            text = f"{self.label}: {operation.name}: the system reports {exchange.redact(error_text)!r}"
            raise RequestRejected(text, status=sent.response.status_code)
