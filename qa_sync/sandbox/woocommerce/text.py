"""How WordPress changes text on write and on read."""

from __future__ import annotations

import re
import unicodedata
from html.entities import name2codepoint
from typing import Any
from urllib.parse import quote

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>""")
ANY_TAG = re.compile(r"<[^\s<>][^<>]*>")
AMPERSAND = re.compile(r"&(?:#(\d+|[xX][0-9a-fA-F]+);|([a-zA-Z][a-zA-Z0-9]*);)?")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*')""")
TAGS_TEXT = """
    a abbr b blockquote br cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre q s small span
    strong sub sup table tbody td tfoot th thead tr u ul
"""
ALLOWED_TAGS = frozenset(TAGS_TEXT.split())
ALLOWED_ATTRIBUTES = frozenset(["alt", "class", "href", "id", "rel", "src", "style", "target", "title"])
OCTET = re.compile(r"%[a-fA-F0-9]{2}")
SLASHED = re.compile(r"\\(.?)", re.DOTALL)
BLOCK = re.compile(r"<(blockquote|div|dl|h[1-6]|hr|ol|p|pre|table|ul)\b", re.IGNORECASE)
NO_MARKS = str.maketrans({"æ": "ae", "ø": "o", "đ": "d", "ß": "ss", "þ": "th", "ð": "d", "ł": "l", "œ": "oe"})


def entities(text: str) -> str:
    """Return text with `&`, `<` and `>` written as entities; existing entities stay."""
    safe = AMPERSAND.sub(
        lambda m: m.group() if m.group(1) or m.group(2) in name2codepoint else "&amp;" + m.group()[1:], text
    )
    return safe.replace("<", "&lt;").replace(">", "&gt;")


def filtered_html(text: str) -> str:
    """Return HTML as filtered by `wp_filter_post_kses`: safe tags stay, other tags are removed, not their content."""
    out, at = [], 0
    for tag in TAG.finditer(text):
        out += [entities(text[at : tag.start()]), _kept_tag(tag)]
        at = tag.end()
    return "".join(out) + entities(text[at:])


def _kept_tag(tag: re.Match[str]) -> str:
    closing, name, rest = tag.groups()
    if name.lower() not in ALLOWED_TAGS:
        return ""
    attributes = [f" {n}={v}" for n, v in ATTRIBUTE.findall(rest) if n.lower() in ALLOWED_ATTRIBUTES]
    end = " /" if rest.rstrip().endswith("/") else ""
    return f"<{closing}{name}{''.join(attributes)}{end}>"


def plain(text: str) -> str:
    """Return text as cleaned by `sanitize_text_field`: one line, no tags, no `%41` octets, trimmed."""
    text = ANY_TAG.sub("", text)
    text = re.sub(r"[\r\n\t ]+", " ", text).strip()
    while OCTET.search(text):
        text = re.sub(r" +", " ", OCTET.sub("", text)).strip()
    return text


def unslashed(value: Any) -> Any:
    """Return a value as `wp_unslash` leaves it: of each backslash and what follows only the latter, in all texts."""
    if isinstance(value, str):
        return SLASHED.sub(r"\1", value)
    if isinstance(value, dict):
        return {name: unslashed(member) for name, member in value.items()}
    return [unslashed(element) for element in value] if isinstance(value, list) else value


def paragraphs(text: str) -> str:
    """Return HTML with the paragraphs that `wpautop` adds on reads."""
    if not text.strip():
        return ""
    parts = re.split(r"\n\s*\n", text.strip())
    return "".join(f"{part}\n" if BLOCK.match(part) else f"<p>{_breaks(part)}</p>\n" for part in parts)


def _breaks(part: str) -> str:
    return part.strip().replace("\n", "<br />\n")


def slug_of(name: str) -> str:
    """Return a name as a URL slug; non-ASCII characters and octets such as `%41` stay (`generated_slug`)."""
    texts = OCTET.split(name)
    octets = [octet.lower() for octet in OCTET.findall(name)]
    joined = "".join(part for pair in zip(map(_slug_part, texts), [*octets, ""], strict=True) for part in pair)
    return re.sub(r"-+", "-", joined).strip("-")


def _slug_part(text: str) -> str:
    text = re.sub(r"&[a-zA-Z0-9#]+;", "", re.sub(r"<[^<>]*>", "", text)).lower().translate(NO_MARKS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = "".join(c if c.isalnum() or c in "-_ " or unicodedata.category(c) == "So" else "" for c in text)
    return re.sub(r"[\s-]+", "-", text)


def in_address(slug: str) -> str:
    """Return a slug as in a URL: percent-encoded in lower case."""
    return re.sub("%[0-9A-F]{2}", lambda m: m.group().lower(), quote(slug, safe="-_%"))
