"""The way out to systems that really are somewhere else."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


def live_transport() -> httpx.BaseTransport:
    """Return a transport over the network; all of them share one TLS context, which is slow to make."""
    return httpx.HTTPTransport(verify=_tls())


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # SSL_CERT_FILE is respected
