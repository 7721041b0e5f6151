"""A service -> how its requests are signed. A kind's module is imported when a connector uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

import httpx

from qa_sync.errors import UsageError
from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.connectors.auth_options import CUSTOM, NTLM

KINDS: Final[Mapping[str, str]] = {
    "basic": "basic",
    CUSTOM: "custom",
    "digest": "digest",
    "jwt": "bearer",
    NTLM: "ntlm",
    "api_key": "api_key",
    "oauth1": "oauth1",
    "oauth2": "oauth2",
    "tripletex": "tripletex",
}
"""The kinds by name, each a module of this folder with a function `make`."""

WOOCOMMERCE: Final = "/wp-json/wc/"
"""Where any WooCommerce API is, whoever wrote the connector."""


def make_auth(auth_context: AuthContext) -> httpx.Auth | None:
    """Return what signs the requests of a service, None when nothing does.

    Raises UsageError for a kind whose package is not installed: its extra is called like the kind.
    """
    kind = _kind(auth_context)
    if kind is None:
        return None
    try:
        make: Callable[[AuthContext], httpx.Auth] = import_module(f"qa_sync.systems.auth.{KINDS[kind]}").make
    except ModuleNotFoundError as error:
        label = auth_context.response_checker.label
        text = f"{label}: the authentication {kind!r} needs {error.name}, which is not installed"
        raise UsageError(text, hint=f"pip install 'qa-sync[{kind}]'") from None
    return make(auth_context)


def _kind(auth_context: AuthContext) -> str | None:
    kind = auth_context.service.authentication
    where = auth_context.references.text(auth_context.service.url_pattern)
    if kind == "basic" and where.startswith("http://") and WOOCOMMERCE in where:
        return "oauth1"  # over plain http WooCommerce takes no other credentials (facts/WOOCOMMERCE.md 1.2)
    return kind
