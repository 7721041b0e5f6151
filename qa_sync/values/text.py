"""Texts: exact, HTML-escaped, HTML, e-mail addresses and phone numbers. Source: facts/MAPPING.md 6.6, 6.7, 6.19."""

from __future__ import annotations

import html
import re

from qa_sync.values.conversion import Conversion, Plain, Target, refuse, spell
from qa_sync.values.form import Form, Json, Scalar
from qa_sync.values.wire import typed

# Attribute values are bounded, so that a hostile text cannot make the search quadratic.
_TAG = re.compile(r"""</?(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40})(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,200}+>""")
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
_BLANKS = re.compile(r"[ \t\n\f\r\v]+")
# Tags inside a word leave it whole; all others (p, br, li, ...) part words.
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|"
    "time|tt|u|var|wbr",
    re.IGNORECASE,
)

# What people write between digits, and the invisible marks that address books paste along.
_PHONE_NOISE = re.compile("[\\s\\-().\\u2010-\\u2015/\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff]+")
_PHONE = re.compile(r"\+?[0-9]+")


def _read_text(value: Plain, form: Form) -> Plain:  # noqa: ARG001 - one signature for all conversions
    # A number or truth where a text was expected stays what it is: the comparison tells the difference of type.
    return value


def write_text(value: Scalar, target: Target) -> Json:
    """Write a canonical value as it is spelled; numbers and truths keep their JSON type where the form has it."""
    return typed(value if isinstance(value, Plain) else spell(value), target.form)


def _read_escaped(value: Plain, form: Form) -> Plain:  # noqa: ARG001
    # Once, so that a sync that escapes twice is seen.
    return html.unescape(value) if isinstance(value, str) else value


def collapsed(text: str) -> str:
    """Return a text with every run of HTML white space as one blank, none at the ends (a no-break space stays)."""
    return _BLANKS.sub(" ", text).strip(" ")


def _read_html(value: Plain, form: Form) -> str:  # noqa: ARG001
    without = _TAG.sub(_gap, _COMMENT.sub("", spell(value)))
    return collapsed(html.unescape(without))


def _gap(tag: re.Match[str]) -> str:
    return "" if _INLINE.fullmatch(tag["name"]) else " "


def _write_html(value: Scalar, target: Target) -> Json:
    return typed(html.escape(spell(value), quote=False), target.form)


def _read_email(value: Plain, form: Form) -> str:
    if not isinstance(value, str):
        raise refuse(value, "an e-mail address", form)
    return value.strip().lower()


def _write_email(value: Scalar, target: Target) -> Json:
    return typed(spell(value).strip().lower(), target.form)


def phone_number(text: str) -> str | None:
    """Return digits with a leading `+` when the text has `+` or `00`; None when it is no phone number.

    Letters (`ext. 5`) are not dropped: that would hide a lost or changed extension.
    """
    digits = _PHONE_NOISE.sub("", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if _PHONE.fullmatch(digits) else None


def _read_phone(value: Plain, form: Form) -> str:
    number = phone_number(spell(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if number is None:
        raise refuse(value, "a phone number", form)
    return number


def _write_phone(value: Scalar, target: Target) -> Json:
    number = phone_number(spell(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if number is None:
        raise refuse(value, "a phone number", target.form)
    return typed(number, target.form)


TEXT = Conversion(_read_text, write_text)
ESCAPED_TEXT = Conversion(_read_escaped, write_text)
HTML = Conversion(_read_html, _write_html)
EMAIL = Conversion(_read_email, _write_email)
PHONE = Conversion(_read_phone, _write_phone)
