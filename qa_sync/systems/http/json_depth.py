"""Whether a JSON text is nested too deeply, found without reading its values."""

from __future__ import annotations

import re
from typing import Final

STRING: Final = rb'"(?:[^"\\]|\\.)*"'
BRACKETS: Final = b"{}[]"
OTHERS: Final = bytes(set(range(256)) - set(BRACKETS))
AS_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")


def is_deeper(content: bytes, depth: int) -> bool:
    """Return whether a body that begins as JSON has more than `depth` lists and objects within each other."""
    if content.lstrip()[:1] not in {b"{", b"["} or content.count(b"[") + content.count(b"{") <= depth:
        return False
    rest = re.sub(STRING, b"", content, flags=re.DOTALL).translate(AS_ONE_KIND, OTHERS)
    for _ in range(depth):
        shorter = rest.replace(b"[]", b"")  # removes the innermost level, and nothing else
        if len(shorter) == len(rest):
            break
        rest = shorter
    return b"[]" in rest  # what is left of a text that is cut off is not JSON, however much it has begun
