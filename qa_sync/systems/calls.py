"""An operation and its variables -> an HTTP request. Source: facts/SESAM.md 1.2 and 1.5."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote

import httpx

from qa_sync.errors import ConnectorError, NotConvertible
from qa_sync.systems.confidential import Filler
from qa_sync.systems.connector import Operation, Service
from qa_sync.systems.expressions import render, render_tree
from qa_sync.values.form import Json

ABSOLUTE: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Call:
    """A rendered operation; two equal calls are the same request. `payload` is None when there is no body."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Json]
    payload: Json

    def request(self, client: httpx.Client) -> httpx.Request:
        """Return the request; the parameters are merged into the query that the url may have already."""
        url = httpx.URL(self.url)
        if self.params:
            url = url.copy_merge_params({k: _spelled(v) for k, v in self.params.items()})
        content = None if self.payload is None else encoded(self.payload)
        kind = {} if content is None else {"Content-Type": "application/json"}
        return client.build_request(self.method, url, headers={**kind, **self.headers}, content=content)


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes the calls of one service; `hide` takes secrets out of every text."""

    service: Service
    filler: Filler
    hide: Callable[[str], str]

    def make(
        self, operation: Operation, variables: Mapping[str, object], *, body: Json = None, link: str | None = None
    ) -> Call:
        """Render url, headers, parameters and payload in that order, each seeing those before it.

        `body` is an entity's payload and wins over the operation's; `link` is where the next page is. Raises
        ConnectorError that names the operation.
        """
        try:
            return self._made(operation, variables, body, link)
        except ConnectorError as error:
            raise ConnectorError(
                f"{self.filler.system}: operation {operation.name!r}: {self.hide(error.message)}"
            ) from None

    def _made(self, operation: Operation, variables: Mapping[str, object], body: Json, link: str | None) -> Call:
        known = {"properties": {}, "page_size": operation.page_size, **variables}
        url = render(self.filler.text(operation.url), _safe_in_url(known)) if link is None else link
        known["url"] = url
        headers = render_tree(self.filler.tree({**self.service.headers, **operation.headers}), known)
        known["headers"] = headers
        params = render_tree(self.filler.tree(operation.params), known)
        known["request_params"] = params
        payload = render_tree(self.filler.tree(operation.payload), known) if body is None else body
        return Call(operation.method, self._absolute(url), headers, params, payload)

    def _absolute(self, url: str) -> str:
        pattern = self.filler.text(self.service.url_pattern)
        if url.startswith(ABSOLUTE):
            return url
        return pattern.replace("%s", url, 1) if "%s" in pattern else pattern + url


def encoded(payload: Json) -> bytes:
    """Return a payload as JSON; raises NotConvertible for a decimal that a JSON number cannot carry exactly."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), default=_number).encode()


def _number(value: object) -> float:
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    raise NotConvertible(f"{value!r} has no exact form as a JSON number")


def _spelled(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _safe_in_url(variables: Mapping[str, object]) -> dict[str, object]:
    """Return the variables with the entity's own members quoted: an id from outside stays one segment of a path."""
    entity = variables.get("entity")
    if not isinstance(entity, Mapping):
        return dict(variables)
    return {**variables, "entity": {k: quote(v, safe="") if isinstance(v, str) else v for k, v in entity.items()}}
