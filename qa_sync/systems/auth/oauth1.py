"""One-legged OAuth 1.0a (HMAC-SHA256, in the query), for WooCommerce over plain HTTP.

Source: docs/explanation/vendors/woocommerce.rst, "Credentials".
"""

from __future__ import annotations

import secrets
from collections.abc import Generator

import httpx
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import AuthContext, with_url


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return authentication with the user name as consumer key and the password as consumer secret."""
    auth_context.redact.add_secrets(auth_context.username, auth_context.password)
    return OAuth1(auth_context.username, auth_context.password, auth_context.clock)


class OAuth1(httpx.Auth):
    """Signs each attempt separately: a nonce is valid for one request, a timestamp for 15 minutes."""

    def __init__(self, key: str, secret: str, clock: Clock) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a signature, which does not cover the body."""
        client = Client(
            self._key,
            client_secret=self._secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self._clock.now().timestamp())),
            nonce=secrets.token_hex(16),
        )
        # Characters that are valid unescaped in a URL (`[`, `|`) must be escaped in the signed one.
        url = request.url.copy_with(params=request.url.params) if request.url.query else request.url
        signed, _, _ = client.sign(str(url), http_method=request.method)
        yield with_url(request, signed)
