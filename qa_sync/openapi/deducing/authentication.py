"""Deduces how requests authenticate, from the security of the operations.

The names of secrets come from a fixed list, never from the document. Source:
https://spec.openapis.org/oas/v3.1.1.html, "Security Requirement Object".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from qa_sync.errors import UnknownName
from qa_sync.openapi.model import Authentication
from qa_sync.openapi.reading.node import Node
from qa_sync.openapi.reading.routes import Route
from qa_sync.openapi.spelling import is_copyable
from qa_sync.values.form import Json

PREFIX: Final = re.compile(r"prefix\w*\W+[\"'`]?([A-Za-z-]{2,20})[\"'`]?", re.IGNORECASE)
MAX_DESCRIPTION: Final = 2_000
HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}")
ORDER: Final = ("bearer", "apiKey", "basic", "clientCredentials", "oauth2")
"""The schemes that are preferred where a document offers several."""


def authentication_of(root: Node, routes: Iterable[Route], chosen: str | None = None) -> Authentication:
    """Return how the routes authenticate; `chosen` is a scheme's name. Raises UnknownName for an unknown scheme."""
    schemes = dict(root.get("components", "securitySchemes").members()) | dict(
        root.get("securityDefinitions").members()
    )
    offers = _alternatives(root, routes)
    if chosen is not None:
        if chosen not in schemes:
            raise UnknownName("security scheme", chosen, schemes)
        offers = [offer for offer in offers if chosen in offer] or [{chosen: []}]
    offers = [offer for offer in offers if offer and all(name in schemes for name in offer)]
    if not offers:
        return Authentication({})
    best = min(offers, key=lambda offer: max(_rank(schemes[name]) for name in offer))
    names = ", ".join(best)
    guess = f"of {len(offers)} ways to authenticate, {names} is taken" if len(offers) > 1 else ""
    return _combined([_of_scheme(schemes[name], scopes) for name, scopes in best.items()], guess)


def header_names(authentication: Authentication) -> frozenset[str]:
    """Return the headers that an authentication sends, in lower case."""
    return frozenset({*(name.lower() for name in authentication.system.get("headers", {})), "authorization"})


def _alternatives(root: Node, routes: Iterable[Route]) -> list[Mapping[str, list[str]]]:
    """Return the alternatives of all routes, the most frequent first; each is a set of schemes with scopes."""
    offers: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for route in routes:
        required = route.operation.get("security") or root.get("security")
        for offer in required.elements():
            found = {
                name: [s.value for s in scopes.elements() if isinstance(s.value, str)]
                for name, scopes in offer.members()
            }
            kept = offers.setdefault(tuple(sorted(found)), {name: [] for name in found})
            for name, scopes in found.items():
                kept[name] += [scope for scope in scopes if scope not in kept[name]]
    return list(offers.values())


def _kind(scheme: Node) -> str:
    kind = scheme.text("type")
    if kind == "http":
        return scheme.text("scheme").lower()
    if kind == "oauth2":
        flows = {name for name, _ in scheme.get("flows").members()} | {scheme.text("flow")}
        return "clientCredentials" if flows & {"clientCredentials", "application"} else "oauth2"
    return kind


def _rank(scheme: Node) -> int:
    kind = _kind(scheme)
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _of_scheme(scheme: Node, scopes: list[str]) -> Authentication:
    kind = _kind(scheme)
    if kind == "apiKey":
        return _key(scheme)
    if kind == "basic":
        basic = {"authentication": "basic", "username": "$SECRET(username)", "password": "$SECRET(password)"}
        return Authentication(basic, ("username", "password"))
    if kind == "clientCredentials":
        return _client_credentials(scheme, scopes)
    guess = "" if kind == "bearer" else "a token that you already have is sent as a bearer token"
    return Authentication({"jwt_token": "$SECRET(token)"}, ("token",), guess=guess)


def _key(scheme: Node) -> Authentication:
    name, place = scheme.text("name"), scheme.text("in")
    if not HEADER.fullmatch(name) or not is_copyable(name):
        return Authentication({}, guess="the name of the key's header cannot be used")
    if place == "query":
        return Authentication({"api_key": {"in": "query", "name": name, "value": "$SECRET(api_key)"}}, ("api_key",))
    prefix = PREFIX.search(scheme.text("description")[:MAX_DESCRIPTION])
    guess = f"the description names the prefix {prefix[1]}" if prefix else ""
    if not prefix and name.lower() == "authorization" and place == "header":
        guess = "the key may need a word before it, such as Bearer: as part of the secret, or in the header"
    value = f"{prefix[1]} $SECRET(api_key)" if prefix else "$SECRET(api_key)"
    if place == "cookie":
        return Authentication({"headers": {"Cookie": f"{name}=$SECRET(api_key)"}}, ("api_key",))
    return Authentication({"headers": {name: value}}, ("api_key",), guess=guess)


def _client_credentials(scheme: Node, scopes: list[str]) -> Authentication:
    flow = scheme.get("flows", "clientCredentials") or scheme
    url = flow.text("tokenUrl")
    if not re.fullmatch(r"https?://[^\s{}$]+|/[^\s{}$]*", url):
        return Authentication(
            {"jwt_token": "$SECRET(token)"}, ("token",), guess="the document gives no usable token URL"
        )
    oauth: dict[str, Json] = {
        "client_id": "$SECRET(client_id)",
        "client_secret": "$SECRET(client_secret)",
        "token_url": url if "://" in url else f"{{{{@ base_url @}}}}{url}",
    }
    if scopes and all(is_copyable(scope) for scope in scopes):
        oauth["scope"] = scopes
    return Authentication({"authentication": "oauth2", "oauth2": oauth}, ("client_id", "client_secret"), token_url=url)


def _combined(parts: list[Authentication], guess: str) -> Authentication:
    """Return several schemes that are needed together as one; two keys get names of their own."""
    system: dict[str, Json] = {}
    secrets: list[str] = []
    for part in parts:
        members = dict(part.system)
        names = list(part.secrets)
        if "api_key" in names and "api_key" in secrets:
            members = {k: _renamed(v) for k, v in members.items()}
            names = ["second_key"]
        headers = {**system.get("headers", {}), **members.pop("headers", {})}
        system |= members | ({"headers": headers} if headers else {})
        secrets += [name for name in names if name not in secrets]
    reasons = "; ".join(dict.fromkeys(reason for reason in (guess, *(part.guess for part in parts)) if reason))
    return Authentication(
        system, tuple(secrets), next((part.token_url for part in parts if part.token_url), ""), reasons
    )


def _renamed(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _renamed(member) for name, member in value.items()}
    return value.replace("$SECRET(api_key)", "$SECRET(second_key)") if isinstance(value, str) else value
