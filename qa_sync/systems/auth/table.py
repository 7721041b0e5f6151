"""The table of authentication methods. A method's module is imported when a connector uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

import httpx

from qa_sync.errors import UsageError
from qa_sync.systems.auth.credentials import AuthContext
from qa_sync.systems.connectors.auth_options import CUSTOM, NTLM
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.templates.references import ReferenceResolver

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
"""The module of each method, which is in this folder and has a function `make`."""

WOOCOMMERCE: Final = "/wp-json/wc/"
"""The path of the WooCommerce API in any shop, used for any connector."""


def make_auth(auth_context: AuthContext) -> httpx.Auth | None:
    """Return the authentication of a service, or None if it has none.

    Raises UsageError if the method's package is not installed; the extra has the method's name.
    """
    kind = kind_of(auth_context.service, auth_context.references)
    if kind is None:
        return None
    try:
        make: Callable[[AuthContext], httpx.Auth] = import_module(f"qa_sync.systems.auth.{KINDS[kind]}").make
    except ModuleNotFoundError as error:
        label = auth_context.response_checker.label
        text = f"{label}: the authentication {kind!r} needs {error.name}, which is not installed"
        raise UsageError(text, hint=f"pip install 'qa-sync[{kind}]'") from None
    return make(auth_context)


def kind_of(service: Service, references: ReferenceResolver) -> str | None:
    """Return how requests to a service are authenticated, None if they are not."""
    kind = service.authentication
    where = references.text(service.url_pattern)
    if kind == "basic" and where.startswith("http://") and WOOCOMMERCE in where:
        return "oauth1"  # WooCommerce accepts nothing else over plain HTTP
    return kind
