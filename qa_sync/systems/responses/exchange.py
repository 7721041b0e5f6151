"""What a system answered: JSON, or an error that tells which system, which request, and what to do next.

Sources of the error bodies: facts/WIX.md 1, facts/WOOCOMMERCE.md 1.3, facts/MAPPING.md 5. No text from here holds a
secret, and what a system wrote is escaped.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NoReturn

import httpx

from qa_sync.errors import BadAnswer, Conflict, Refused, SystemUnreachable, Unclear
from qa_sync.frozen import dataclass
from qa_sync.systems.http.failures import UNCLEAR, cannot_be_sent, never_sent
from qa_sync.systems.http.request_extensions import ATTEMPTS_HEADER, ERRAND, REPEATABLE, STRANGER
from qa_sync.systems.responses.exchange_log import Heard
from qa_sync.values import paths
from qa_sync.values.form import Json

CODE_PATHS: Final = ("details.applicationError.code", "error.code", "code", "error")
MESSAGE_PATHS: Final = (
    "message",
    "error.message",
    "details.applicationError.description",
    "details.validationError.fieldViolations[0].description",
    "error_description",
    "error",
)
HINTS: Final[Mapping[int, str]] = {
    401: "check the secrets of this system in qa-sync.toml and in the environment",
    403: "check that the key may do this, and which site or company it belongs to",
    429: "the system limits how often it may be asked; wait, or run fewer sections at once",
}
SHOWN: Final = 200
"""How many characters of an answer that makes no sense are shown."""


UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"
TRUST: Final = "custom_ca_pem_chain in the connector, or SSL_CERT_FILE in the environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Judges the answers of one system; `hide` takes secrets out of every text."""

    label: str
    hide: Callable[[str], str]

    def expect(self, request: httpx.Request, response: httpx.Response, *, unclear: bool = False) -> None:
        """Return when the status is a success; raises Conflict, Refused or BadAnswer.

        With `unclear` a status that does not tell whether anything happened is Unclear.
        """
        if response.is_success:
            return
        if unclear and response.status_code in UNCLEAR:
            text = self._told(request, response, "it may have happened or not")
            raise Unclear(text, done=False, hint=f"look in {self.label} whether it happened")
        if response.is_client_error:
            self._refuse(request, response)
        if response.has_redirect_location:
            where = self._shown(response.headers["location"])
            raise BadAnswer(
                f"{self._what(request)}: redirected to {where}, which is not followed",
                hint=f"give the url of {self.label} as the system itself calls it",
            )
        self.bad(request, response, "a status that is no success")

    def json(self, request: httpx.Request, response: httpx.Response) -> Json:
        """Return the body with exact decimals; an empty body is None. Raises BadAnswer when it is not JSON."""
        if not response.content.strip():
            return None
        try:
            return EXACT.decode(response.content.removeprefix(BOM_UTF8).decode())
        except (ValueError, RecursionError):
            pass
        # Out here, so that the text that is no JSON does not hang on the error.
        return self.bad(request, response, "not JSON")

    def bad(self, request: httpx.Request, response: httpx.Response, why: str) -> NoReturn:
        """Raise BadAnswer with the status, the content type and how the answer begins."""
        raise BadAnswer(
            self._told(request, response, why),
            hint=f"is the url of {self.label} that of its API? look at what it answers there",
        )

    def shapeless(self, operation: str, why: str) -> NoReturn:
        """Raise BadAnswer about what an operation answered."""
        raise BadAnswer(f"{self.label}: {operation}: {why}", hint="does the connector fit the system's version?")

    def _refuse(self, request: httpx.Request, response: httpx.Response) -> NoReturn:
        status = response.status_code
        code, message = self._vendor_words(response)
        text = f"{self._what(request)}: refused with {status} {code or ''}".rstrip()
        hint = _woocommerce_hint(request, status, code) or HINTS.get(status)
        if status in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
            raise Conflict(f"{text}: {message}", status=status, code=code, hint=hint, repeated=_attempts(response) > 1)
        raise Refused(f"{text}: {message}", status=status, code=code, hint=hint)

    def _vendor_words(self, response: httpx.Response) -> tuple[str | None, str]:
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            return None, self._beginning(response)
        code = _first_text(body, CODE_PATHS)
        message = _first_text(body, MESSAGE_PATHS)
        return code and self._shown(code), self._shown(message) if message else self._beginning(response)

    def _told(self, request: httpx.Request, response: httpx.Response, why: str) -> str:
        kind = self._shown(response.headers.get("content-type", "no content type"))
        private = ERRAND in request.extensions and response.is_success
        begins = "not shown, for it is about a token" if private else self._beginning(response)
        return f"{self._what(request)}: {why}: status {response.status_code}, {kind}, {begins}"

    def _what(self, request: httpx.Request) -> str:
        url = request.url.copy_with(query=None, fragment=None, username=None, password=None)
        return f"{self.label}: {request.method} {self.hide(str(url))}"

    def _beginning(self, response: httpx.Response) -> str:
        text = response.content.decode("utf-8", "replace")  # whole: a secret cut in two would not be known
        return f"beginning {self._shown(text)!r}" if text else "with an empty body"

    def _shown(self, text: str) -> str:
        """Return a text from outside without secrets, shortened, with nothing in it that a terminal would act on."""
        plain = self.hide(text)
        short = plain if len(plain) <= SHOWN else plain[:SHOWN] + "..."
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Answers):
    """Sends requests for one system and judges the answers; `heard` keeps the last of both."""

    client: httpx.Client
    heard: Heard

    def send(self, request: httpx.Request, *, repeatable: bool = True) -> httpx.Response:
        """Return the answer, whatever its status; raises SystemUnreachable when there is none.

        For a request that is not to be repeated blindly it raises Unclear when the system may have seen it.
        """
        request.extensions[REPEATABLE] = repeatable
        try:
            response = self.client.send(request)
        except (httpx.RequestError, httpx.InvalidURL) as error:  # the url may be that of a redirect
            sent = not never_sent(error)
            hint = self._way_out(error)
            text = f"{self._what(request)}: no answer ({type(error).__name__}: {self._shown(_told_by(error))})"
        else:
            self.heard.note(request, response)
            return response
        self.heard.note(request, None)
        # Raised out here, so that nothing of the request hangs on the error.
        if sent and not repeatable:
            raise Unclear(text, done=False, hint=f"look in {self.label} whether it happened")
        raise SystemUnreachable(text, hint=hint)

    def nameless(self, request: httpx.Request, response: httpx.Response, why: str) -> NoReturn:
        """Raise Unclear about a create that was a success and does not tell what it made."""
        hint = f"look in {self.label} for the new record; does the connector fit the system's version?"
        raise Unclear(self._told(request, response, why), done=True, hint=hint)

    def _way_out(self, error: Exception) -> str:
        if UNTRUSTED in str(error):
            return f"give what its certificate is signed with: {TRUST}"
        if cannot_be_sent(error):
            return "a header holds what none can: is there a blank or a line's end around a secret in the environment?"
        if isinstance(error, httpx.ProxyError):
            return "a proxy is in between: the connector's proxies, or HTTPS_PROXY (NO_PROXY names what needs none)"
        return f"is the url of {self.label} right, and can it be reached from here?"

    def fetch(self, url: str) -> Json:
        """Return what is public at a url; nobody there learns who asks. Raises as `send`, `expect` and `json` do."""
        request = self.client.build_request("GET", url, extensions={STRANGER: True})
        response = self.send(request)
        self.expect(request, response)
        return self.json(request, response)

    def created(self, request: httpx.Request, response: httpx.Response) -> Json:
        """Return what a create was answered; raises Unclear for an answer that does not tell what came of it."""
        self.expect(request, response, unclear=True)
        try:
            return self.json(request, response)
        except BadAnswer as error:
            text, hint = error.message, error.hint
        raise Unclear(text, done=True, hint=hint)


def _told_by(error: Exception) -> str:
    """Return what a library tells of an error; of a url that is none it tells a part, in which no secret is known."""
    is_about_url = isinstance(error, httpx.InvalidURL) or isinstance(error.__context__, httpx.InvalidURL)
    return "it redirects to no url" if is_about_url else str(error)


def _attempts(response: httpx.Response) -> int:
    told = response.headers.get(ATTEMPTS_HEADER, "1")
    return int(told) if told.isdecimal() else 1


def _first_text(body: Json, candidates: tuple[str, ...]) -> str | None:
    found = (paths.read(body, path) for path in candidates)
    return next((text for text in found if isinstance(text, str) and text), None)


def _woocommerce_hint(request: httpx.Request, status: int, code: str | None) -> str | None:
    """Return what a 401 over plain http means there (facts/WOOCOMMERCE.md, measured: AUTH)."""
    if status != httpx.codes.UNAUTHORIZED or request.url.scheme != "http" or "woocommerce" not in (code or ""):
        return None
    return (
        "WooCommerce takes Basic (and keys in the query) over https only; give the url with https://, or, when it is "
        "signed (OAuth 1.0a), check the secrets and that the clocks of both machines agree"
    )


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


EXACT: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
"""Made once: there are hundreds of answers."""
