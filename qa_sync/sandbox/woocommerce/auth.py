"""Authentication: Basic or keys in the query over https, OAuth 1.0a over http.

Source: docs/explanation/vendors/woocommerce.rst, "Credentials" and "Credentials as measured".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request

from qa_sync.sandbox.desk import Rejection
from qa_sync.sandbox.woocommerce.errors import refuse

KEY = "ck_sandbox_not_a_secret"
SECRET = "cs_sandbox_not_a_secret"  # noqa: S105 - a sandbox has no secrets
READ_KEY = "ck_sandbox_read_only"
READ_SECRET = "cs_sandbox_read_only"  # noqa: S105 - a sandbox has no secrets
KEYS = {KEY: SECRET, READ_KEY: READ_SECRET}
LOCAL = ("127.0.0.1", "localhost", "::1")
DIGESTS = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA1": hashlib.sha1}
OAUTH = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")
FRESH_SECONDS = 15 * 60
NOBODY = {
    "GET": ("cannot_view", "Sorry, you cannot list resources."),
    "POST": ("cannot_create", "Sorry, you are not allowed to create resources."),
    "PUT": ("cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "PATCH": ("cannot_edit", "Sorry, you are not allowed to edit this resource."),
    "DELETE": ("cannot_delete", "Sorry, you are not allowed to delete this resource."),
}


class Door:
    """Authenticates every request; stores the nonces."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._nonces: set[tuple[str, str]] = set()

    def check(self, request: Request) -> None:
        """Raise the shop's 401 unless the request is authenticated and permitted."""
        if request.url.scheme == "https" or request.url.hostname in LOCAL:
            key = _by_secret(request) or self._by_signature(request)
        else:
            key = self._by_signature(request)
        if key is None:
            code, message = NOBODY.get(request.method, NOBODY["GET"])
            raise refuse(401, f"woocommerce_rest_{code}", message)
        if key == READ_KEY and request.method not in ("GET", "HEAD"):
            raise _denied("The API key provided does not have write permissions.")

    def _by_signature(self, request: Request) -> str | None:
        given = {name: request.query_params.get(f"oauth_{name}", "") for name in OAUTH}
        key = given["consumer_key"]
        if not key:
            return None
        if key not in KEYS:
            raise _denied("Consumer key is invalid.")
        if given["signature_method"] not in DIGESTS:
            raise _denied("Invalid signature - signature method is invalid.")
        if not hmac.compare_digest(_signature(request, given["signature_method"], KEYS[key]), given["signature"]):
            raise _denied("Invalid signature - provided signature does not match.")
        self._check_nonce(key, given["nonce"], given["timestamp"])
        return key

    def _check_nonce(self, key: str, nonce: str, timestamp: str) -> None:
        if not timestamp.isdigit() or abs(int(timestamp) - self._now().timestamp()) > FRESH_SECONDS:
            raise _denied("Invalid timestamp.")
        if (key, nonce) in self._nonces:
            raise _denied("Invalid nonce - nonce has already been used.")
        self._nonces.add((key, nonce))


def _denied(message: str) -> Rejection:
    return refuse(401, "woocommerce_rest_authentication_error", message)


def _by_secret(request: Request) -> str | None:
    key, secret = request.query_params.get("consumer_key", ""), request.query_params.get("consumer_secret", "")
    if not key:
        key, secret = _basic(request.headers.get("authorization", ""))
    if key not in KEYS:
        return None
    if secret != KEYS[key]:
        raise _denied("Consumer secret is invalid.")
    return key


def _basic(header: str) -> tuple[str, str]:
    kind, _, packed = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        key, _, secret = base64.b64decode(packed).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return key, secret


def _signature(request: Request, method: str, secret: str) -> str:
    pairs = sorted(
        (_enc(name), _enc(value)) for name, value in request.query_params.multi_items() if name != "oauth_signature"
    )
    address = str(request.url.replace(query=""))
    base = "&".join((request.method, _enc(address), _enc("&".join(f"{n}={v}" for n, v in pairs))))
    digest = hmac.new(f"{secret}&".encode(), base.encode(), DIGESTS[method]).digest()
    return base64.b64encode(digest).decode()


def _enc(text: str) -> str:
    return quote(text, safe="~")
