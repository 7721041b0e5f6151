"""Checks responses: returns JSON, or raises an error with the system, the request, and what to do next.

No message contains a secret, and texts of a system are escaped. Sources of the error bodies:
docs/explanation/vendors/wix.rst, "Common rules"; docs/explanation/vendors/woocommerce.rst, "Errors";
docs/explanation/vendors/customerp.rst and custom-webshop.rst, "The API".
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

import httpx
from msgspec import Struct

from qa_sync.errors import Conflict, InvalidResponse, RequestRejected, UncertainWrite
from qa_sync.systems.http.failures import GATEWAY_STATUSES
from qa_sync.systems.http.redirects import parse_url
from qa_sync.systems.http.request_extensions import (
    ATTEMPTS_HEADER,
    REDIRECTED,
    REDIRECTED_HEADER,
    TOKEN_REQUEST,
)
from qa_sync.systems.redaction import redacted_text
from qa_sync.values import paths
from qa_sync.values.form import Json
from qa_sync.values.json_text import read_exact_json

CODE_PATHS: Final = ("details.applicationError.code", "error.code", "code", "error")
MESSAGE_PATHS: Final = (
    "message",
    "error.message",
    "details.applicationError.description",
    "details.validationError.fieldViolations[0].description",
    "error_description",
    "error",
)
HINTS: Final[Mapping[int, str]] = {
    401: "check the secrets of this system in qa-sync.toml and in the environment",
    403: "check that the key may do this, and which site or company it belongs to",
    429: "the system limits the request rate; wait, or run fewer sections in parallel",
}
READ_BYTES: Final = 64 * 1024
"""The bytes of a body that are read to describe a problem."""
SHOWN: Final = 200
"""The largest number of characters of an invalid response shown."""


class ResponseChecker(Struct, frozen=True, kw_only=True):
    """Checks the responses of one system; `redact` is applied to every message."""

    label: str
    redact: Callable[[str], str]

    def expect_success(
        self, request: httpx.Request, response: httpx.Response, *, uncertain: bool = False, is_list: bool = False
    ) -> None:
        """Return if the status is a success; raises Conflict, RequestRejected or InvalidResponse.

        With `uncertain`, raises UncertainWrite for a status that does not show whether the write was applied. With
        `is_list`, a 404 has a hint: a list exists wherever the API does.
        """
        if response.is_success:
            return
        if uncertain and response.status_code in GATEWAY_STATUSES:
            text = self.describe(request, response, "the write may or may not have been applied")
            raise UncertainWrite(text, succeeded=False, hint=f"check in {self.label} whether it was applied")
        if response.is_client_error:
            hint = f"check the url of {self.label}: its connector adds the path of the API to it"
            self._raise_rejected(request, response, hint if is_list else None)
        if response.has_redirect_location:
            where = self.shown(response.headers["location"])
            raise InvalidResponse(
                f"{self.describe_request(request, response)}: redirected to {where}, which is not followed",
                hint=self._redirect_hint(request, response),
            )
        down = f"{self.label} has a problem of its own: try again later, or look at its log"
        self.raise_invalid(request, response, "not a success", down if response.is_server_error else None)

    def json(self, request: httpx.Request, response: httpx.Response) -> Json:
        """Return the body with exact decimals; an empty body is None. Raises InvalidResponse if it is not JSON."""
        if not response.content.strip():
            return None
        try:
            return read_exact_json(response.content.removeprefix(BOM_UTF8))
        except (ValueError, RecursionError):
            pass
        # Outside the handler, so that the invalid text is not attached to the error.
        return self.raise_invalid(request, response, "not JSON")

    def raise_invalid(
        self, request: httpx.Request, response: httpx.Response, why: str, hint: str | None = None
    ) -> NoReturn:
        """Raise InvalidResponse with the status, the content type and the start of the body."""
        usual = f"check that the url of {self.label} is that of its API"
        raise InvalidResponse(self.describe(request, response, why), hint=hint or usual)

    def raise_unexpected_shape(self, operation: str, why: str) -> NoReturn:
        """Raise InvalidResponse for the response of an operation."""
        raise InvalidResponse(
            f"{self.label}: {operation}: {why}", hint="check that the connector fits the system's version"
        )

    def _raise_rejected(self, request: httpx.Request, response: httpx.Response, missing: str | None) -> NoReturn:
        """Raise Conflict or RequestRejected; `missing` is the hint for a 404."""
        status = response.status_code
        code, message = self._vendor_error(response)
        text = f"{self.describe_request(request, response)}: rejected with {status} {code or ''}".rstrip()
        hint = _woocommerce_hint(request, status, code) or {**HINTS, httpx.codes.NOT_FOUND: missing}.get(status)
        if status in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
            raise Conflict(f"{text}: {message}", status=status, code=code, hint=hint, repeated=_attempts(response) > 1)
        raise RequestRejected(f"{text}: {message}", status=status, code=code, hint=hint)

    def _vendor_error(self, response: httpx.Response) -> tuple[str | None, str]:
        if len(response.content) > READ_BYTES:
            return None, self._body_start(response)
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            return None, self._body_start(response)
        code = _first_text(body, CODE_PATHS)
        message = _first_text(body, MESSAGE_PATHS)
        return code and self.shown(code), self.shown(message) if message else self._body_start(response)

    def describe(self, request: httpx.Request, response: httpx.Response, why: str) -> str:
        """Return what is wrong with a response: the request, the status, the content type, the start of the body."""
        kind = self.shown(response.headers.get("content-type", "no content type"))
        private = TOKEN_REQUEST in request.extensions and response.is_success
        begins = "body not shown (token)" if private else self._body_start(response)
        return f"{self.describe_request(request, response)}: {why}: status {response.status_code}, {kind}, {begins}"

    def describe_request(self, request: httpx.Request, response: httpx.Response | None = None) -> str:
        """Return the request in words, with the URL that responded, or did not, after redirects."""
        url = request.url.copy_with(query=None, fragment=None, username=None, password=None)
        text = f"{self.label}: {request.method} {self.redact(str(url))}"
        headers = httpx.Headers() if response is None else response.headers
        where = headers.get(REDIRECTED_HEADER) or request.extensions.get(REDIRECTED)
        return f"{text}, redirected to {self.shown(where)}" if where else text

    def _redirect_hint(self, request: httpx.Request, response: httpx.Response) -> str:
        """Return what to do about a redirect that is not followed."""
        hint = f"set the url of {self.label} to the target of the redirect"
        url = parse_url(response.headers["location"], request.url)
        host = url.netloc.decode("ascii") if url else ""
        if url and request.method == "GET" and url.scheme == request.url.scheme and self.redact(host) == host:
            return f'{hint}, or, if that host may respond for {self.label}, allow it: redirects = ["{host}"]'
        return hint

    def _body_start(self, response: httpx.Response) -> str:
        # More than is shown, because a secret cut in two would not be redacted.
        text = redacted_text(self.redact, response.content[:READ_BYTES])
        return f"beginning {self.shown(text)!r}" if text else "with an empty body"

    def shown(self, text: str) -> str:
        """Return a text from outside redacted, shortened, and without control characters."""
        plain = self.redact(text)
        short = plain if len(plain) <= SHOWN else plain[:SHOWN] + "..."
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def _attempts(response: httpx.Response) -> int:
    count = response.headers.get(ATTEMPTS_HEADER, "1")
    return int(count) if count.isdecimal() else 1


def _first_text(body: Json, candidates: tuple[str, ...]) -> str | None:
    found = (paths.read(body, path) for path in candidates)
    return next((text for text in found if isinstance(text, str) and text), None)


def _woocommerce_hint(request: httpx.Request, status: int, code: str | None) -> str | None:
    """Return a hint for a 401 of WooCommerce over plain HTTP.

    Source: docs/explanation/vendors/woocommerce.rst, "Credentials as measured".
    """
    if status != httpx.codes.UNAUTHORIZED or request.url.scheme != "http" or "woocommerce" not in (code or ""):
        return None
    return (
        "WooCommerce accepts Basic (and keys in the query) over https only; use https://, or, for OAuth 1.0a, "
        "check the secrets and that the clocks of both machines agree"
    )
