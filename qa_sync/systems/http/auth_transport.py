"""A transport that authenticates: below retries, so that each attempt is signed, and below recording."""

from __future__ import annotations

import httpx

from qa_sync.systems.http.failures import ResponseLimitExceeded
from qa_sync.systems.http.request_extensions import TOKEN_REQUEST


class AuthTransport(httpx.BaseTransport):
    """Runs an `httpx.Auth` flow over another transport, as httpx's client does."""

    def __init__(self, inner: httpx.BaseTransport, auth: httpx.Auth | None) -> None:
        self._inner = inner
        self._auth = auth or httpx.Auth()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to the authenticated request, with its body read.

        Raises ConnectError if the request was never sent because its token could not be fetched.
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
