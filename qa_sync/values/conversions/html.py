"""Texts in HTML.

Source: docs/explanation/mapping.rst, "HTML texts"; docs/explanation/vendors/woocommerce.rst, "Texts as measured".
"""

from __future__ import annotations

import re

from qa_sync.values.conversions.conversion import Conversion, Plain, Target, to_text
from qa_sync.values.conversions.json_types import typed
from qa_sync.values.conversions.text import write_text
from qa_sync.values.form import Form, Json, Scalar

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


def _read_escaped(value: Plain, form: Form) -> Plain:  # noqa: ARG001 - one signature for all conversions
    # Unescape only once, so that double escaping is detected.
    return _unescaped(value) if isinstance(value, str) else value


def collapsed(text: str) -> str:
    """Return the text with every run of HTML whitespace as one blank, stripped (a no-break space stays)."""
    return re.sub(_BLANKS, " ", text).strip(" ")


def _read_html(value: Plain, form: Form) -> str:  # noqa: ARG001 - one signature for all conversions
    without_tags = re.sub(_TAG, _tag_text, re.sub(_COMMENT, "", to_text(value)))
    return collapsed(_unescaped(without_tags))


def _tag_text(tag: re.Match[str]) -> str:
    return "" if re.fullmatch(_INLINE, tag[1]) else " "


def _unescaped(text: str) -> str:
    import html  # noqa: PLC0415 - start-up time, see above

    return html.unescape(text)


def _write_html(value: Scalar, target: Target) -> Json:
    import html  # noqa: PLC0415 - start-up time, see above

    return typed(html.escape(to_text(value), quote=False), target.form)


ESCAPED_TEXT = Conversion(_read_escaped, write_text)
HTML = Conversion(_read_html, _write_html)
