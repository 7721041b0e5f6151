"""Redacts confidential values in all texts.

`$ENV(x)` and `$SECRET(x)` are resolved before Jinja, so that no response can read a secret.

Source: docs/explanation/connector-format-facts.rst, "Values from the environment".
"""

from __future__ import annotations

import base64
import itertools
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from qa_sync.systems.escaped_letters import decode_letters, replace_decoded
from qa_sync.systems.secret_spellings import entity_names, spelling_pattern

HTTP_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""The loggers of httpx and of the libraries below it; a filter applies to one logger, not to its children."""

AUTH_LOGGERS: Final = ("oauthlib", "spnego")
"""Loggers that log at DEBUG what they sign, step by step; a password can be guessed from an NTLM response."""


def redact_logs(redact: Callable[[str], str]) -> None:
    """Apply `redact` to what the HTTP libraries log from now on."""
    for name in HTTP_LOGGERS:
        logging.getLogger(name).addFilter(_RedactingFilter(redact))  # an equal filter is not added twice
    for name in AUTH_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def stop_redacting_logs(redact: Callable[[str], str]) -> None:
    """Undo `redact_logs`."""
    for name in HTTP_LOGGERS:
        logging.getLogger(name).removeFilter(_RedactingFilter(redact))


class _RedactingFilter(Struct, frozen=True):
    redact: Callable[[str], str]

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redact(record.getMessage()), ()
        return True


SCHEME: Final = re.compile(r"^(?:[\w+.-]+:)?//")
HIDDEN: Final = "(hidden)"
TOKEN: Final = 8
"""The length from which a user name can be a token; a shorter one is an ordinary name, which may occur anywhere."""
URL_SAFE: Final = str.maketrans("+/", "-_")
UTF_32: Final = 4
WIDE_ENCODINGS: Final[Mapping[str, int]] = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": UTF_32, "utf-32-be": UTF_32}
"""Encodings with NUL bytes, which hide a secret from a search for its bytes: the bytes of a unit of each."""

SHORTEST_CORE: Final = 6
"""The number of bytes from which a value is also searched within base64; a shorter one would match by chance."""


class Redactor:
    """Redacts confidential values in a text, in every encoding in which a request or response may contain them.

    Values added during a run (fetched tokens) are redacted from then on. Thread-safe.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._known = _secrets(values)
        # The credentials of HTTP Basic, if both user name and password are confidential.
        self._pairs = [f"{name}:{password}" for name, password in itertools.permutations(sorted(self._known), 2)]
        self._pattern: re.Pattern[str] | None = None
        self._lock = Lock()

    def add_secrets(self, *values: str) -> None:
        """Redact these values too."""
        with self._lock:
            new = _secrets(values)
            if not new <= self._known:
                self._known |= new
                self._pattern = None

    def __call__(self, text: str) -> str:
        """Return the text with each confidential value replaced."""
        if not self._known:
            return text
        # Compiled at the first use, because a replay redacts nothing.
        pattern = self._pattern or self._compiled()
        return replace_decoded(pattern, HIDDEN, pattern.sub(HIDDEN, text))

    def _compiled(self) -> re.Pattern[str]:
        with self._lock:
            packed = {_base64(pair) for pair in self._pairs}
            packed |= {core for value in self._known for core in (_base64(value), *_base64_variants(value))}
            # Where letters are decoded, so are those of a secret that itself contains such an escape.
            values = self._known | packed | {decode_letters(value) for value in self._known}
            names = entity_names()
            longest_first = sorted(values - {""}, key=lambda value: (-len(value), value))
            self._pattern = re.compile("|".join(spelling_pattern(value, names) for value in longest_first))
            return self._pattern


def _secrets(values: Iterable[str]) -> frozenset[str]:
    """Return the values that are secrets: a replay has `HIDDEN` in their place, which it neither knows nor redacts."""
    return frozenset(value for value in values if value and value != HIDDEN)


def url_secrets(url: str) -> list[str]:
    """Return the secrets in a URL, as written and unquoted.

    These are the password before the host, and a long user name without a password (a token). The scheme of the URL may
    be missing, as in a proxy's URL.
    """
    place = SCHEME.sub("", url).partition("/")[0]
    name, _, password = place.rpartition("@")[0].partition(":")
    secret = password or (name if len(name) >= TOKEN else "")
    return [secret, unquote(secret), f"{unquote(name)}:{unquote(password)}"] if secret else []


def _base64(text: str) -> str:
    return base64.b64encode(text.encode(errors="surrogatepass")).decode()


def _base64_variants(value: str) -> Iterator[str]:
    """Yield the base64 forms of a value at any position in a longer text: three shifts, in both alphabets."""
    data = value.encode(errors="surrogatepass")  # JSON may write half a pair, in a token for example
    if len(data) < SHORTEST_CORE:
        return
    for shift in range(3):
        packed = base64.b64encode(bytes(shift) + data).decode().rstrip("=")
        # The first and last characters share bits with the neighboring bytes.
        core = packed[(0, 2, 3)[shift] : len(packed) - ((shift + len(data)) % 3 > 0)]
        yield core
        yield core.translate(URL_SAFE)


def redacted_body(redact: Callable[[str], str], content: bytes) -> bytes:
    """Return a body without its secrets, in any encoding."""
    if b"\0" in content:
        for encoding, width in WIDE_ENCODINGS.items():
            # What is not valid is read slowly, and in UTF-32 most of a character is NUL.
            if width < UTF_32 or b"\0\0" in content:
                content = _redacted_wide(redact, content, encoding, width)
    try:
        return redact(content.decode()).encode()
    except UnicodeDecodeError:
        return redact(content.decode("latin-1")).encode("latin-1")


def redacted_text(redact: Callable[[str], str], content: bytes) -> str:
    """Return a body as text without its secrets; what is not UTF-8 is replaced."""
    return redact(redacted_body(redact, content).decode("utf-8", "replace"))


def _redacted_wide(redact: Callable[[str], str], content: bytes, encoding: str, width: int) -> bytes:
    """Return a body without the secrets that it contains in an encoding of several bytes a character."""
    for start in range(width):  # a secret may begin at any byte
        end = len(content) - (len(content) - start) % width
        text = content[start:end].decode(encoding, "surrogatepass" if width < UTF_32 else "replace")
        if (redacted := redact(text)) != text:
            encoded = redacted.encode(encoding, "surrogatepass")
            content = content[:start] + encoded + content[end:]
    return content
