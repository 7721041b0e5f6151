"""Escapes invisible characters of external text before it reaches a terminal or a file.

Specs and API responses may contain terminal escape sequences, bidirectional control characters, and characters that
XML 1.0 does not allow. Escapes also make invisible differences visible.
"""

from __future__ import annotations

import re
from functools import cache

# Controls, soft hyphen, zero-width and direction marks, line separators, surrogates, non-characters, tags.
_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def escape_invisible(text: str, *, lines: bool = False) -> str:
    r"""Escape every invisible character: `\x1b`, `\u202e`; `lines` keeps line breaks.

    The result is printable and allowed in XML 1.0.
    """
    # Most text is printable and needs no regular expression.
    return text if text.isprintable() else _unseen(lines).sub(_written_out, text)


def escape_unencodable(text: str, encoding: str) -> str:
    r"""Escape characters that the encoding does not have (`\xe5` in ASCII), so that printing never fails."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


@cache  # compiled at first use: most runs have nothing to escape
def _unseen(lines: bool) -> re.Pattern[str]:
    return re.compile(rf"(?!\n)[{_UNSEEN}]" if lines else f"[{_UNSEEN}]")


def _written_out(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004
