"""Creates the HTTP client of a service, with its references and its authentication.

Source: docs/explanation/design.rst, "Systems and connectors".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
from msgspec.structs import replace

from qa_sync.clock import Clock
from qa_sync.errors import UsageError
from qa_sync.systems.connectors.load import Connector
from qa_sync.systems.connectors.numbers import SERVICE_NUMBERS, resolve_number
from qa_sync.systems.connectors.operations import Operation, Service
from qa_sync.systems.http.direct_client import DirectClient, DirectTransport
from qa_sync.systems.http.redirects import parse_url
from qa_sync.systems.redaction import Redactor
from qa_sync.systems.responses.exchange import HttpExchange
from qa_sync.systems.responses.exchange_log import ExchangeLog
from qa_sync.systems.responses.response_checker import ResponseChecker
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.values.form import Json

BASE_URL: Final = "$ENV(base_url)"
READ_S: Final = 60
CONNECT_S: Final = 20
DISTINCTIVE: Final = 3
"""So many segments of an API's path are like no path of a site."""

LAST_PORT: Final = 65_535
"""A larger port would be truncated to another, wrong one."""


def references_for(
    label: str, connector: Connector, base_url: str, secrets: Mapping[str, str], env: Mapping[str, Json]
) -> ReferenceResolver:
    """Return the resolver of a connector's references.

    Raises UsageError, before the first request, for an invalid URL or a missing secret or parameter.
    """
    given = base_url or "base_url" in connector.parameters
    own = {"base_url": _checked_base_url(label, base_url, connector.service.url_pattern)} if given else {}
    references = ReferenceResolver(label, {**connector.defaults, **env, **own}, secrets)
    for kind, names in (("SECRET", connector.secrets), ("ENV", connector.parameters)):
        for name in sorted(names):
            references.value(kind, name)
    return references


def with_references_resolved(connector: Connector, references: ReferenceResolver) -> Connector:
    """Return a connector with its numbers and rules resolved; raises UsageError for an invalid number."""
    return replace(
        connector,
        service=_with_service_numbers(connector.service, references),
        operations={name: _resolved(each, references) for name, each in connector.operations.items()},
        further={name: _with_service_numbers(each, references) for name, each in connector.further.items()},
    )


def _with_service_numbers(service: Service, references: ReferenceResolver) -> Service:
    limits = {
        name: resolve_number(name, service.settings[name], name, references)
        for name in SERVICE_NUMBERS
        if name in service.settings
    }
    return replace(service, settings={**service.settings, **limits}) if limits else service


def _resolved(operation: Operation, references: ReferenceResolver) -> Operation:
    if operation.body and operation.body.rules:
        rules = operation.body.rules
        stages = tuple(references.tree(stage) for stage in rules.stages)
        filled = replace(rules, stages=stages, rewrite=references.tree(rules.rewrite))
        operation = replace(operation, body=replace(operation.body, rules=filled))
    return _with_operation_numbers(operation, references)


def _with_operation_numbers(operation: Operation, references: ReferenceResolver) -> Operation:
    if not operation.unresolved_numbers:
        return operation
    at = f"the operation {operation.name!r}"
    numbers: dict[str, Any] = {
        name: resolve_number(name, text, f"{name} of {at}", references)
        for name, text in operation.unresolved_numbers.items()
    }
    return replace(operation, unresolved_numbers={}, **numbers)


def make_exchange(
    service: Service,
    transport: httpx.BaseTransport,
    references: ReferenceResolver,
    exchange_log: ExchangeLog,
    clock: Clock | None,
) -> HttpExchange:
    """Return an exchange with a service; without a `clock` it does not authenticate."""
    redact = exchange_log.redact
    auth = make_auth_for(service, references, redact, clock) if clock else None
    if isinstance(transport, DirectTransport):
        client: httpx.Client = DirectClient(transport, auth)
    else:
        client = httpx.Client(transport=transport, auth=auth, timeout=_timeout(service), trust_env=False)
    return HttpExchange(label=references.system, redact=redact, client=client, exchange_log=exchange_log)


def make_auth_for(service: Service, references: ReferenceResolver, redact: Redactor, clock: Clock) -> httpx.Auth | None:
    """Return the authentication of a service, or None if it has none."""
    # Imported here because a replay does not authenticate and must start fast.
    from qa_sync.systems.auth.credentials import AuthContext  # noqa: PLC0415
    from qa_sync.systems.auth.table import make_auth  # noqa: PLC0415

    return make_auth(
        AuthContext(service, references, redact, clock, ResponseChecker(label=references.system, redact=redact))
    )


def _timeout(service: Service) -> httpx.Timeout:
    limits = service.settings
    return httpx.Timeout(limits.get("read_timeout") or READ_S, connect=limits.get("connect_timeout") or CONNECT_S)


def _checked_base_url(label: str, base_url: str, pattern: str) -> str:
    """Return the URL without the path of the API, which the pattern adds: some clients want it, and others do not."""
    url = parse_url(base_url) or httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > LAST_PORT:
        raise UsageError(f"the url of {label} is not a valid URL", hint="expected https://host/path")
    if "?" in base_url or "#" in base_url:  # the path of an operation would become a part of it
        hint = "expected https://host/path: the connector adds the path of the API"
        raise UsageError(f"the url of {label} has a query or a fragment", hint=hint)
    api_path = _api_path(pattern)
    site = _without_end(base_url.rstrip("/"), api_path)
    _check_for_other_path(label, site, api_path)
    return site


def _without_end(base_url: str, api_path: str) -> str:
    """Return the URL without the path of the API at its end, or without a part from the path's beginning.

    A part of one segment counts only where the path has three or more: a site can have `/api`, too.
    """
    segments = api_path.split("/")[1:]
    for number in range(len(segments), 1 if len(segments) < DISTINCTIVE else 0, -1):
        end = "".join(f"/{segment}" for segment in segments[:number])
        if base_url.lower().endswith(end.lower()):
            return base_url[: -len(end)]
    return base_url


def _check_for_other_path(label: str, base_url: str, api_path: str) -> None:
    """Raise UsageError for a URL with the path of another API, version or operation, such as `/wp-json/wc/v2`."""
    segments = api_path.split("/")[1:]
    if len(segments) < DISTINCTIVE:
        return
    site, start, _ = f"{base_url}/".lower().partition(f"/{segments[0]}/".lower())
    if start:
        other = base_url[len(site) :]
        raise UsageError(
            f"the url of {label} has {other!r}, but its connector uses {api_path!r}",
            hint=f"expected {base_url[: len(site)]}: the connector adds the path of the API",
        )


def _api_path(pattern: str) -> str:
    """Return the path that a URL pattern adds to the base URL; empty for a single segment, which a site can have, too.

    `$ENV(base_url)/wp-json/wc/v3/%s` -> `/wp-json/wc/v3`
    """
    path = pattern.removeprefix(BASE_URL).partition("%s")[0].rstrip("/") if pattern.startswith(BASE_URL) else ""
    return path if path.count("/") > 1 and "$" not in path else ""
