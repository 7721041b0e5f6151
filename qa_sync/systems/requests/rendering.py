"""Renders the templates of an operation.

Source: docs/explanation/connector-format-facts.rst, "Operations" and "Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import urljoin

import httpx
from msgspec import Struct, field
from msgspec.structs import replace

from qa_sync.errors import ConnectorError
from qa_sync.systems.connectors.auth_options import CUSTOM
from qa_sync.systems.connectors.operations import USES_SINCE, Operation, Service
from qa_sync.systems.requests.encoding import to_text
from qa_sync.systems.requests.request import RenderedRequest
from qa_sync.systems.requests.resolved_operation import ResolvedOperation, resolve_operation
from qa_sync.systems.requests.url_values import ABSOLUTE, names_record, reject_other_place, safe_in_url
from qa_sync.systems.templates.jinja import SKIP, render
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.systems.templates.simple_expressions import names_in, render_simple
from qa_sync.systems.templates.token_placeholders import TokenPlaceholders, TrackedToken
from qa_sync.values.form import Json

SHORT: Final = ("access_token", "refresh_token")
"""The members of a token for which `custom_auth` can define variable names (deprecated)."""


class RequestRenderer(Struct, frozen=True):
    """Renders the requests of one service; `functions` are those that templates can call.

    `url_rebase` is the connector's origin and the URL to use instead (None: no replacement).
    """

    service: Service
    references: ReferenceResolver
    redact: Callable[[str], str]
    functions: Mapping[str, object] = field(default_factory=dict)
    url_rebase: tuple[str, str] | None = None
    _resolved: dict[int, ResolvedOperation] = field(default_factory=dict)

    def make(
        self, operation: Operation, variables: Mapping[str, object], *, body: Json = None, link: str | None = None
    ) -> RenderedRequest:
        """Render URL, headers, parameters and payload in that order; each can use those before it.

        `body` is an entity's payload and overrides the operation's; `link` is the URL of the next page. Raises
        ConnectorError that names the operation.
        """
        try:
            call = self._repeated(operation, variables, body, link)
        except ConnectorError as error:
            raise self.with_operation_name(operation, error) from None
        if self.service.authentication != CUSTOM or isinstance(variables.get("token"), TrackedToken):
            return call
        return replace(call, rerender=partial(self._of_token, operation, variables, body=body, link=link))

    def text(self, operation: Operation, template: str, seen: Mapping[str, object]) -> str:
        """Return an expression rendered for a response; raises ConnectorError that names the operation."""
        try:
            return render(self.references.text(template), {**self.known(operation, {}), **seen})
        except ConnectorError as error:
            raise self.with_operation_name(operation, error) from None

    def with_operation_name(self, operation: Operation, error: ConnectorError) -> ConnectorError:
        """Return an error with the operation's name and without secrets."""
        return ConnectorError(f"{self._name(operation)}: {self.redact(error.message)}", hint=error.hint)

    def _name(self, operation: Operation) -> str:
        return f"{self.references.system}: operation {operation.name!r}"

    def known(self, operation: Operation, variables: Mapping[str, object]) -> dict[str, object]:
        """Return the variables of all templates of an operation."""
        properties = self._resolve_references(operation).properties
        known = {**self.functions, "page_size": operation.page_size, "properties": properties, **variables}
        if "since" in known:
            known.setdefault(operation.since_name, known["since"])
        if self.service.authentication != CUSTOM:
            return known
        token = known.get("token")
        return known | self._of(token if isinstance(token, TrackedToken) else TokenPlaceholders())

    def _of(self, token: TrackedToken | TokenPlaceholders) -> dict[str, object]:
        """Return the variables for a token and, if the connector names them, for two of its members."""
        custom = self.service.settings[CUSTOM]
        members = {name: custom.get(f"{name}_property") for name in SHORT}
        return {"token": token} | {name: token[at] for name, at in members.items() if at and at in token}

    def _of_token(
        self,
        operation: Operation,
        variables: Mapping[str, object],
        token: TrackedToken,
        *,
        body: Json,
        link: str | None,
    ) -> RenderedRequest:
        link = link and token.fill_url(link)
        return self.make(operation, {**variables, "token": token}, body=body, link=link)

    def _resolve_references(self, operation: Operation) -> ResolvedOperation:
        """Return an operation's templates with `$ENV` and `$SECRET` resolved, which is done once."""
        resolved = self._resolved.get(id(operation))
        if resolved is None or resolved.operation is not operation:
            resolved = resolve_operation(operation, self.service, self.references, self.functions)
            self._resolved[id(operation)] = resolved
        return resolved

    def _repeated(
        self, operation: Operation, variables: Mapping[str, object], body: Json, link: str | None
    ) -> RenderedRequest:
        """Return the rendered request; polls repeat the same few requests, which are rendered once."""
        resolved = self._resolve_references(operation)
        key = resolved.repeat_key(variables) if body is None and link is None else None
        return resolved.repeated(key) or resolved.keep(key, self._made(resolved, variables, body, link))

    def _made(
        self, resolved: ResolvedOperation, variables: Mapping[str, object], body: Json, link: str | None
    ) -> RenderedRequest:
        operation = resolved.operation
        known = self.known(operation, variables)
        url = self._url(resolved.url, known) if link is None else link
        entity = known.get("entity")
        known = {**(entity if isinstance(entity, Mapping) else {}), **known, "url": url}
        if resolved.uses_params:  # otherwise parameters may use headers
            known["params"] = resolved.params.render(known)
        headers = _texts(resolved.headers.render(known))
        headers |= self._since(operation, known, "header")
        if not (resolved.params.constant and resolved.payload.constant):
            known["headers"] = httpx.Headers(headers)
        params = resolved.params.render(known) | self._since(operation, known, "query")
        known["request_params"] = params
        payload = resolved.payload.render(known) if body is None else body
        payload = None if payload is SKIP else payload
        place = self._own_url(resolved, url, variables) if link is None else None
        return RenderedRequest(
            operation.method,
            place or self._absolute(url, resolved.url_pattern, variables),
            headers,
            params,
            payload,
            operation.payload_type,
            self._name(operation),
            rate_limiting=(operation.rate_limiting_retries, operation.rate_limiting_delay),
        )

    def _url(self, text: str, known: Mapping[str, object]) -> str:
        if "{" not in text:
            return text
        token = known.get("token")
        quoted = self._of(token.quoted()) if isinstance(token, TrackedToken) else {}
        known = {**known, **quoted}
        names = names_in(text)
        filled = None if names is None else render_simple(text, safe_in_url(known, names))
        return render(text, safe_in_url(known)) if filled is None else filled

    def _own_url(self, resolved: ResolvedOperation, url: str, variables: Mapping[str, object]) -> str:
        """Return the absolute URL of a rendered one; raises ConnectorError if it leaves the operation's collection."""
        pattern, template, properties = resolved.url_pattern, resolved.url, resolved.properties
        absolute = self._absolute(url, pattern, variables)
        if "{" in template:
            known = properties.values() if isinstance(properties, Mapping) else ()
            hosts = (self._absolute("", pattern, {}), template, *(each for each in known if isinstance(each, str)))
            reject_other_place(template, url, absolute, hosts=hosts, of_record=names_record(variables))
        return absolute

    def _since(self, operation: Operation, known: Mapping[str, object], place: str) -> dict[str, str]:
        """Return the time of the last change if it is sent in that place, unless the URL already contains it."""
        if not operation.supports_since or operation.since_location != place or known.get("since") is None:
            return {}
        return {} if re.search(USES_SINCE, operation.url) else {operation.since_name: str(known["since"])}

    def _absolute(self, url: str, pattern: str, variables: Mapping[str, object]) -> str:
        """Return an absolute URL, relative to the previous page (a bare query) or by the service's pattern."""
        if url.startswith(ABSOLUTE):
            return self._rebase(url)
        before = variables.get("previous_url")
        if url.startswith("?") and isinstance(before, str):
            return urljoin(before, url)
        if "%s" not in pattern:
            return self._rebase(pattern + url)
        return self._rebase(pattern.replace("%s", url.removeprefix("/") if "/%s" in pattern else url, 1))

    def _rebase(self, url: str) -> str:
        """Return a URL with the connector's origin replaced by the system's base URL."""
        if self.url_rebase is None:
            return url
        there, here = self.url_rebase
        rest = url.removeprefix(there)
        return here + rest if rest != url and rest[:1] in {"", "/", "?"} else url


def find_url_rebase(pattern: str, base_url: str) -> tuple[str, str] | None:
    """Return the origin of a URL pattern and the URL to use instead, or None if they do not differ."""
    origin = re.match(r"https?://[^/?#%]+", pattern)
    if origin is None or not base_url or re.match(rf"{re.escape(base_url)}(?:[/?#%]|$)", pattern):
        return None
    return origin[0], base_url


def _texts(headers: Mapping[str, Json]) -> dict[str, str]:
    texts = {name: to_text(value) for name, value in headers.items() if value is not None}
    for name, text in texts.items():
        if not text.isascii() or "\n" in text:
            raise ConnectorError(f"invalid value of the header {name!r}: {text!r}")
    return texts
