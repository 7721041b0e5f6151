"""OAuth 1.0a with one leg, HMAC-SHA256, in the query: WooCommerce over plain http. Source: facts/WOOCOMMERCE.md 1.2."""

from __future__ import annotations

import secrets
from collections.abc import Generator

import httpx
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_QUERY, Client

from qa_sync.clock import Clock
from qa_sync.systems.auth.credentials import AuthContext, with_url


def make(auth_context: AuthContext) -> httpx.Auth:
    """Return a signer that takes the user's name for the consumer's key and the password for its secret."""
    auth_context.redact.add_secrets(auth_context.username, auth_context.password)
    return OAuth1(auth_context.username, auth_context.password, auth_context.clock)


class OAuth1(httpx.Auth):
    """Signs each attempt anew: a nonce is good for one request, a time for a quarter of an hour."""

    def __init__(self, key: str, secret: str, clock: Clock) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with its signature; the body is not part of it."""
        client = Client(
            self._key,
            client_secret=self._secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_QUERY,
            timestamp=str(int(self._clock.now().timestamp())),
            nonce=secrets.token_hex(16),
        )
        # What a url may show as it is (`[`, `|`) must be escaped to be signed.
        url = request.url.copy_with(params=request.url.params) if request.url.query else request.url
        signed, _, _ = client.sign(str(url), http_method=request.method)
        yield with_url(request, signed)
