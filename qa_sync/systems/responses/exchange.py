"""Sends requests to one system and checks its responses; a missing response is an error with what to do next."""

from __future__ import annotations

from typing import Final, NoReturn

import httpx

from qa_sync.errors import InvalidResponse, SystemUnreachable, UncertainWrite
from qa_sync.systems.http.failures import ResponseLimitExceeded, is_invalid_request, was_not_sent
from qa_sync.systems.http.redirects import INVALID_REDIRECT
from qa_sync.systems.http.request_extensions import IDEMPOTENT, OTHER_HOST
from qa_sync.systems.responses.exchange_log import ExchangeLog
from qa_sync.systems.responses.response_checker import ResponseChecker
from qa_sync.values.form import Json

UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
TRUST: Final = "custom_ca_pem_chain in the connector, or SSL_CERT_FILE in the environment"


class HttpExchange(ResponseChecker, frozen=True, kw_only=True):
    """Sends requests to one system and checks the responses; `exchange_log` keeps the latest of both."""

    client: httpx.Client
    exchange_log: ExchangeLog

    def send(self, request: httpx.Request, *, idempotent: bool = True) -> httpx.Response:
        """Return the response with any status; raises SystemUnreachable if there is none.

        For a non-idempotent request, raises UncertainWrite if the system may have received it.
        """
        request.extensions[IDEMPOTENT] = idempotent
        try:
            response = self.client.send(request)
        except (httpx.RequestError, *INVALID_REDIRECT) as error:
            sent = not was_not_sent(error)
            hint = self._connection_hint(error)
            reason = f"{type(error).__name__}: {self.shown(_error_text(error))}"
            text = f"{self.describe_request(request)}: no response ({reason})"
        else:
            self.exchange_log.note(request, response)
            return response
        self.exchange_log.note(request, None)
        # Raised outside the handler, so that the request is not attached to the error.
        if sent and not idempotent:
            raise UncertainWrite(text, succeeded=False, hint=f"check in {self.label} whether it was applied")
        raise SystemUnreachable(text, hint=hint)

    def raise_missing_id(self, request: httpx.Request, response: httpx.Response, why: str) -> NoReturn:
        """Raise UncertainWrite for a successful create whose response does not contain the new id."""
        hint = f"look for the new record in {self.label}; check that the connector fits the system's version"
        raise UncertainWrite(self.describe(request, response, why), succeeded=True, hint=hint)

    def _connection_hint(self, error: Exception) -> str:
        if UNTRUSTED in str(error):
            return f"set the CA of its certificate: {TRUST}"
        if is_invalid_request(error):
            return "a header has invalid characters: check for whitespace around the secrets in the environment"
        if isinstance(error, ResponseLimitExceeded) and error.setting:
            return f"if {self.label} really sends such responses, raise {error.setting} of it in qa-sync.toml"
        if isinstance(error, httpx.ProxyError):
            return "check the proxy: the connector's proxies, or HTTPS_PROXY (NO_PROXY lists hosts without a proxy)"
        return f"check the url of {self.label}, and that it can be reached from this machine"

    def fetch_public(self, url: str) -> Json:
        """Return the JSON at a public URL, requested without credentials.

        Raises what `send`, `expect_success` and `json` raise.
        """
        request = self.client.build_request("GET", url, extensions={OTHER_HOST: True})
        response = self.send(request)
        self.expect_success(request, response)
        return self.json(request, response)

    def read_created(self, request: httpx.Request, response: httpx.Response) -> Json:
        """Return the JSON response to a create; raises UncertainWrite if it does not show the result."""
        self.expect_success(request, response, uncertain=True)
        try:
            return self.json(request, response)
        except InvalidResponse as error:
            text, hint = error.message, error.hint
        raise UncertainWrite(text, succeeded=True, hint=hint)


def _error_text(error: Exception) -> str:
    """Return a library's message, or a fixed one for an invalid URL, because parts of secrets cannot be redacted."""
    is_about_url = isinstance(error, INVALID_REDIRECT) or isinstance(error.__context__, httpx.InvalidURL)
    return "it redirects to an invalid URL" if is_about_url else str(error)
