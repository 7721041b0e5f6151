"""What a `system:rest` says of the connections to it, and what can be wrong with that. Pure; facts/SESAM.md 1.1."""

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
"""The properties of a system that say how one connects to it."""

SCHEMES: Final = ("http", "https", "socks5", "socks5h")
"""What a proxy can speak."""
PREFIX: Final = r"(?i:https?|all)(?::(?://[^/?#@]*/?)?)?"
"""What a proxy can be given for: a scheme (`https`, `https://`), or a scheme and a host (`https://erp.example:8443`)."""


def connection_problems(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what a system says of its connections: the key and the words."""
    chain = system.get(CHAIN)
    if chain and not _is_reference(chain) and "-----BEGIN CERTIFICATE-----" not in chain:
        yield CHAIN, "holds no certificate in PEM form"
    for prefix, url in (system.get(PROXIES) or {}).items():
        if not re.fullmatch(PREFIX, prefix):
            yield f"{PROXIES}.{prefix}", "expected a scheme, or a scheme and a host: 'https', 'https://host'"
        if url and not _is_reference(url) and str(url).partition("://")[0] not in SCHEMES:
            yield f"{PROXIES}.{prefix}", f"expected the url of a proxy: {', '.join(SCHEMES)}"


def connection_notes(system: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what one should know of the connections to a system: the key and the words."""
    if system.get(VERIFY) is False:
        yield VERIFY, "is false: whoever stands in between can read the credentials"
    if system.get(ANY_LENGTH):
        yield ANY_LENGTH, "is not followed: an answer with an invalid Content-Length counts as none"


def _is_reference(value: Json) -> bool:
    return str(value).startswith("$")


DEFAULT: Final = "default"
"""What a `retry_strategy` calls the statuses that it does not name."""
READS: Final = ("max_read_retries", "read_retry_delay")
LIMITING: Final = ("rate_limiting_retries", "rate_limiting_delay")
WRITES: Final = ("max_retries_per_entity", "write_retry_delay")
"""What a `retry_strategy` calls the number of repetitions, and the seconds before each."""
