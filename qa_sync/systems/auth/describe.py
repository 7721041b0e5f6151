"""Describes the credentials that a system is accessed with; no character of a secret is shown."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote

from qa_sync.systems.auth.table import kind_of
from qa_sync.systems.connectors.operations import Service
from qa_sync.systems.templates.references import ReferenceResolver
from qa_sync.values.form import Json

CLAIMS: Final = ("preferred_username", "email", "upn", "name", "sub", "client_id", "azp", "appid")
"""Claims that name a token's owner, the most descriptive first. Source: RFC 7519 4.1, OpenID Connect Core 5.1."""


def describe_user(service: Service, references: ReferenceResolver, base_url: str) -> str:
    """Return a description of the authenticated user, as far as the credentials show it."""
    describe = DESCRIBERS.get(service.authentication or "")
    return describe(service, references) if describe else _by_headers(service, references) or _by_url(service, base_url)


def _user(service: Service, references: ReferenceResolver) -> str:
    return f"{_describe_name('user', service.username, references)} ({kind_of(service, references)})"


def _bearer(service: Service, references: ReferenceResolver) -> str:
    token = references.text(str(service.settings["jwt_token"]))
    owner = _token_owner(token)
    return f"{owner} (bearer token)" if owner else "bearer token"


def _api_key(service: Service, references: ReferenceResolver) -> str:
    config: Mapping[str, Json] = service.settings["api_key"]
    where = "query" if config["in"] == "query" else "header"
    return f"key in the {where} {references.text(str(config['name']))}"


def _client(service: Service, references: ReferenceResolver) -> str:
    config: Mapping[str, Json] = service.settings["oauth2"]
    return f"{_describe_name('client', str(config['client_id']), references)} (oauth2)"


def _employee(_service: Service, _references: ReferenceResolver) -> str:
    return "the owner of the employee token"


def _custom(_service: Service, references: ReferenceResolver) -> str:
    return f"the user of {references.system}'s token operation"


def _by_headers(service: Service, references: ReferenceResolver) -> str | None:
    """Return the user by the connector's own headers, or None if no header contains a secret."""
    for name, text in service.headers.items():
        if "$SECRET(" in str(text):
            value = references.text(str(text))
            owner = _token_owner(value.rpartition(" ")[2])
            return f"{owner} (header {name})" if owner else f"key in the header {name}"
    return None


def _by_url(service: Service, base_url: str) -> str:
    name, at, _ = base_url.partition("://")[2].partition("/")[0].rpartition("@")
    if at:
        return f"user {unquote(name.partition(':')[0])!r} (in the URL)"
    return "key in the URL" if "$SECRET(" in service.url_pattern else "no credentials"


def _describe_name(what: str, template: str, references: ReferenceResolver) -> str:
    return "key" if "$SECRET(" in template else f"{what} {references.text(template)!r}"


def _token_owner(token: str) -> str | None:
    """Return the owner of a token if it is a JWT that names one, else None; does not verify the signature."""
    parts = token.split(".")
    if len(parts) != len(("header", "claims", "signature")):
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    found = (claims.get(claim) for claim in CLAIMS) if isinstance(claims, dict) else ()
    return next((repr(name) for name in found if isinstance(name, str) and name), None)


DESCRIBERS: Final[Mapping[str, Callable[[Service, ReferenceResolver], str]]] = {
    "basic": _user,
    "digest": _user,
    "ntlm": _user,
    "custom_auth": _custom,
    "oauth1": _user,
    "jwt": _bearer,
    "api_key": _api_key,
    "oauth2": _client,
    "tripletex": _employee,
}
"""A describing function for each method of `qa_sync.systems.connectors.auth_options`."""
