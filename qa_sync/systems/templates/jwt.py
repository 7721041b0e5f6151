"""What stands in a JSON Web Token, for templates: `secret('jwt') | decode_jwt(key=secret('public_key'))`.

Source: docs/explanation/connector-format-facts.rst, "Expressions", RFC 7519. The only home of PyJWT, whose arguments
the filter has. What a template takes of a token is confidential, as the token is: a replay, which has no secrets, then
asks for what was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from qa_sync.errors import ConnectorError
from qa_sync.systems.redaction import HIDDEN, Redactor
from qa_sync.systems.templates.token_placeholders import TokenPlaceholder, TrackedToken, UnknownMember
from qa_sync.values.form import Json

if TYPE_CHECKING:
    from jwt import PyJWK

CHECKS: Final = frozenset({"verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_nbf", "strict_aud"})
"""What is checked of the claims, unless it is said that it is not; the last only when it is said that it is."""
SHORTEST: Final = 4
"""How long a claim must be to be taken for confidential."""
FURTHER: Final = frozenset({"audience", "issuer", "leeway", "detached_payload"})
FAULTS: Final = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError)
"""What the library raises for tokens and keys that are none, beside its own errors."""

Fetch = Callable[[str], Json]
"""Returns what is at a url, which is asked for once."""


class JwtReader:
    """Reads the tokens that one service's templates ask about; without `fetch` a key must be given to it."""

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
        **told: Any,
    ) -> Mapping[str, Json] | str:
        """Return the claims of a token that its key has signed; raises ConnectorError for any other.

        `told` are FURTHER (`leeway` in seconds), and which of CHECKS are made.
        """
        if unknown := told.keys() - CHECKS - FURTHER:
            raise ConnectorError(f"decode_jwt: unknown argument {min(unknown)!r}")
        if verify and not (key or jwks_url):  # an empty key is one that anybody can sign with
            raise ConnectorError("decode_jwt: needs 'key' or 'jwks_url', or verify=false")
        by_set = bool(jwks_url and verify)
        keys = self._key_set(jwks_url) if by_set else None
        if isinstance(token, TokenPlaceholder):
            return token
        if token == HIDDEN:
            return UnknownMember(HIDDEN)
        checks = {name: bool(told.pop(name)) for name in CHECKS & told.keys()}
        required = [require] if isinstance(require, str) else list(require)
        options = {"verify_signature": bool(verify), "require": required, **checks}
        allowed = [algorithms] if isinstance(algorithms, str) else list(algorithms)
        given = {"algorithms": allowed, "options": options, **told}
        claims = _decoded(token, _matching_keys(token, keys) if by_set else [key], given)
        return TrackedToken(claims, self._add_secret)

    def _key_set(self, url: str) -> Json:
        if self._fetch is None:
            raise ConnectorError("decode_jwt: keys are not fetched here", hint="give the key itself: key=secret('...')")
        if not url.startswith("https://"):
            raise ConnectorError("decode_jwt: jwks_url must be https: whoever stands in between could give other keys")
        return self._fetch(url)

    def _add_secret(self, _path: str, value: Json) -> None:
        if isinstance(value, str) and len(value) >= SHORTEST:  # "1" would be hidden wherever it stands
            self._redact.add_secrets(value)


def _import_pyjwt() -> ModuleType:
    """Return PyJWT, which is slow to load, and which hardly any connector asks for."""
    try:
        import jwt  # noqa: PLC0415  see above
    except ImportError as error:
        text = f"decode_jwt needs {error.name}, which is not installed"
        raise ConnectorError(text, hint="pip install 'qa-sync[jwt]'") from None
    return jwt


def _matching_keys(token: str | bytes, keys: Json) -> list[PyJWK]:
    """Return the keys of a set that a token can be signed with: the one that it names, else all."""
    jwt = _import_pyjwt()
    try:
        known: list[PyJWK] = jwt.PyJWKSet.from_dict(keys).keys
        named = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, *FAULTS) as error:
        raise ConnectorError(f"decode_jwt: {error}") from None
    fitting = [key for key in known if named in {None, key.key_id}]
    if not fitting:
        raise ConnectorError(f"decode_jwt: none of the {len(known)} keys at jwks_url is {named!r}")
    return fitting


def _decoded(token: str | bytes, keys: Sequence[PyJWK | str], given: Mapping[str, Any]) -> dict[str, Json]:
    """Return the claims by the first key that fits; raises ConnectorError that tells why the last one did not."""
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
