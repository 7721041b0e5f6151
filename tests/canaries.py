"""The shapes that a confidential value can have in an output, and a search for what is left of one.

A canary holds `nary7Q`, or `canary` and a digit.
"""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus, unquote

CANARY = re.compile("nary7Q|canary[0-9]", re.IGNORECASE)


def shapes(text: str) -> list[str]:
    """Return how a response may show a text: plain, escaped, packed."""
    packed = [base64.b64encode(f"{before}{text}".encode()).decode() for before in ("", "u:", "us:")]
    escaped = [quote(text), quote(text, safe=""), quote_plus(text), quote(quote(text, safe=""), safe="")]
    lower = [re.sub("%..", lambda m: m[0].lower(), each) for each in escaped]
    return [text, *escaped, *lower, html.escape(text), json.dumps(text), json.dumps(json.dumps(text)), *packed]


def leaks(text: str) -> list[str]:
    """Return what is left of a canary in a text, also when it is packed or escaped there."""
    packed = re.findall(r"[A-Za-z0-9+/_-]{8,}", text)
    opened = [
        base64.b64decode(word[shift:].translate(str.maketrans("-_", "+/")) + "===", validate=False).decode("latin-1")
        for word in packed
        for shift in range(4)
        if len(word[shift:].rstrip("=")) % 4 != 1
    ]
    views = [text, unquote(text), unquote(unquote(text)), html.unescape(text), *opened]
    return [view[max(0, m.start() - 20) : m.end() + 20] for view in views for m in CANARY.finditer(view)]
