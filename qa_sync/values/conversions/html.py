"""Texts in HTML.

Source: docs/explanation/mapping.rst, "HTML texts"; docs/explanation/vendors/woocommerce.rst, "Texts as measured".
"""

from __future__ import annotations

import re

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.conversions.text import write_text
from qa_sync.values.form import Form, Json, Scalar

KEEPS_ENTITIES = "keeps_entities"
"""The option of a system that stores an entity that it is sent as it is: `&amp;` stays, and means `&`."""

# Patterns are compiled on use (re caches them) and `html` is imported on use: together they would take a third of the
# import time of this package.

# The length of attribute values is limited, so that a hostile text cannot make the search quadratic.
_TAG = r"""</?([a-zA-Z][a-zA-Z0-9:-]{0,40})(?:[^<>"']++|"[^"]{0,20000}+"|'[^']{0,20000}+'){0,200}+>"""
_COMMENT = r"(?s)<!--.{0,2000}?-->"
_BLANKS = r"[ \t\n\f\r\v]+"
# These tags may be inside a word; all others (p, br, li, ...) separate words.
_INLINE = (
    r"(?i)a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|"
    r"time|tt|u|var|wbr"
)
_ATTRIBUTE = r"""([a-zA-Z_:][-\w:.]{0,60}+)(?:\s{0,20}+=\s{0,20}+("[^"]*+"|'[^']*+'|[^\s"'<>]++))?"""
_PARAGRAPH = r"(?i)p|br"

TAGS = "tags"
"""The option of a form whose tags count, because both sides of its pair hold HTML (`systems.pairing.with_tags`)."""


def _read_escaped(value: Plain, form: Form) -> Plain:  # noqa: ARG001 - one signature for all conversions
    # Unescape only once, so that double escaping is detected.
    return _unescaped(value) if isinstance(value, str) else value


def _write_escaped(value: Scalar, target: Target) -> Json:
    wire = write_text(value, target)
    if target.form.options.get(KEEPS_ENTITIES) and isinstance(wire, str) and _unescaped(wire) != wire:
        return wire.replace("&", "&amp;")
    return wire


def collapsed(text: str) -> str:
    """Return the text with every run of HTML whitespace as one blank, stripped (a no-break space stays)."""
    return re.sub(_BLANKS, " ", text).strip(" ")


def with_tags(text: str) -> str:
    """Return HTML in one notation, whose tags and attributes count: their case and order, quotes and blanks do not.

    Paragraphs and line breaks are blanks.
    """
    parts, at, text = [], 0, re.sub(_COMMENT, "", text)
    for tag in re.finditer(_TAG, text):
        parts += [_escaped(_unescaped(text[at : tag.start()])), _plain_tag(tag)]
        at = tag.end()
    return collapsed("".join([*parts, _escaped(_unescaped(text[at:]))]))


def _plain_tag(tag: re.Match[str]) -> str:
    name, closing = tag[1].lower(), "/" * tag[0].startswith("</")
    if re.fullmatch(_PARAGRAPH, name):
        return " "
    inside = tag[0][len(closing) + len(name) + 1 : -1]
    found = sorted((n.lower(), _unescaped(value.strip("\"'"))) for n, value in re.findall(_ATTRIBUTE, inside))
    attributes = (f' {n}="{_escaped(value).replace(chr(34), "&quot;")}"' for n, value in found)
    plain = f"<{closing}{name}{''.join(attributes)}>"
    return plain if re.fullmatch(_INLINE, name) else f" {plain} "


def _read_html(value: Plain, form: Form) -> str:
    if form.options.get(TAGS):
        return to_text(value) if with_tags(to_text(value)) else ""
    without_tags = re.sub(_TAG, _tag_text, re.sub(_COMMENT, "", to_text(value)))
    return collapsed(_unescaped(without_tags))


def _tag_text(tag: re.Match[str]) -> str:
    return "" if re.fullmatch(_INLINE, tag[1]) else " "


def _unescaped(text: str) -> str:
    import html  # noqa: PLC0415 - start-up time, see above

    return html.unescape(text)


def _write_html(value: Scalar, target: Target) -> Json:
    text = to_text(value)
    return typed(text if target.form.options.get(TAGS) else _escaped(text), target.form)


def _escaped(text: str) -> str:
    import html  # noqa: PLC0415 - start-up time, see above

    return html.escape(text, quote=False)


ESCAPED_TEXT = Conversion(_read_escaped, _write_escaped)
HTML = Conversion(_read_html, _write_html)
