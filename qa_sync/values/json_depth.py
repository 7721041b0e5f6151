"""Whether a JSON text is nested too deeply, has too many values or too much wide text, found without reading them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
WHOLE_STRINGS: Final = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
WIDE: Final = re.compile(rb"[\xf0-\xf4]|\\u[dD][89abAB]")
"""A character of four bytes, such as an emoji: a text that has one takes four bytes for each of its characters."""
PIECE_BYTES: Final = 2**18
"""The bytes that are searched at once: each string in them takes memory for a moment."""
BRACKETS: Final = b"{}[]"
OTHERS: Final = bytes(set(range(256)) - set(BRACKETS))
AS_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")


def is_deeper(content: bytes, depth: int) -> bool:
    """Return whether a body that begins as JSON has more than `depth` lists and objects within each other."""
    if not _begins_as_json(content) or content.count(b"[") + content.count(b"{") <= depth:
        return False
    rest = b"".join(piece.translate(AS_ONE_KIND, OTHERS) for piece in _outside_strings(content))
    for _ in range(depth):
        shorter = rest.replace(b"[]", b"")  # removes the innermost level, and nothing else
        if len(shorter) == len(rest):
            break
        rest = shorter
    return b"[]" in rest  # what is left of a text that is cut off is not JSON, however much it has begun


def has_more_values(content: bytes, values: int) -> bool:
    """Return whether a body that begins as JSON has more values than that; each takes about a hundred bytes."""
    if not _begins_as_json(content) or _values(content) <= values:
        return False
    return sum(map(_values, _outside_strings(content))) > values


def has_more_wide_text(content: bytes, size: int) -> bool:
    """Return whether more than `size` bytes of a body are in texts that take four bytes for each character.

    These are the strings of JSON with such a character; a body that is not JSON is one text.
    """
    if len(content) <= size or not WIDE.search(content):
        return False
    if not _begins_as_json(content):
        return True
    found = 0
    for string in STRING.finditer(content):
        if WIDE.search(content, *string.span()):
            found += string.end() - string.start()
            if found > size:
                return True
    return False


def _begins_as_json(content: bytes) -> bool:
    return content[:PIECE_BYTES].lstrip()[:1] in {b"{", b"["}


def _values(content: bytes) -> int:
    return content.count(b",") + content.count(b"[") + content.count(b"{")


def _outside_strings(content: bytes) -> Iterator[bytes]:
    """Yield what is between the strings of a text, up to a string that does not end."""
    start = 0
    while start < len(content):
        whole = WHOLE_STRINGS.match(content, start, start + PIECE_BYTES)
        if whole is None or whole.end() == start:  # the next string is longer than a piece
            whole = STRING.match(content, start)
        if whole is None:
            return
        yield STRING.sub(b"", whole[0])
        start = whole.end()
