"""A transport that authenticates: below retries, so that each attempt is signed, and below recording."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import httpx

from qa_sync.errors import UsageError
from qa_sync.systems.http.failures import ResponseLimitExceeded
from qa_sync.systems.http.request_extensions import TOKEN_REQUEST

LOOPBACK_HINT: Final = (
    "give an address on this machine, as in parameters = { token_url = ... }; "
    "`qa-sync connectors check PATH` lists the addresses of a connector"
)


class AuthTransport(httpx.BaseTransport):
    """Runs an `httpx.Auth` flow over another transport, as httpx's client does.

    `site` is the URL of the system in the settings: if it is on this machine, no request and no token request leaves
    the machine, because they carry credentials of a test. `label` is the system's name, for messages.
    """

    def __init__(
        self, inner: httpx.BaseTransport, auth: httpx.Auth | None, site: httpx.URL | None = None, label: str = ""
    ) -> None:
        self._inner = inner
        self._auth = auth or httpx.Auth()
        self._stays_here = site is not None and is_loopback(site.host)
        self._label = label

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to the authenticated request, with its body read.

        Raises ConnectError if the request was never sent because its token could not be fetched, and UsageError for a
        request that would leave this machine, if the system is on it.
        """
        flow = self._auth.sync_auth_flow(request)
        try:
            current = next(flow)
            while True:
                response = self._send(current)
                try:
                    current = flow.send(response)
                except StopIteration:
                    return response
        finally:
            flow.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        if self._stays_here and not is_loopback(request.url.host):
            what = "its credentials" if TOKEN_REQUEST in request.extensions else "a request"
            url = request.url
            raise UsageError(
                f"the url of {self._label} is on this machine, but {what} would go to {url.scheme}://{url.host}; "
                "nothing was sent there",
                hint=LOOPBACK_HINT,
            )
        try:
            response = self._inner.handle_request(request)
            try:
                response.read()
            finally:
                response.close()
        except httpx.RequestError as error:
            if TOKEN_REQUEST not in request.extensions or isinstance(error, ResponseLimitExceeded):
                raise
            raise httpx.ConnectError(f"no token: {type(error).__name__}: {error}") from None
        response.request = request
        return response


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine. Source: RFC 6761, 6.3; RFC 1122, 3.2.1.3."""
    name = host.strip("[]").rstrip(".").casefold()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
