"""A transport that shows who one is: beneath retries, so that each attempt is signed anew, and beneath recordings."""

from __future__ import annotations

import httpx

from qa_sync.systems.http.request_extensions import TOKEN_REQUEST


class AuthTransport(httpx.BaseTransport):
    """Carries an `httpx.Auth` out over another transport, as httpx's client does."""

    def __init__(self, inner: httpx.BaseTransport, auth: httpx.Auth | None) -> None:
        self._inner = inner
        self._auth = auth or httpx.Auth()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to the signed request, read whole.

        Raises ConnectError when the request itself was never sent, because what had to be fetched for it was not there.
        """
        flow = self._auth.sync_auth_flow(request)
        try:
            current = next(flow)
            while True:
                response = self._sent(current)
                try:
                    current = flow.send(response)
                except StopIteration:
                    return response
        finally:
            flow.close()

    def _sent(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._inner.handle_request(request)
            try:
                response.read()
            finally:
                response.close()
        except httpx.RequestError as error:
            if TOKEN_REQUEST not in request.extensions:
                raise
            raise httpx.ConnectError(f"no token: {type(error).__name__}: {error}") from None
        response.request = request
        return response
