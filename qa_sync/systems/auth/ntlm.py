"""NTLM authentication: a handshake that authenticates a connection, not a request.

Source: MS-NTHT 3, RFC 5929 4 (binds the handshake to the server's certificate). A client with NTLM has one connection,
which only one request uses at a time.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Generator
from hashlib import new as new_hash
from threading import Lock
from typing import Final

import httpx
import spnego
from cryptography.x509 import load_der_x509_certificate
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.responses.response_checker import ResponseChecker

SCHEMES: Final = ("NTLM", "Negotiate")
"""The names of the scheme in a challenge, the usual one first."""
CHALLENGE: Final = "www-authenticate"
FAULTS: Final = (SpnegoError, ArithmeticError, LookupError, ValueError, struct.error)
"""What the library raises for an invalid challenge."""
WEAK: Final = frozenset({"md5", "sha1"})

Flow = Generator[httpx.Request, httpx.Response, httpx.Response]


def make(auth_context: AuthContext) -> httpx.Auth:
    r"""Return NTLM authentication for a user (`DOMAIN\user`, `user@domain`)."""
    auth_context.redact.add_secrets(auth_context.password)
    return NtlmAuth(auth_context.username, auth_context.password, auth_context.response_checker)


class NtlmAuth(httpx.Auth):
    """Runs the handshake at the first request and whenever the connection is not authenticated any more."""

    def __init__(self, username: str, password: str, response_checker: ResponseChecker) -> None:
        self._username = username
        self._password = password
        self._response_checker = response_checker
        self._lock = Lock()
        self._scheme = SCHEMES[0]
        self._is_authenticated = False

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request on an authenticated connection; raises InvalidResponse for an invalid challenge."""
        with self._lock:
            if self._is_authenticated:
                response = yield request
                if response.status_code != httpx.codes.UNAUTHORIZED:
                    return
            response = yield from self._negotiate(request)
            if response.status_code == httpx.codes.UNAUTHORIZED and (other := self._other_scheme(response)):
                self._scheme = other
                response = yield from self._negotiate(request)
            self._is_authenticated = response.status_code != httpx.codes.UNAUTHORIZED

    def _negotiate(self, request: httpx.Request) -> Flow:
        """Send the request with a negotiate message, and again with the response to the server's challenge."""
        client = spnego.client(
            self._username, self._password, hostname=request.url.host, service="http", protocol="ntlm"
        )
        response = yield self._with_message(request, client.step())
        challenge = self._challenge(response)
        if response.status_code != httpx.codes.UNAUTHORIZED or challenge is None:
            return response
        try:
            decoded = base64.b64decode(challenge, validate=True)
            reply = client.step(decoded, channel_bindings=_channel_bindings(response))
        except FAULTS:
            self._response_checker.raise_invalid(request, response, "invalid NTLM challenge")
        return (yield self._with_message(request, reply))

    def _with_message(self, request: httpx.Request, message: bytes | None) -> httpx.Request:
        """Return a copy of the request with a handshake message; later requests on the connection need none."""
        text = base64.b64encode(message or b"").decode()
        headers = httpx.Headers(request.headers)
        headers["Authorization"] = f"{self._scheme} {text}"
        return httpx.Request(
            request.method, request.url, headers=headers, content=request.read(), extensions=request.extensions
        )

    def _challenge(self, response: httpx.Response) -> str | None:
        offers = (offer.partition(" ") for offer in response.headers.get_list(CHALLENGE, split_commas=True))
        return next((text for name, _, text in offers if name.lower() == self._scheme.lower() and text), None)

    def _other_scheme(self, response: httpx.Response) -> str | None:
        """Return the other name of the scheme if the server offers only that one."""
        offered = {offer.lower() for offer in response.headers.get_list(CHALLENGE, split_commas=True)}
        names = [name for name in SCHEMES if name.lower() in offered]
        return names[0] if names and self._scheme not in names else None


def _channel_bindings(response: httpx.Response) -> GssChannelBindings | None:
    """Return the channel bindings for the server's certificate, or None over plain HTTP."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    certificate = tls.getpeercert(True) if tls else None
    if certificate is None:
        return None
    signed_by = load_der_x509_certificate(certificate).signature_hash_algorithm
    name = signed_by.name if signed_by and signed_by.name not in WEAK else "sha256"
    return GssChannelBindings(application_data=b"tls-server-end-point:" + new_hash(name, certificate).digest())
