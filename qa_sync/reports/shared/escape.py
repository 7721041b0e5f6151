"""Text from outside is data: what cannot be seen is written out before it reaches a screen or a file.

Documents and API answers may hold terminal commands (ESC), marks that turn the reading order round, and characters
that XML 1.0 has no place for. For a tester, too, an invisible difference is worth seeing.
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
    r"""Write out every character that cannot be seen: `\x1b`, `\u202e`; `lines` keeps line breaks.

    The answer is printable and legal in XML 1.0.
    """
    # Most text is plain and printable; asking first spares it the regular expression.
    return text if text.isprintable() else _unseen(lines).sub(_written_out, text)


def escape_unencodable(text: str, encoding: str) -> str:
    r"""Write out what the encoding has no character for (`\xe5` in ASCII), so that printing never fails."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


@cache  # at the first use: most runs have nothing to write out, and should not pay for it
def _unseen(lines: bool) -> re.Pattern[str]:
    return re.compile(rf"(?!\n)[{_UNSEEN}]" if lines else f"[{_UNSEEN}]")


def _written_out(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004
