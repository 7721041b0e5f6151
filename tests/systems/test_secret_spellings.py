"""A secret in any spelling that its letters can have is hidden, and nothing else is."""

from __future__ import annotations

import html
import json
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qa_sync.systems.escaped_letters import decode_letters
from qa_sync.systems.redaction import HIDDEN, Redactor, redacted_body
from qa_sync.systems.secret_spellings import entity_names

NAMES = entity_names()

WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda char: char,
    "decimal": lambda char: f"&#{ord(char)};",
    "decimal with zeros": lambda char: f"&#000{ord(char)};",
    "hexadecimal": lambda char: f"&#x{ord(char):x};",
    "hexadecimal with zeros": lambda char: f"&#X0{ord(char):X};",
    "named": lambda char: f"&{NAMES[char][0]};" if char in NAMES else f"&#{ord(char)};",
    "percent": lambda char: "".join(f"%{byte:02X}" for byte in char.encode()),
    "percent of percent": lambda char: "".join(f"%25{byte:02x}" for byte in char.encode()),
    "JSON": lambda char: "".join(
        f"\\u{char.encode('utf-16-be').hex()[at : at + 4]}" for at in range(0, 2 * len(char.encode("utf-16-be")), 4)
    ),
    "code point": lambda char: f"\\u{{{ord(char):x}}}",
    "long": lambda char: f"\\U{ord(char):08x}",
    "byte": lambda char: f"\\x{ord(char):02x}" if ord(char) < 256 else char,
    "octal": lambda char: f"\\{ord(char):03o}" if ord(char) < 128 else char,
}
AROUND: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "JSON for HTML": lambda text: text.replace("&", "\\u0026").replace("<", "\\u003c"),
    "HTML": html.escape,
    "HTML of HTML": lambda text: html.escape(html.escape(text)),
    "URL": lambda text: quote(text, safe=""),
    "HTML of URL": lambda text: html.escape(quote(text, safe="&=")),
    "entities of percent signs": lambda text: text.replace("%", "&#37;"),
}
ALPHABET = string.ascii_letters + string.digits + "-_+/=.~!$@#*^()[]{}<>&;:,?'\"|`å🚀 "
SECRETS = st.text(ALPHABET, min_size=8, max_size=20).filter(lambda text: text.strip() == text)


@given(secret=SECRETS, ways=st.lists(st.sampled_from(sorted(WAYS)), min_size=20, max_size=20), data=st.data())
@pytest.mark.parametrize("around", AROUND)
def test_whatever_spells_its_characters_it_is_hidden(
    around: str, secret: str, ways: list[str], data: st.DataObject
) -> None:
    before = data.draw(st.text("xyz <>", max_size=5))
    spelled = "".join(WAYS[way](char) for way, char in zip(ways, secret, strict=False))
    wrapped = AROUND[around]
    text = f"{wrapped(before)}|{wrapped(spelled)}|{wrapped(before)}"
    assert Redactor([secret])(text) == f"{wrapped(before)}|{HIDDEN}|{wrapped(before)}"


@given(secret=SECRETS, way=st.sampled_from(sorted(WAYS)), encoding=st.sampled_from(["utf-8", "utf-16", "utf-32-be"]))
def test_a_body_in_any_encoding_keeps_what_is_no_secret(secret: str, way: str, encoding: str) -> None:
    spelled = "".join(map(WAYS[way], secret))
    body = f"before {spelled} after".encode(encoding)
    assert redacted_body(Redactor([secret]), body) == f"before {HIDDEN} after".encode(encoding)


@given(secret=SECRETS, text=st.text(ALPHABET + "\\%&#;ux0123456789", max_size=200))
def test_a_text_without_the_secret_is_unchanged(secret: str, text: str) -> None:
    decoded = decode_letters(html.unescape(text))
    assume(secret[:4].casefold() not in decoded.casefold() and secret[:4].casefold() not in text.casefold())
    assume(HIDDEN not in text)
    redacted = Redactor([secret])(text)
    assert redacted == text or (HIDDEN in redacted and secret[:3] in decode_letters(html.unescape(decoded)))


@pytest.mark.parametrize("secret", ["a%41bcdefg", "&#97;bcdefgh", r"a\u0062cdefg", "%2541bcdefg"])
@pytest.mark.parametrize("way", ["plain", "decimal", "percent", "JSON"])
def test_a_secret_that_contains_an_escape_itself(secret: str, way: str) -> None:
    redact = Redactor([secret])
    assert redact(f"<{''.join(map(WAYS[way], secret))}>") == f"<{HIDDEN}>"


@pytest.mark.parametrize(
    "unit", ["\\", "%25", "&amp;", "&#0000", "%5c", "\\u00", "&#97;", "\\\\x61", "%2561", "0", "-", "\\-"]
)
@pytest.mark.parametrize("secret", ["-abcdefgh", "\\abcdefgh", "abcdefgh-", "a-b-c-d-e-"])
def test_a_long_text_of_escapes_is_read_to_its_end(unit: str, secret: str) -> None:
    """Had each place to be tried for all the escapes after it, this would take hours."""
    text = unit * (200_000 // len(unit))
    assert Redactor([secret])(f"{text}|{secret}|") == f"{text}|{HIDDEN}|"
