"""What must not be told: filled into a request where the connector asks for it, taken out of every text.

Source: facts/SESAM.md 1.7. `$ENV(x)` and `$SECRET(x)` are filled in before Jinja, so that nothing that a system
answered can ask for a secret.
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

HTTP_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""The loggers of httpx and what it stands on; a filter holds for the logger that it is put on, not for its children."""

AUTH_LOGGERS: Final = ("oauthlib", "spnego")
"""Tell at DEBUG what they sign and how, step by step; of an NTLM answer a password can be guessed."""


def redact_logs(redact: Callable[[str], str]) -> None:
    """Take out of what the HTTP libraries log from now on what `redact` takes out of a text."""
    for name in HTTP_LOGGERS:
        logging.getLogger(name).addFilter(_RedactingFilter(redact))  # a filter that is there already is not added again
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
"""Characters of a name that can be a token; a shorter one is somebody's, and its letters stand everywhere."""
SLASHES: Final = r"(?:\\|%(?:25)*5[cC])+"
AND: Final = "(?:&|%(?:25)*26)"
END: Final = "(?:;|%(?:25)*3[bB])"
NUMBER: Final = "(?:#|%(?:25)*23)"
"""What escapes are made of: it may be escaped itself, as in a url within a url, or JSON within JSON."""

SHORT: Final[Mapping[str, str]] = {
    "\\": SLASHES,
    "\n": SLASHES + "n",
    "\r": SLASHES + "r",
    "\t": SLASHES + "t",
    " ": r"(?:\+|%(?:25)*2[bB])",
}
NAMED: Final[Mapping[str, str]] = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
"""Escapes of one character that JSON, urls and HTML have beside their general ones."""

URL_SAFE: Final = str.maketrans("+/", "-_")
SHORTEST_CORE: Final = 6
"""How many bytes a value must have to be looked for within base64: fewer leave letters that are found by chance."""


class Redactor:
    """Takes confidential values out of a text, in every spelling in which a request or an answer may show them.

    What is learned while running (a token that was fetched) is hidden from then on; any thread may teach and ask.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._known = frozenset(v for v in values if v)
        # What HTTP Basic makes of a name and a password, if both are confidential.
        self._pairs = [f"{name}:{password}" for name, password in itertools.permutations(sorted(self._known), 2)]
        self._pattern: re.Pattern[str] | None = None
        self._lock = Lock()

    def add_secrets(self, *values: str) -> None:
        """Hide these values too."""
        with self._lock:
            new = frozenset(v for v in values if v)
            if not new <= self._known:
                self._known |= new
                self._pattern = None

    def __call__(self, text: str) -> str:
        """Return the text with each confidential value replaced."""
        if not self._known:
            return text
        # Compiled at the first use: a replay hides nothing, and should not pay for it.
        pattern = self._pattern or self._compiled()
        return pattern.sub(HIDDEN, text)

    def _compiled(self) -> re.Pattern[str]:
        with self._lock:
            packed = {_base64(pair) for pair in self._pairs}
            packed |= {core for value in self._known for core in (_base64(value), *_base64_variants(value))}
            longest_first = sorted(self._known | packed, key=lambda value: (-len(value), value))
            self._pattern = re.compile("|".join("".join(map(_escaped_pattern, value)) for value in longest_first))
            return self._pattern


def url_secrets(url: str) -> list[str]:
    """Return what must be hidden of a url, as it is written and as it is meant.

    That is the password before its host; a long name without one is a token. The url of a proxy may lack its scheme.
    """
    place = SCHEME.sub("", url).partition("/")[0]
    name, _, password = place.rpartition("@")[0].partition(":")
    secret = password or (name if len(name) >= TOKEN else "")
    return [secret, unquote(secret), f"{unquote(name)}:{unquote(password)}"] if secret else []


def _escaped_pattern(char: str) -> str:
    """Return a pattern for a character however it is escaped, and however often: JSON, HTML, in a url, as itself."""
    if char.isascii() and char.isalnum():
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    unicode = "".join(rf"{SLASHES}u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4))
    octets = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass"))
    entity = f"{NUMBER}0*{ord(char)}|{NUMBER}[xX]0*(?i:{ord(char):x})"
    if char in NAMED:
        entity = f"{NAMED[char]}|{entity}"
    ways = [f"{AND}(?:amp{END})*(?:{entity}){END}", unicode, f"(?:{SLASHES})?(?:{octets}|{re.escape(char)})"]
    return "(?:" + "|".join([SHORT[char], *ways] if char in SHORT else ways) + ")"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _base64_variants(value: str) -> Iterator[str]:
    """Yield what base64 makes of a value whatever stands before and after it: three shifts, in both alphabets."""
    data = value.encode()
    if len(data) < SHORTEST_CORE:
        return
    for shift in range(3):
        packed = base64.b64encode(bytes(shift) + data).decode().rstrip("=")
        # The first letters and the last share their bits with the neighbours.
        core = packed[(0, 2, 3)[shift] : len(packed) - ((shift + len(data)) % 3 > 0)]
        yield core
        yield core.translate(URL_SAFE)


def redacted_body(redact: Redactor, content: bytes) -> bytes:
    """Return a body without its confidential values, whatever bytes it holds."""
    try:
        return redact(content.decode()).encode()
    except UnicodeDecodeError:
        return redact(content.decode("latin-1")).encode("latin-1")
