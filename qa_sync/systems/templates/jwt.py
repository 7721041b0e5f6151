"""Reads JSON Web Tokens in templates: `secret('jwt') | decode_jwt(key=secret('public_key'))`.

The only module that imports PyJWT, whose arguments the filter has. Claims are redacted like the token itself, so that a
replay, which has no secrets, sends the same requests as the recording.

Source: docs/explanation/connector-format-facts.rst, "Expressions"; RFC 7519.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.redaction import HIDDEN, Redactor
from qa_sync.systems.templates.token_placeholders import TokenPlaceholder, TrackedToken, UnknownMember
from qa_sync.values.form import Json

if TYPE_CHECKING:
    from jwt import PyJWK

CHECKS: Final = frozenset(
    {"verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_jti", "verify_nbf", "verify_sub", "strict_aud"}
)
"""Checks of the claims, enabled by default except the last; without `verify_sub` and `verify_jti` any value is one."""
SHORTEST: Final = 4
"""The length from which a claim counts as confidential."""
FURTHER: Final = frozenset({"audience", "issuer", "leeway", "detached_payload"})
FAULTS: Final = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
"""What the library raises for invalid tokens and keys, in addition to its own errors."""

Fetch = Callable[[str], Json]
"""Returns the JSON at a URL, cached."""


class JwtReader:
    """Decodes the tokens in one service's templates; without `fetch`, the key must be an argument."""

    def __init__(self, redact: Redactor, fetch: Fetch | None = None) -> None:
        self._redact = redact
        self._fetch = fetch

    def __call__(
        self,
        token: str | bytes,
        key: str = "",
        jwks_url: str = "",
        algorithms: str | Sequence[str] = ("RS256",),
        *,
        verify: bool = True,
        require: str | Sequence[str] = (),
        **arguments: Any,
    ) -> Mapping[str, Json] | str:
        """Return the claims of a token signed with its key; raises ConnectorError for any other token.

        `arguments` are FURTHER (`leeway` in seconds), and flags that enable or disable CHECKS.
        """
        if unknown := arguments.keys() - CHECKS - FURTHER:
            raise ConnectorError(f"decode_jwt: unknown argument {min(unknown)!r}")
        if verify and not (key or jwks_url):  # anyone can sign with an empty key
            raise ConnectorError("decode_jwt: needs 'key' or 'jwks_url', or verify=false")
        by_set = bool(jwks_url and verify)
        keys = self._key_set(jwks_url) if by_set else None
        if isinstance(token, TokenPlaceholder):
            return token
        if token == HIDDEN:
            return UnknownMember(HIDDEN)
        checks = {name: bool(arguments.pop(name)) for name in CHECKS & arguments.keys()}
        options = {"verify_signature": bool(verify), "require": _texts("require", require), **checks}
        allowed = _texts("algorithms", algorithms)
        given = {"algorithms": allowed, "options": options, **arguments}
        claims = _decoded(token, _matching_keys(token, keys) if by_set else [key], given)
        return TrackedToken(claims, self._add_secret)

    def _key_set(self, url: str) -> Json:
        if self._fetch is None:
            raise ConnectorError(
                "decode_jwt: 'jwks_url' is not available here", hint="pass the key itself: key=secret('...')"
            )
        if not str(url).startswith("https://"):
            raise ConnectorError("decode_jwt: jwks_url must be https, to prevent man-in-the-middle attacks")
        return self._fetch(url)

    def _add_secret(self, _path: str, value: Json) -> None:
        if isinstance(value, str) and len(value) >= SHORTEST:  # otherwise "1" would be redacted everywhere
            self._redact.add_secrets(value)


def _texts(name: str, value: str | Sequence[str]) -> list[str]:
    """Return an argument of a template as a list; raises ConnectorError if it is neither a text nor a list."""
    if isinstance(value, (str, list, tuple)):
        return [value] if isinstance(value, str) else list(value)
    raise ConnectorError(f"decode_jwt: {name} must be a text or a list of texts, got {value!r}")


def _import_pyjwt() -> ModuleType:
    """Return PyJWT, which is slow to import and rarely needed."""
    try:
        import jwt  # noqa: PLC0415  see above
    except ImportError as error:
        text = f"decode_jwt needs {error.name}, which is not installed"
        raise ConnectorError(text, hint="pip install 'qa-sync[jwt]'") from None
    warnings.filterwarnings("ignore", "The HMAC key is")  # the system's operator chose its key
    return jwt


def _matching_keys(token: str | bytes, keys: Json) -> list[PyJWK]:
    """Return the keys of a set that may have signed a token: the one that it names, else all."""
    jwt = _import_pyjwt()
    try:
        known: list[PyJWK] = jwt.PyJWKSet.from_dict(keys).keys
        named = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, *FAULTS) as error:
        raise ConnectorError(f"decode_jwt: {error}") from None
    fitting = [key for key in known if named in {None, key.key_id}]
    if not fitting:
        raise ConnectorError(f"decode_jwt: jwks_url has no key {named!r} ({len(known)} keys)")
    return fitting


def _decoded(token: str | bytes, keys: Sequence[PyJWK | str], given: Mapping[str, Any]) -> dict[str, Json]:
    """Return the claims by the first matching key; raises ConnectorError with the error of the last key."""
    jwt = _import_pyjwt()
    why = ""
    for key in keys:
        try:
            claims: dict[str, Json] = jwt.decode(token, key, **given)
        except (jwt.PyJWTError, *FAULTS) as error:
            why = str(error)
        else:
            return claims
    raise ConnectorError(f"decode_jwt: {why}")
