"""The connection settings of a `system:rest` and their problems; pure.

Source: docs/explanation/connector-format-facts.rst, "The system".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from qa_sync.values.form import Json

VERIFY: Final = "verify_ssl"
CHAIN: Final = "custom_ca_pem_chain"
PROXIES: Final = "proxies"
ANY_LENGTH: Final = "ignore_invalid_content_length_response_header"

CONNECTION_SETTINGS: Final = (VERIFY, CHAIN, PROXIES)
"""The connection settings of a system."""

SCHEMES: Final = ("http", "https", "socks5", "socks5h")
"""The schemes of proxy URLs."""
PREFIX: Final = r"(?i:https?|all)(?::(?://[^/?#@]*/?)?)?"
"""The key of a proxy: a scheme (`https`, `https://`), or a scheme and a host (`https://erp.example:8443`)."""


def connection_problems(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield the problems of a system's connection settings, each as key and message."""
    chain = system.get(CHAIN)
    if chain and not _is_reference(chain) and "-----BEGIN CERTIFICATE-----" not in chain:
        yield CHAIN, "contains no certificate in PEM format"
    for prefix, url in (system.get(PROXIES) or {}).items():
        if not re.fullmatch(PREFIX, prefix):
            yield f"{PROXIES}.{prefix}", "expected a scheme, or a scheme and a host: 'https', 'https://host'"
        if url and not _is_reference(url) and str(url).partition("://")[0] not in SCHEMES:
            yield f"{PROXIES}.{prefix}", f"expected a proxy URL with one of the schemes {', '.join(SCHEMES)}"


def connection_notes(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield warnings about a system's connection settings, each as key and message."""
    if system.get(VERIFY) is False:
        yield VERIFY, "is false: a man in the middle can read the credentials"
    if system.get(ANY_LENGTH):
        yield ANY_LENGTH, "is not supported: a response with an invalid Content-Length counts as no response"


def _is_reference(value: Json) -> bool:
    return str(value).startswith("$")


DEFAULT: Final = "default"
"""The key of a `retry_strategy` for all statuses that it does not name."""
READS: Final = ("max_read_retries", "read_retry_delay")
LIMITING: Final = ("rate_limiting_retries", "rate_limiting_delay")
WRITES: Final = ("max_retries_per_entity", "write_retry_delay")
"""The keys for the number of retries and for the delay in seconds."""
